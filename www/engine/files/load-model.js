// From a model's files to an engine, inside the worker.

import { MambaError } from "../errors.js";
import { StartAnew } from "../fetch/file-errors.js";
import { openFolder } from "./files.js";
import { ProgressMeter } from "../fetch/progress.js";
import { readSmallFiles } from "./small-files.js";

/** @typedef {import("./files.js").ModelFolder} ModelFolder */
/** @typedef {import("./files.js").OpenFile} OpenFile */

const COMPILED_POLL_MS = 10;
/** Codes of errors that say of the server's files only that they did not come. */
const IS_NOT_THERE = new Set(["not-found", "network"]);

/**
 * @typedef {object} Wanted
 * @property {import("../source/model-source.js").ModelSource} source
 * @property {{ backend: string, precision: string, window?: number }} options
 * @property {"now" | "rival"} [trial] with the backend "auto": `rival` loads only the GPU's side of a race. Else, if the files
 *   can be read again, the engine is the CPU's and may move to the GPU later
 * @property {import("./files.js").FetchOptions} fetching
 * @property {Promise<import("../program/wasm.js").Started>} wasmIsReady
 * @property {Promise<void>} helpers resolves when the threads are there, without which no engine is finished
 * @property {(progress: import("../fetch/progress.js").Progress) => void} report
 * @property {(watch: (fetched: import("../fetch/progress.js").Fetched) => void) => void} [watchProgram] has `watch` told what
 *   has come of the program
 */

/**
 * @param {Wanted} wanted
 * @returns {Promise<{ engine: import("../../mamba_web.js").WasmEngine, storage: import("./files.js").Storage,
 *   canReadAgain: boolean }>}
 */
export async function loadModel(wanted) {
  const meter = new ProgressMeter(wanted.report);
  wanted.watchProgram?.((fetched) => meter.program(fetched));
  try {
    return await loadWith(wanted, meter);
  } finally {
    meter.end();
  }
}

/** @param {Wanted} wanted @param {ProgressMeter} meter */
async function loadWith(wanted, meter) {
  /** @type {import("./files.js").Asking} */
  let asking = "meanwhile";
  for (let tries = 1; ; tries++) {
    const folder = await openFolder(wanted.source, wanted.fetching, meter, asking);
    try {
      const engine = await build(folder, wanted, meter);
      return { engine, storage: folder.storage(), canReadAgain: folder.canReadAgain() };
    } catch (error) {
      // If the files are no longer the server's, they are the cause, whatever the error is.
      const isOutdated = await folder.isOutdated();
      const told = error instanceof StartAnew ? error.told : error;
      // What the server has now is no model, or cannot be had: then the copy is used, as without a network.
      const code = /** @type {{ code?: unknown } | undefined} */ (told)?.code;
      const needsCopy = asking === "first" && folder.hasCopy() && IS_NOT_THERE.has(String(code));
      const again = isOutdated || needsCopy || (error instanceof StartAnew && tries <= error.times);
      await folder.fail(again ? null : told);
      if (!again) throw told;
      if (needsCopy) asking = "never";
      else if (isOutdated) asking = "first";
      meter.reset();
    }
  }
}

/**
 * @param {ModelFolder} folder
 * @param {Wanted} wanted
 * @param {ProgressMeter} meter
 */
