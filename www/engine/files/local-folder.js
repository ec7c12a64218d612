// A model among the user's own files.

import { MambaError } from "../errors.js";
import { firstPart, ggufModels, isGguf, standsAlone, theGguf } from "../source/gguf-files.js";
import { readText } from "../fetch/read-text.js";

const SHARD = /-\d{5}-of-\d{5}\.safetensors$/i;

/**
 * @param {File[]} files
 * @param {import("../fetch/progress.js").ProgressMeter} meter
 * @returns {import("./files.js").ModelFolder}
 */
export function localFolder(files, meter) {
  /** @param {string} name */
  const find = (name) => files.find((file) => file.name === name);

  /** @param {File} file @param {boolean} [isWeights] @returns {import("./files.js").OpenFile} */
  const opened = (file, isWeights = false) => ({
    name: file.name,
    byteLength: file.size,
    announced: file.size,
    chunks: readFile(file, (bytes) => meter.add(bytes, "read", isWeights ? "weights" : "files")),
    keep: async () => {},
  });

  /** @param {string} name */
  function need(name) {
    const file = find(name);
    if (file) return file;
    throw new MambaError(
      "not-found",
      `There is no ${name} among the chosen files.`,
      "Choose the model's whole folder, with config.json, tokenizer.json and all files of the weights.",
    );
  }
  const weights = chooseWeights(files);
  return {
    weights,
    isAlone: standsAlone(weights, files),
    open: async (name) => opened(need(name), true),
    openIfThere: async (name) => {
      const file = find(name);
      return file ? opened(file, true) : null;
    },
    openWeights: async () => (weights === null ? null : opened(need(weights), true)),
    sizeOf: (names) => names.reduce((/** @type {number | null} */ sum, name) => {
      const file = find(name);
      return sum !== null && file ? sum + file.size : null;
    }, 0),
    text: async (name) => readText(opened(need(name))),
    textIfThere: async (name) => {
      const file = find(name);
      return file && readText(opened(file));
    },
    fetchAhead: () => {},
    isOutdated: async () => false,
    hasCopy: () => false,
    succeed: async () => {},
    fail: async () => {},
    canReadAgain: () => true,
    storage: () => ({ isKept: false, problem: null }),
  };
}

/**
 * model.safetensors, else an index of several, else the only file in that format, else pytorch_model.bin, else the only
 * model in GGUF.
 *
 * @param {File[]} files
 * @returns {string | null} null where there is an index, or nothing
 */
function chooseWeights(files) {
  const has = (/** @type {string} */ name) => files.some((file) => file.name === name);
  // To save a model again as one file leaves the index there, without its shards. With them, the file is of another folder.
  const hasShards = has("model.safetensors.index.json") && files.some(({ name }) => SHARD.test(name));
  if (has("model.safetensors") && !hasShards) return "model.safetensors";
  if (has("model.safetensors.index.json") || has("pytorch_model.bin.index.json")) return null;
  const only = files.filter(({ name }) => /\.safetensors$/i.test(name));
  if (only.length === 1) return only[0].name;
  if (has("pytorch_model.bin")) return "pytorch_model.bin";
  const gguf = files.length === 1 && isGguf(files[0].name) ? firstPart(files[0].name) : null;
  return gguf ?? theGguf(ggufModels(files), { place: "What was chosen", howToName: (name) => `Choose ${name} alone.` });
}

/** @param {File} file @param {(bytes: number) => void} onBytes */
async function* readFile(file, onBytes) {
  try {
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes(value.byteLength);
      yield value;
    }
  } catch (cause) {
    throw new MambaError(
      "not-found",
      `${file.name} can no longer be read: it was changed, moved or taken away after it was chosen.`,
      "Choose the files again.",
      { cause },
    );
  }
}
