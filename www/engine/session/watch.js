// Notices that the engine has ended or hangs. No browser tells a page so.
//
// While something is awaited, an answer or a load, the page sends the engine small requests, which it answers between two
// steps. Silence is counted in ticks and not in time, so a laptop that slept or a page that was frozen does not count as silence.

import { engineStopped, MambaError } from "../errors.js";

const TICK_MS = 1000;
/** Longer than any step, even a block of a prompt on the slowest device that can hold the model. */
const MOST_TICKS = 60;
/** Shorter after Stop: the visitor has already ended the answer. */
const MOST_TICKS_STOPPED = 20;

export class EngineWatch {
  #engine;
  #isLeaving;
  #onSilent;
  #ticks = 0;
  #isAsking = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {() => { memoryBytes: () => Promise<number> } | null} engine
   * @param {() => boolean} isLeaving whether a stop is awaited
   * @param {(error: MambaError) => void} onSilent
   */
  constructor(engine, isLeaving, onSilent) {
    this.#engine = engine;
    this.#isLeaving = isLeaving;
    this.#onSilent = onSilent;
  }

  /** @param {boolean} isAwaited whether anything is expected of the engine */
  show(isAwaited) {
    if (isAwaited === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#ticks = 0;
    this.#timer = isAwaited ? setInterval(() => this.#tick(), TICK_MS) : undefined;
  }

  /** Something came from the engine. */
  heard() {
    this.#ticks = 0;
  }

  #tick() {
    const engine = this.#engine();
    if (!engine) return this.heard();
    if (!this.#isAsking) {
      this.#isAsking = true;
      engine
        .memoryBytes()
        .then(() => this.heard())
        // If the engine has ended, the calls that wait for it fail.
        .catch(() => {})
        .finally(() => (this.#isAsking = false));
    }
    this.#ticks += 1;
    if (this.#ticks < (this.#isLeaving() ? MOST_TICKS_STOPPED : MOST_TICKS)) return;
    this.heard();
    this.#isAsking = false;
    const { hint } = engineStopped();
    this.#onSilent(new MambaError("engine-stopped", "The engine stopped answering, so the page ended it.", hint));
  }
}
