// Which build of the wasm this browser gets, and its start.

import { badArgument } from "./errors.js";
import { startHelpers } from "./pool.js";
import { hasRelaxedSimd } from "./simd.js";

/** @typedef {typeof import("../mamba_web.js")} Wasm */
/** @typedef {"plain" | "relaxed" | "threads"} Build */
/**
 * @typedef {object} Started
 * @property {Wasm} wasm the module
 * @property {number} threads how many it has
 * @property {Promise<unknown>} helpers resolves when all of them are there; an engine is not finished before
 */

/**
 * More are of little use: what a token needs from memory, a few cores use up. The native program has the same number
 * (src/engine/builder.rs).
 */
const AUTO_THREADS = 4;

/**
 * "relaxed" has faster products of rounded weights than "plain", which Safari needs; "threads" is the relaxed one with
 * shared memory, which browsers give only to pages that are isolated from other sites. All give the same scores.
 *
 * @param {string | null} wanted one of them, or whichever is best here
 * @param {number | null} most threads, or as many as are of use
 * @param {(cause: unknown) => void} onFailure called when a thread fails later
 * @returns {Promise<Started>}
 */
export async function startWasm(wanted, most, onFailure) {
  const threads = Math.min(navigator.hardwareConcurrency || 1, most ?? AUTO_THREADS);
  const build = /** @type {Build} */ (wanted ?? bestBuild(threads));
  if (build === "threads" && !self.crossOriginIsolated) {
    throw badArgument(
      "The build with threads runs only on a page that is isolated from other sites.",
      "Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or choose another build.",
    );
  }
  // Only the chosen one is fetched. All have the same surface.
  const started = module(build).then(async (wasm) => ({ wasm, memory: (await wasm.default()).memory }));
  const shared = started.then(({ wasm, memory }) => ({ module: wasm.default.__wbindgen_wasm_module, memory }));
  const helpers = build === "threads" ? startHelpers(shared, threads - 1, onFailure) : Promise.resolve();
  helpers.catch(() => {}); // told by the load that waits for them
  const { wasm } = await started;
  return { wasm, threads: build === "threads" ? threads : 1, helpers };
}

/** @param {number} threads @returns {Build} */
function bestBuild(threads) {
  if (!hasRelaxedSimd()) return "plain";
  return self.crossOriginIsolated && threads > 1 ? "threads" : "relaxed";
}

/** @param {Build} build @returns {Promise<Wasm>} */
function module(build) {
  if (build === "threads") return import("../mamba_web_threads.js");
  return build === "relaxed" ? import("../mamba_web_relaxed.js") : import("../mamba_web.js");
}
