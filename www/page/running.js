// The one answer that is being written, if there is one.
//
// A stop is sent to the engine, which answers when its step is done. The visitor must not wait for that. After a second
// the page goes on and only remembers the run, because the next one has to begin after its end.

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

  /** Whether the engine still works on something that was stopped. */
  get isLeaving() {
    return this.#left.size > 0 || this.#current?.abort.signal.aborted === true;
  }

  /** @param {(isRunning: boolean) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Stops the answer. Resolves when it has stopped, or after a second. */
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

  /** Resolves when the engine has ended everything that was stopped. */
  async letGo() {
    await Promise.allSettled(this.#left);
  }

  /**
   * Does the work, unless other work is under way. It begins after the end of the runs that were left.
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
    // If no run was left, there is not even a microtask of delay: the work has to show its first output at once.
    if (this.#left.size > 0) await this.letGo();
    // Work that was stopped before it began does not begin.
    if (!signal.aborted) await work(signal);
  }

  #tell() {
    for (const listener of this.#listeners) listener(this.isRunning);
  }
}
