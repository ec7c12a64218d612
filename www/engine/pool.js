// Starts the threads that help the engine's worker with each kernel (src/backend/cpu/pool.rs): workers of the worker,
// which end with it.

import { programMissing } from "./errors.js";

/**
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory }} Shared the build with threads
 * @typedef {Shared & { warmsUp: boolean }} Start `warmsUp`: whether it calls what the engine will call (src/engine/warm.rs)
 */

/**
 * Their program is fetched while the wasm is. Resolves when all are there.
 *
 * @param {Promise<Shared>} started
 * @param {number} count
 * @param {(cause: unknown) => void} onFailure called when one fails after that
 */
export async function startHelpers(started, count, onFailure) {
  const program = new URL("./pool-worker.js", import.meta.url);
  // Asked for first, which is in the cache then: where a worker's worker cannot start, Chromium may never end the two.
  const isThere = await fetch(program).then(({ ok }) => ok, () => false);
  if (!isThere) throw programMissing();
  const starts = Array.from({ length: count }, (_, index) => {
    const worker = new Worker(program, { type: "module", name: `mamba kernels ${index + 1}` });
    const isReady = new Promise((resolve, reject) => {
      worker.onmessage = () => {
        worker.onerror = (event) => onFailure(event.message);
        resolve(undefined);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(programMissing());
      };
    });
    return Promise.all([isReady, started.then((shared) => worker.postMessage({ ...shared, warmsUp: index === 0 }))]);
  });
  await Promise.all(starts);
}
