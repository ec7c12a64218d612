// Reads a text into a state, at the memory of one portion. It can pause between two portions.

import { portions } from "./portions.js";

/**
 * @typedef {object} Progress
 * @property {number} characters read so far
 * @property {number} tokens
 * @property {number} share of the text that is read, 0 to 1
 * @property {number} tokensPerSecond without the pauses
 * @property {number | null} secondsLeft null where it cannot be told yet
 */

export class Reading {
  #session;
  #text;
  #signal;
  #onProgress;
  /** Lets a paused reading go on. @type {(() => void) | null} */
  #goOn = null;
  #paused = Promise.resolve();
  /** @type {Progress} */
  progress = { characters: 0, tokens: 0, share: 0, tokensPerSecond: 0, secondsLeft: null };

  /**
   * @param {import("../../mamba.js").Session} session
   * @param {string | Blob} text
   * @param {AbortSignal} signal
   * @param {(progress: Progress) => void} onProgress
   */
  constructor(session, text, signal, onProgress) {
    this.#session = session;
    this.#text = text;
    this.#signal = signal;
    this.#onProgress = onProgress;
    signal.addEventListener("abort", () => this.pause(false), { once: true });
  }

  get isPaused() {
    return this.#goOn !== null;
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    if (isPaused && !this.#goOn) this.#paused = new Promise((resolve) => (this.#goOn = resolve));
    if (isPaused) return;
    this.#goOn?.();
    this.#goOn = null;
  }

  /** @returns {Promise<boolean>} whether it was read to its end; false after a stop, and what was read is remembered */
  async run() {
    const size = typeof this.#text === "string" ? this.#text.length : this.#text.size;
    const encoder = new TextEncoder();
    let [ms, read] = [0, 0];
    for await (const portion of portions(this.#text)) {
      await this.#paused;
      if (this.#signal.aborted) return false;
      const started = performance.now();
      // A portion is read whole, so that what was counted is what is remembered.
      await this.#session.prefill(portion);
      ms += performance.now() - started;
      // A file's size is in bytes.
      read += typeof this.#text === "string" ? portion.length : encoder.encode(portion).length;
      const tokens = this.#session.position;
      this.progress = {
        characters: this.progress.characters + portion.length,
        tokens,
        share: Math.min(1, read / size),
        // A browser may tell the time in tenths of a second.
        tokensPerSecond: (tokens / Math.max(ms, 1)) * 1000,
        secondsLeft: (ms / read) * Math.max(0, size - read) / 1000,
      };
      this.#onProgress(this.progress);
    }
    return true;
  }
}
