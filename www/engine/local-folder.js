// A model among the user's own files.

import { MambaError } from "./errors.js";
import { notFound } from "./file-errors.js";
import { readText } from "./read-text.js";

const WEIGHTS = "model.safetensors";

/**
 * @param {File[]} files
 * @param {import("./progress.js").ProgressMeter} meter
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
    chunks: readFile(file, isWeights ? meter : null),
    keep: async () => {},
  });

  /** @param {string} name */
  function need(name) {
    const file = find(name);
    if (!file) throw notFound(name, "among the chosen files");
    return file;
  }
  return {
    open: async (name) => opened(need(name), true),
    openIfThere: async (name) => {
      const file = find(name);
      return file ? opened(file, true) : null;
    },
    openWeights: async () => {
      const only = files.filter((file) => /(\.safetensors|\.gguf|^pytorch_model\.bin)$/i.test(file.name));
      const file = find(WEIGHTS) ?? (only.length === 1 ? only[0] : undefined);
      return file && !find(`${WEIGHTS}.index.json`) ? opened(file, true) : null;
    },
    text: async (name) => readText(opened(need(name))),
    textIfThere: async (name) => {
      const file = find(name);
      return file && readText(opened(file));
    },
    fetchAhead: () => {},
    isOutdated: async () => false,
    succeed: async () => {},
    fail: async () => {},
    storage: () => ({ isKept: false, problem: null }),
  };
}

/** @param {File} file @param {import("./progress.js").ProgressMeter | null} meter */
async function* readFile(file, meter) {
  try {
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      meter?.add(value.byteLength, "read");
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
