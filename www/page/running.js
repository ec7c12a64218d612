// The one answer that is being written, if there is one.
//
// Stopping is asked of the engine, which answers when its step is done. Whoever stops must not wait for that: after a
// second the page goes on, and the run is only remembered, because the next one has to begin after its end.

const STOP_MS = 1000;

export class Running {
  /** @type {{ abort: AbortController, finished: Promise<void>, onLeft: () => void } | null} */
  #current = null;
  /** Runs that were left before the engine had let go of them. @type {Set<Promise<void>>} */
  #left = new Set();
  /** @type {((isRunning: boolean) => void)[]} */
  #listeners = [];

  get isRunning() {
    return this.#current !== null;
  }

  /** Whether the engine is to let go of something that was stopped. */
  get isLeaving() {
    return this.#left.size > 0 || this.#current?.abort.signal.aborted === true;
  }

  /** @param {(isRunning: boolean) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Stops the answer; resolves when it has stopped, or after a second. */
  async stop() {
    const current = this.#current;
    if (!current) return;
    current.abort.abort();
    await Promise.race([current.finished, new Promise((resolve) => setTimeout(resolve, STOP_MS))]);
    if (this.#current !== current) return;
    this.#left.add(current.finished);
    void current.finished.finally(() => {
      this.#left.delete(current.finished);
      this.#tell();
    });
    this.#current = null;
    current.onLeft();
    this.#tell();
  }

  /** Resolves when the engine has let go of all that was stopped. */
  async letGo() {
    await Promise.allSettled(this.#left);
  }

  /**
   * Does the work, unless another is under way; after the end of those that were left.
   *
   * @param {(signal: AbortSignal) => Promise<void>} work
   * @param {() => void} [onLeft] called where the engine does not stop within a second
   */
  async run(work, onLeft = () => {}) {
    if (this.#current) return;
    const abort = new AbortController();
    const current = { abort, finished: Promise.resolve(), onLeft };
    this.#current = current;
    this.#tell();
    current.finished = this.#afterThoseLeft(abort.signal, work).finally(() => {
      if (this.#current !== current) return; // left
      this.#current = null;
      this.#tell();
    });
    await current.finished;
  }

  /** @param {AbortSignal} signal @param {(signal: AbortSignal) => Promise<void>} work */
  async #afterThoseLeft(signal, work) {
    // Not even a microtask where nothing was left: what the work shows at once has to be there at once.
    if (this.#left.size > 0) await this.letGo();
    // What was stopped before it began has not begun.
    if (!signal.aborted) await work(signal);
  }

  #tell() {
    for (const listener of this.#listeners) listener(this.isRunning);
  }
}
