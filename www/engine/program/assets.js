// Where the parts of the program are: files beside this one. The package's “mamba-web/inline” has ../../inline/assets.js in the
// place of this module (scripts/package.mjs).

import { fetchProgram } from "./platform.js";

/** @typedef {import("./wasm.js").Build | "guide"} WasmName a build of the engine, or the module of constraints */
/** @typedef {"worker" | "helper"} WorkerName the engine's worker, or a thread of it */

/** Bundlers look for files in exactly this form. @type {Record<WorkerName, URL>} */
const WORKERS = {
  worker: new URL("./worker.js", import.meta.url),
  helper: new URL("./pool-worker.js", import.meta.url),
};

/** What the worker may fetch by itself; null: nothing. @type {Record<WasmName, string> | null} */
export const WASM = {
  plain: new URL("./mamba_web_bg.wasm", import.meta.url).href,
  relaxed: new URL("./mamba_web_relaxed_bg.wasm", import.meta.url).href,
  threads: new URL("./mamba_web_threads_bg.wasm", import.meta.url).href,
  guide: new URL("./mamba_web_guide_bg.wasm", import.meta.url).href,
};

/** @param {WorkerName} name @returns {URL} */
export const workerAddress = (name) => WORKERS[name];

/** @param {WasmName} name @param {RequestInit} options @returns {Promise<Response>} */
export const fetchWasm = (name, options) => fetchProgram(/** @type {Record<WasmName, string>} */ (WASM)[name], options);
