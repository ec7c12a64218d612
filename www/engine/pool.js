// The threads that help the engine's worker with each kernel (src/backend/cpu/pool.rs).
//
// The page makes them, not the worker: a worker that makes a worker waits for the browser, and in Firefox, where a page
// was left a moment before, now and then for ever.

import { engineStopped } from "./errors.js";
import { scriptAddress } from "./script-address.js";
import { whyNotStarted } from "./why-not-started.js";

/**
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory }} Shared the build with threads
 * @typedef {Shared & { warmsUp: boolean }} Start `warmsUp`: whether it calls what the engine will call (src/engine/warm.rs)
 */

export class Helpers {
  #workers;

  /**
   * @param {number} count
   * @param {() => void} onReady called when all are there
   * @param {(error: import("./errors.js").MambaError) => void} onFailure called when one cannot start, or fails later
   */
  constructor(count, onReady, onFailure) {
    let missing = count;
    const url = new URL("./pool-worker.js", import.meta.url);
    this.#workers = Array.from({ length: count }, (_, index) => {
      const worker = new Worker(scriptAddress(url), { type: "module", name: `mamba kernels ${index + 1}` });
      worker.onerror = (event) => {
        event.preventDefault();
        void whyNotStarted(url).then(onFailure);
      };
      worker.onmessage = () => {
        worker.onerror = (event) => onFailure(engineStopped(event.message));
        if (--missing === 0) onReady();
      };
      return worker;
    });
  }

  /** @param {Shared} shared what the engine's worker has started */
  start(shared) {
    this.#workers.forEach((worker, index) => worker.postMessage({ ...shared, warmsUp: index === 0 }));
  }

  end() {
    for (const worker of this.#workers) worker.terminate();
  }
}