async function build(folder, { source, options, trial, wasmIsReady, helpers }, meter) {
  // All at once: compiling the wasm, the small files, and the first bytes of the weights.
  const weights = findWeights(folder);
  const small = folder.isAlone ? Promise.resolve({}) : readSmallFiles(folder, source.kind === "hub");
  // If the small files fail, the outcome for the weights does not matter.
  weights.catch(() => {});
  const files = await small;
  const { index, first } = await weights;
  const { wasm, threads } = await wasmIsReady;

  const given = withoutMissing({ ...files, index, weights: first?.name });
  const loader = await wasm.ModelLoader.open(given, {
    ...options,
    threads,
    trial: trial ?? (folder.canReadAgain() ? "later" : "now"),
  });
  try {
    const names = loader.weightFiles();
    meter.expect(folder.sizeOf(names) ?? (names.length === 1 && first ? first.announced : sizeInIndex(index)));
    for (const [i, name] of names.entries()) {
      if (i + 1 < names.length && names[i + 1] !== first?.name) folder.fetchAhead(names[i + 1]);
      const file = first?.name === name ? first : await folder.open(name);
      loader.beginFile(name, file.byteLength ?? undefined);
      await pour(file, loader, meter);
      loader.endFile();
      await file.keep();
    }
    await folder.succeed();
    await compiled(loader, meter);
    await helpers;
  } catch (error) {
    loader.free();
    throw error;
  }
  return await loader.finish();
}

/** @template {object} T @param {T} files @returns {Partial<T>} what is there of them */
const withoutMissing = (files) =>
  /** @type {Partial<T>} */ (Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)));

/**
 * One weight file already open, or the index of several.
 *
 * @param {ModelFolder} folder
 * @returns {Promise<{ first: OpenFile | null, index: string | undefined }>}
 */
async function findWeights(folder) {
  let first = await folder.openWeights();
  let index = first ? undefined : await folder.textIfThere("model.safetensors.index.json");
  if (!first && index === undefined) {
    first = await folder.openIfThere("pytorch_model.bin");
    index = first ? undefined : await folder.textIfThere("pytorch_model.bin.index.json");
  }
  // Of all missing files, the error names the one that most models have.
  if (!first && index === undefined) await folder.open("model.safetensors");
  return { first, index };
}

/**
 * @param {OpenFile} file
 * @param {import("../../mamba_web.js").ModelLoader} loader
 * @param {ProgressMeter} meter
 */
async function pour(file, loader, meter) {
  let isFirst = true;
  for await (const chunk of file.chunks) {
    if (isFirst) refusePlaceholder(file.name, chunk);
    isFirst = false;
    await loader.push(chunk);
    meter.compile(kernelsOf(loader));
  }
}

/**
 * Waits for the GPU's kernels, which have been compiling since the loader was opened.
 *
 * @param {import("../../mamba_web.js").ModelLoader} loader
 * @param {ProgressMeter} meter
 */
async function compiled(loader, meter) {
  for (let shown = -1; ; ) {
    const kernels = kernelsOf(loader);
    if (kernels.ready !== shown) {
      meter.compile(kernels);
      meter.prepare();
    }
    if (kernels.ready === kernels.of) return;
    shown = kernels.ready;
    await new Promise((resolve) => setTimeout(resolve, COMPILED_POLL_MS));
  }
}

/** @param {import("../../mamba_web.js").ModelLoader} loader */
const kernelsOf = (loader) => ({ ready: loader.kernelsReady, of: loader.kernels });

/**
 * Recognises what comes instead of weights from a repository cloned without Git LFS, and from
 * hosts that answer every address with their front page.
 *
 * @param {string} name
 * @param {Uint8Array} chunk
 */
function refusePlaceholder(name, chunk) {
  const start = new TextDecoder("latin1").decode(chunk.subarray(0, 64));
  if (start.startsWith("version https://git-lfs")) {
    throw new MambaError(
      "bad-checkpoint",
      `${name} is only a Git LFS pointer, not the weights themselves.`,
      "Fetch the real file with “git lfs pull”, or load the model from where it is published.",
    );
  }
  if (/^\s*<(!doctype|html)/i.test(start)) {
    throw new MambaError(
      "not-found",
      `The server sent a web page instead of ${name}.`,
      "Check the address: it has to be the folder that the model's files are in.",
    );
  }
}

/** @param {string | undefined} index */
function sizeInIndex(index) {
  try {
    const size = JSON.parse(index ?? "")?.metadata?.total_size;
    return Number.isSafeInteger(size) && size > 0 ? /** @type {number} */ (size) : null;
  } catch {
    return null; // only the progress bar misses it; the loader says what is wrong
  }
}
