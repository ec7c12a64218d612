// The one answer that is being written, if there is one.

export class Running {
  /** @type {AbortController | null} */
  #current = null;
  /** @type {Promise<void>} */
  #finished = Promise.resolve();
  /** @type {((isRunning: boolean) => void)[]} */
  #listeners = [];

  get isRunning() {
    return this.#current !== null;
  }

  /** @param {(isRunning: boolean) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Stops the answer; resolves when it has stopped. */
  async stop() {
    this.#current?.abort();
    await this.#finished;
  }

  /**
   * Does the work, unless another is under way.
   *
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async run(work) {
    if (this.#current) return;
    this.#current = new AbortController();
    this.#tell();
    this.#finished = work(this.#current.signal).finally(() => {
      this.#current = null;
      this.#tell();
    });
    await this.#finished;
  }

  #tell() {
    for (const listener of this.#listeners) listener(this.isRunning);
  }
}
