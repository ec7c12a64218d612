// Which build of the wasm this browser gets, and its start.

import { hasRelaxedSimd } from "./simd.js";

/** @typedef {typeof import("../mamba_web.js")} Wasm */

/**
 * "relaxed" has faster int8 products and gives the same scores; Safari cannot run it.
 *
 * @param {string | null} wanted "plain", "relaxed", or whichever is best here
 * @returns {Promise<Wasm>}
 */
export async function startWasm(wanted) {
  const relaxed = wanted === "relaxed" || (wanted !== "plain" && hasRelaxedSimd());
  // Only the chosen one is fetched. Both have the same surface.
  const wasm = /** @type {Wasm} */ (
    await (relaxed ? import("../mamba_web_relaxed.js") : import("../mamba_web.js"))
  );
  await wasm.default();
  return wasm;
}
