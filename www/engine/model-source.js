// Where a model's files are: what `load({ model })` accepts, turned into what the worker reads.

import { badArgument } from "./errors.js";
import { decoded, HUB, readHubName } from "./hub.js";

/**
 * @typedef {{ kind: "web", folder: string, weights: string | null }} WebSource
 *   `weights`: the address of the one weight file, where the caller named it
 * @typedef {{ kind: "hub" } & import("./hub.js").HubName} HubSource
 * @typedef {{ kind: "files", files: File[] }} FileSource
 * @typedef {WebSource | HubSource | FileSource} ModelSource
 */

/** Weight files that the engine reads. */
const WEIGHTS = /(\.safetensors|\.gguf|(^|\/)pytorch_model(-\d+-of-\d+)?\.bin)$/i;
const OTHER_FORMATS = /\.(ggml|bin|pt|pth|ckpt|onnx)$/i;
/** One file that is the whole model: no config.json and no tokenizer.json beside it. */
const WHOLE_MODEL = /\.gguf$/i;

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

/** Whether the weight file is all there is. @param {string} name */
export const isWholeModel = (name) => WHOLE_MODEL.test(name);

/**
 * @param {unknown} model a folder URL, the URL of a weight file, "hf:owner/name[@revision]" or File objects
 * @param {string} base what relative addresses are relative to
 * @param {string} [hub] address of Hugging Face or of a mirror
 * @returns {ModelSource}
 */
export function findModel(model, base, hub = HUB) {
  if (typeof model === "string") return findOnWeb(model.trim(), base, hub);
  const files = model instanceof File ? [model] : isIterable(model) ? [...model] : [];
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
  if (onHub) return { kind: "hub", ...onHub };
  if (model.startsWith("hf:")) {
    throw badArgument(`“${model}” is not a name on Hugging Face.`, "Write it as hf:owner/name or hf:owner/name@revision.");
  }
  const url = URL.canParse(model, base) ? new URL(model, base) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw badArgument(
      `“${model}” is not an address that a model can be loaded from.`,
      "Use an address that begins with https://, a folder of this site, or hf:owner/name.",
    );
  }
  const file = decoded(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  requireFormat(file);
  if (WEIGHTS.test(file)) return { kind: "web", folder: new URL(".", url).href, weights: url.href };
  url.search = url.hash = "";
  // People paste the address of a file in the folder; the folder is what they mean.
  if (/\.(json|txt|md)$/i.test(file)) return { kind: "web", folder: new URL(".", url).href, weights: null };
  if (file) url.pathname += "/";
  return { kind: "web", folder: url.href, weights: null };
}

/** @param {File} file */
const depth = (file) => (file.webkitRelativePath ?? "").split("/").length;

/** @param {unknown} value @returns {value is Iterable<unknown>} */
const isIterable = (value) => typeof value === "object" && value !== null && Symbol.iterator in value;
