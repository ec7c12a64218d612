// Which build of the wasm this browser gets, and its start.
//
// The page compiles it, because it can while the worker is being made; and reading 5 MB, which takes the time of
// whoever compiles, would keep the worker from the model's files.

import { badArgument } from "./errors.js";
import { hasRelaxedSimd } from "./simd.js";

/** @typedef {typeof import("../mamba_web.js")} Wasm */
/** @typedef {"plain" | "relaxed" | "threads"} Build */
/** @typedef {{ build: Build, threads: number }} Program */
/**
 * @typedef {object} Started
 * @property {Wasm} wasm the module
 * @property {number} threads how many it has
 */

/** The modules that wasm-bindgen writes, and the wasm beside each. @type {Record<Build, { start: () => Promise<Wasm>, file: string }>} */
const BUILDS = {
  plain: { start: () => import("../mamba_web.js"), file: "mamba_web_bg.wasm" },
  relaxed: { start: () => import("../mamba_web_relaxed.js"), file: "mamba_web_relaxed_bg.wasm" },
  threads: { start: () => import("../mamba_web_threads.js"), file: "mamba_web_threads_bg.wasm" },
};

/**
 * More are of little use: what a token needs from memory, a few cores use up. The native program has the same number
 * (src/engine/builder.rs).
 */
const AUTO_THREADS = 4;

/**
 * "relaxed" has faster products of rounded weights than "plain", which Safari needs; "threads" is the relaxed one with
 * shared memory, which browsers give only to pages that are isolated from other sites. All give the same scores.
 *
 * @param {string} wanted one of them, or "auto" for whichever is best here
 * @param {number | "auto"} most threads, or as many as are of use
 * @param {boolean} [isIsolated] whether the page is
 * @returns {Program}
 */
export function chooseProgram(wanted, most, isIsolated = globalThis.crossOriginIsolated) {
  const cores = Math.min(navigator.hardwareConcurrency || 1, most === "auto" ? AUTO_THREADS : most);
  const build = wanted === "auto" ? bestBuild(cores, isIsolated) : /** @type {Build} */ (wanted);
  if (build === "threads" && !isIsolated) {
    throw badArgument(
      "The build with threads runs only on a page that is isolated from other sites.",
      "Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or choose another build.",
    );
  }
  return { build, threads: build === "threads" ? cores : 1 };
}

/** @param {number} threads @param {boolean} isIsolated @returns {Build} */
function bestBuild(threads, isIsolated) {
  if (!hasRelaxedSimd()) return "plain";
  return isIsolated && threads > 1 ? "threads" : "relaxed";
}

/**
 * Only the chosen one is fetched. All have the same surface.
 *
 * @param {Program} program
 * @param {string} home an address in the folder that the wasm is in
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileWasm({ build }, home) {
  const response = await fetch(new URL(BUILDS[build].file, home));
  if (!response.ok) throw new Error(`${response.url} was answered with ${response.status}`);
  // Compiled while it comes, if the server says what it is.
  const isTyped = response.headers.get("content-type") === "application/wasm";
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/**
 * @param {Program} program
 * @param {Promise<WebAssembly.Module>} compiled
 * @param {(shared: import("./pool.js").Shared) => void} share called with what the helpers need
 * @returns {Promise<Started>}
 */
export async function startWasm({ build, threads }, compiled, share) {
  const wasm = await BUILDS[build].start();
  const module = await compiled;
  const { memory } = await wasm.default({ module_or_path: module });
  if (threads > 1) share({ module, memory });
  return { wasm, threads };
}
