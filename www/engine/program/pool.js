// The helpers: threads that compute parts of each kernel for the engine's worker (src/backend/cpu/pool.rs).
//
// The page makes them and not the worker, because a worker that makes a worker waits for the browser. In Firefox it
// sometimes waits for ever if a page was left a moment before.

import { engineStopped } from "../errors.js";
import { workerAddress } from "./assets.js";
import { startWorker } from "./platform.js";
import { whyNotStarted } from "./why-not-started.js";

/**
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory }} Shared the build with threads
 * @typedef {Shared & { warmsUp: boolean }} Start `warmsUp`: whether it calls what the engine will call (src/engine/warm.rs)
 * @typedef {"ready" | { failed: string }} Answer of a thread that was started; why it could not, or why it ended later, for
 *   developers
 */

/** After this the engine goes on without a helper that has not answered. */
const ANSWER_MS = 30_000;

export class Helpers {
  /** Those that are there, or may still come. @type {Set<Worker>} */
  #workers = new Set();
  /** Those that have not answered. @type {Set<Worker>} */
  #waitedFor = new Set();
  #count;
  #onReady;
  #onFailure;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} count
   * @param {(missing: number) => void} onReady called when each has answered, with how many could not start
   * @param {(error: import("../errors.js").MambaError) => void} onFailure called when their program is missing, or one
   *   fails later
   */
  constructor(count, onReady, onFailure) {
    this.#count = count;
    this.#onReady = onReady;
    this.#onFailure = onFailure;
    const url = workerAddress("helper");
    for (let index = 0; index < count; index++) {
      const worker = startWorker(url, `mamba kernels ${index + 1}`);
      worker.onerror = (event) => {
        event.preventDefault();
        // Without an answer it did not run at all: one of its modules or a header is missing.
        if (this.#waitedFor.has(worker)) void whyNotStarted(url).then(onFailure);
        else onFailure(engineStopped(event.message));
      };
      worker.onmessage = ({ data }) => this.#hear(worker, data);
      this.#workers.add(worker);
      this.#waitedFor.add(worker);
    }
  }

  /** @param {Shared} shared what the engine's worker has started */
  start(shared) {
    [...this.#workers].forEach((worker, index) => worker.postMessage({ ...shared, warmsUp: index === 0 }));
    if (this.#waitedFor.size > 0) this.#timer = setTimeout(() => this.#giveUpWaiting(), ANSWER_MS);
  }

  end() {
    clearTimeout(this.#timer);
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
    this.#waitedFor.clear();
  }

  /** @param {Worker} worker @param {Answer} answer */
  #hear(worker, answer) {
    if (!this.#waitedFor.delete(worker)) return answer !== "ready" && this.#onFailure(engineStopped(answer.failed));
    if (answer !== "ready") this.#dismiss(worker, answer.failed);
    if (this.#waitedFor.size > 0) return;
    clearTimeout(this.#timer);
    this.#onReady(this.#count - this.#workers.size);
  }

  #giveUpWaiting() {
    for (const worker of [...this.#waitedFor]) this.#hear(worker, { failed: `no answer for ${ANSWER_MS} ms` });
  }

  /** @param {Worker} worker @param {string} why */
  #dismiss(worker, why) {
    console.warn(`A thread could not start: ${why}`);
    worker.terminate();
    this.#workers.delete(worker);
  }
}
