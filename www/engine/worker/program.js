// The program of this worker: its start, and what the page tells of it.

import { asStartError } from "../errors.js";
import { Modules } from "../program/modules.js";
import { startWasm } from "../program/wasm.js";

/** @typedef {import("../fetch/progress.js").Fetched} Fetched */

let countMemory = () => 0;
let helpersAreReady = () => {};
/** Resolves when all of them are there that will be; an engine is not finished before. @type {Promise<void>} */
let helpers;
/** @type {Promise<import("../program/wasm.js").Started>} */
let wasmIsReady;
/** @type {Modules} */
let modules;
/** @type {string | null} */
let reason = null;
/** What has come of the program. @type {Fetched} */
let fetched = { loadedBytes: 0, totalBytes: null, isFromNetwork: false };
/** @type {(now: Fetched) => void} */
let onFetched = () => {};

/** @param {import("../program/wasm.js").Program} program @param {typeof import("../program/assets.js").WASM} files */
export function start(program, files) {
  modules = new Modules(files, (wants) => self.postMessage({ wants }), noteFetched);
  helpers = program.threads > 1 ? new Promise((resolve) => (helpersAreReady = resolve)) : Promise.resolve();
  const share = (/** @type {import("../program/pool.js").Shared | null} */ shared) => self.postMessage({ shared });
  wasmIsReady = startWasm(program, modules.of, share).then(
    (started) => {
      countMemory = started.wasm.memoryBytes;
      reason = started.reason;
      if (started.threads === 1) helpersAreReady(); // none will come
      return started;
    },
    (cause) => {
      throw asStartError(cause);
    },
  );
  wasmIsReady.catch(() => {}); // told by the load that waits for it
}

/** What a load waits for. */
export const whenReady = () => ({ wasmIsReady, helpers });

export const memoryBytes = () => countMemory();

/** Why there is another build, or are fewer threads, than this browser should have. */
export const buildReason = () => reason;

/** @type {import("../program/modules.js").ModuleOf} */
export const moduleOf = (name) => modules.of(name);

/** @param {import("../program/assets.js").WasmName} name @param {import("../session/protocol.js").Compiled} compiled */
export const takeModule = (name, compiled) => modules.take(name, compiled);

/** @param {Fetched} now */
export function noteFetched(now) {
  fetched = now;
  onFetched(now);
}

/** Tells `watch` alone, from now on. @param {(now: Fetched) => void} watch */
export function watchProgram(watch) {
  onFetched = watch;
  watch(fetched);
}

/** @param {number} missing threads that could not start */
export function takeHelpers(missing) {
  if (missing > 0) {
    reason = `${missing === 1 ? "One thread" : `${missing} threads`} could not be started in this browser, so there are fewer.`;
  }
  helpersAreReady();
}
