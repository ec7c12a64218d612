// Starts the threads that help the engine's worker with each kernel (src/backend/cpu/pool.rs): workers of the worker,
// which end with it.

import { programMissing } from "./errors.js";

/**
 * Resolves when all are there.
 *
 * @param {import("./wasm.js").Wasm} wasm the build with threads
 * @param {WebAssembly.Memory} memory
 * @param {number} count
 * @param {(cause: unknown) => void} onFailure called when one fails after that
 */
export async function startHelpers(wasm, memory, count, onFailure) {
  const module = wasm.default.__wbindgen_wasm_module;
  const program = new URL("./pool-worker.js", import.meta.url);
  // Asked for first, which is in the cache then: where a worker's worker cannot start, Chromium may never end the two.
  const isThere = await fetch(program).then(({ ok }) => ok, () => false);
  if (!isThere) throw programMissing();
  const starts = Array.from({ length: count }, (_, index) => {
    const worker = new Worker(program, { type: "module", name: `mamba kernels ${index + 1}` });
    return new Promise((resolve, reject) => {
      worker.onmessage = () => {
        worker.onerror = (event) => onFailure(event.message);
        resolve(undefined);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(programMissing());
      };
      worker.postMessage({ module, memory });
    });
  });
  await Promise.all(starts);
}
