// Where a model's files are: what `load({ model })` accepts, turned into what the worker reads.

import { badArgument } from "../errors.js";
import { decoded, HUB, readHubName, refuseOtherPages } from "./hub-name.js";

/**
 * @typedef {{ kind: "web", folder: string, weights: string | null }} WebSource
 *   `weights`: the address of the one weight file, where the caller named it
 * @typedef {{ kind: "hub" } & import("./hub-name.js").HubName} HubSource
 * @typedef {{ kind: "files", files: File[] }} FileSource
 * @typedef {WebSource | HubSource | FileSource} ModelSource
 */

/** Weight files that the engine reads. */
const WEIGHTS = /(\.safetensors|\.gguf|(^|\/)pytorch_model(-\d+-of-\d+)?\.bin)$/i;
const OTHER_FORMATS = /\.(ggml|bin|pt|pth|ckpt|onnx)$/i;
/** The name of one of several weight files, which stands for all of them. */
const SHARD = /-\d{5}-of-\d{5}\.(safetensors|bin)$/i;
/** More files than any model has; a folder that was dropped by mistake may hold millions. */
const MOST_FILES = 100_000;

/**
 * @param {string} name of a file
 * @returns {never}
 */
function refuseFormat(name) {
  const format = name.slice(name.lastIndexOf(".") + 1).toUpperCase();
  throw badArgument(
    `${format} files are not read by this version; “${name}” is one.`,
    "Choose a GGUF file, or a folder in Hugging Face layout, with config.json, tokenizer.json and model.safetensors.",
  );
}

/** @param {string} name of a file */
function requireFormat(name) {
  if (OTHER_FORMATS.test(name) && !WEIGHTS.test(name)) refuseFormat(name);
}

/**
 * @param {unknown} model a folder URL (a string or a URL object), the URL of a weight file, "hf:owner/name[@revision]" or File objects
 * @param {string} base what relative addresses are relative to
 * @param {string} [hub] address of Hugging Face or of a mirror
 * @returns {ModelSource}
 */
export function findModel(model, base, hub = HUB) {
  if (typeof model === "string") return findOnWeb(model.trim(), base, hub);
  if (model instanceof URL) return findOnWeb(model.href, base, hub);
  const files = model instanceof File ? [model] : isIterable(model) ? taken(model) : [];
  if (files.length === 0 || !files.every((file) => file instanceof File)) {
    throw badArgument(
      "No model was named.",
      "Give the address of a model's folder, hf:owner/name, or the model's files.",
    );
  }
  const other = files.find((file) => OTHER_FORMATS.test(file.name));
  if (other && !files.some((file) => WEIGHTS.test(file.name))) refuseFormat(other.name);
  // A chosen folder may hold others; of two files of one name, the one nearest to the top is meant.
  return { kind: "files", files: /** @type {File[]} */ (files).sort((a, b) => depth(a) - depth(b)) };
}

/**
 * @param {string} model
 * @param {string} base
 * @param {string} hub
 * @returns {WebSource | HubSource}
 */
function findOnWeb(model, base, hub) {
  if (model === "") {
    throw badArgument("No model was named.", "Give the address of a model's folder, or hf:owner/name.");
  }
  const onHub = readHubName(model, hub);
  if (onHub?.weights) requireFormat(onHub.weights);
  if (onHub) return { kind: "hub", ...onHub, weights: onHub.weights && SHARD.test(onHub.weights) ? null : onHub.weights };
  refuseOtherPages(model, hub);
  const literal = withSignsInNames(model);
  const url = URL.canParse(literal, base) ? new URL(literal, base) : null;
  // Only Node has a base among files. A page has no way to them.
  const isFile = url?.protocol === "file:" && base.startsWith("file:");
  if (!url || !(isFile || /^https?:$/.test(url.protocol))) {
    throw badArgument(
      `“${model}” is not an address that a model can be loaded from.`,
      "Use an address that begins with https://, a folder of this site, or hf:owner/name.",
    );
  }
  const file = nameOfFile(url);
  requireFormat(file);
  const folder = new URL(".", url).href;
  if (WEIGHTS.test(file)) return { kind: "web", folder, weights: SHARD.test(file) ? null : url.href };
  url.search = url.hash = "";
  // People paste the address of a file in the folder; the folder is what they mean.
  if (/\.(json|txt|md|jinja)$/i.test(file)) return { kind: "web", folder, weights: null };
  if (file) url.pathname += "/";
  return { kind: "web", folder: url.href, weights: null };
}

/**
 * In an address, # and ? begin another part, and two digits must follow %. In a file name typed as it is, they are parts
 * of the name. It is such a name if a folder or a weight file comes after them, with no “=” in between.
 *
 * @param {string} address
 */
function withSignsInNames(address) {
  const whole = address.replace(/%(?![0-9a-f]{2})/gi, "%25");
  const [, path, after] = /^([^?#]*)([?#].*)$/s.exec(whole) ?? [];
  const isName = after !== undefined && !after.includes("=") && (after.includes("/") || WEIGHTS.test(after));
  return isName ? path + after.replaceAll("#", "%23").replaceAll("?", "%3F") : whole;
}

/** The name of the file behind an address, which may stand in its query: ?file=model.gguf. @param {URL} url */
export function nameOfFile(url) {
  const inPath = decoded(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  if (WEIGHTS.test(inPath)) return inPath;
  const inQuery = [...url.searchParams.values()].find((value) => WEIGHTS.test(value));
  return inQuery === undefined ? inPath : inQuery.slice(inQuery.lastIndexOf("/") + 1);
}

/** @param {Iterable<unknown>} files */
function taken(files) {
  const taken = [];
  for (const file of files) {
    if (taken.push(file) > MOST_FILES) {
      throw badArgument(`More than ${MOST_FILES.toLocaleString("en")} files were given.`, "Choose the folder of one model.");
    }
    if (!(file instanceof File)) break; // the list is refused anyway, and may have no end
  }
  return taken;
}

/** @param {File} file */
const depth = (file) => (file.webkitRelativePath ?? "").split("/").length;

/** @param {unknown} value @returns {value is Iterable<unknown>} */
const isIterable = (value) => typeof value === "object" && value !== null && Symbol.iterator in value;
