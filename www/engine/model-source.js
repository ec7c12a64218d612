// Where a model's files are: what `load({ model })` accepts, turned into what the worker reads.

import { badArgument } from "./errors.js";

/**
 * @typedef {{ kind: "web", folder: string, weights: string | null }} WebSource
 *   `weights`: the address of the one weight file, where the caller named it
 * @typedef {{ kind: "files", files: File[] }} FileSource
 * @typedef {WebSource | FileSource} ModelSource
 */

const OTHER_FORMATS = /\.(gguf|ggml|bin|pt|pth|ckpt|onnx)$/i;

/**
 * @param {string} name of a file
 * @returns {never}
 */
function refuseFormat(name) {
  const format = name.slice(name.lastIndexOf(".") + 1).toUpperCase();
  throw badArgument(
    `${format} files are not read by this version; “${name}” is one.`,
    "Choose a folder in Hugging Face layout, with config.json, tokenizer.json and model.safetensors.",
  );
}

/**
 * @param {unknown} model a folder URL, a .safetensors URL, "hf:owner/name[@revision]" or File objects
 * @param {string} base what relative addresses are relative to
 * @returns {ModelSource}
 */
export function findModel(model, base) {
  if (typeof model === "string") return findOnWeb(model.trim(), base);
  const files = model instanceof File ? [model] : isIterable(model) ? [...model] : [];
  if (files.length === 0 || !files.every((file) => file instanceof File)) {
    throw badArgument(
      "No model was named.",
      "Give the address of a model's folder, hf:owner/name, or the model's files.",
    );
  }
  const other = files.find((file) => OTHER_FORMATS.test(file.name));
  if (other && !files.some((file) => file.name.endsWith(".safetensors"))) refuseFormat(other.name);
  // A chosen folder may hold others; of two files of one name, the one nearest to the top is meant.
  return { kind: "files", files: /** @type {File[]} */ (files).sort((a, b) => depth(a) - depth(b)) };
}

/**
 * @param {string} model
 * @param {string} base
 * @returns {WebSource}
 */
function findOnWeb(model, base) {
  if (model === "") {
    throw badArgument("No model was named.", "Give the address of a model's folder, or hf:owner/name.");
  }
  const onHub = hubFolder(model);
  if (onHub) return { kind: "web", folder: onHub, weights: null };
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
  const file = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  if (OTHER_FORMATS.test(file)) refuseFormat(file);
  if (/\.safetensors$/i.test(file)) {
    return { kind: "web", folder: new URL(".", url).href, weights: url.href };
  }
  url.search = url.hash = "";
  // People paste the address of a file in the folder; the folder is what they mean.
  if (/\.(json|txt|md)$/i.test(file)) return { kind: "web", folder: new URL(".", url).href, weights: null };
  if (file) url.pathname += "/";
  return { kind: "web", folder: url.href, weights: null };
}

/**
 * The folder of files behind hf:owner/name[@revision], or behind the page's address of such
 * a model; null for anything else.
 *
 * @param {string} model
 */
function hubFolder(model) {
  const part = "[A-Za-z0-9][\\w.-]*";
  const match =
    new RegExp(`^hf:(${part}/${part})(?:@([\\w./-]+))?$`).exec(model) ??
    new RegExp(`^https://huggingface\\.co/(${part}/${part})(?:/tree/([\\w./-]+?))?/?$`).exec(model);
  if (!match) return null;
  const revision = match[2] ?? "main";
  if (revision.split("/").includes("..")) return null;
  return `https://huggingface.co/${match[1]}/resolve/${revision}/`;
}

/** @param {File} file */
const depth = (file) => file.webkitRelativePath.split("/").length;

/** @param {unknown} value @returns {value is Iterable<unknown>} */
const isIterable = (value) => typeof value === "object" && value !== null && Symbol.iterator in value;
