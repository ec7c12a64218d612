// The model that answers, the model that is loading to replace it, and the result of the last attempt.

import { load } from "../mamba.js";
import { asMambaError, MambaError } from "../engine/errors.js";
import { noteLoaded, noteLoading } from "./crash-guard.js";

/**
 * @typedef {object} Choice
 * @property {string | File[]} model what `load` takes
 * @property {string} name
 * @property {string | null} origin where a model comes from that is not this page's own
 * @property {boolean} isDefault
 * @property {string} backend
 * @property {string} precision
 *
 * @typedef {{ choice: Choice, engine: import("../mamba.js").Engine, memoryBytes: number, isMoving: boolean }} Loaded
 *   `isMoving`: its GPU was lost, and it is loaded again
 * @typedef {{ choice: Choice, progress: import("../engine/fetch/progress.js").Progress | null }} Loading
 * @typedef {{ choice: Choice, error: import("../mamba.js").MambaError }} Failed
 *
 * @typedef {{ current: Loaded | null, loading: Loading | null, failed: Failed | null }} ModelState
 */

export class Model {
  /** @type {AbortController | null} */
  #abort = null;
  /** @type {ModelState} */
  #state = { current: null, loading: null, failed: null };
  /** @type {((state: ModelState, before: ModelState) => void)[]} */
  #listeners = [];

  get state() {
    return this.#state;
  }

  get engine() {
    return this.#state.current?.engine ?? null;
  }

  /** @returns {Promise<import("../mamba.js").Engine>} resolves when a model is there */
  whenEngine() {
    if (this.engine) return Promise.resolve(this.engine);
    return new Promise((resolve) => this.onChange(({ current }) => current && resolve(current.engine)));
  }

  /** @param {(state: ModelState, before: ModelState) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Something has to be found out before it is loaded. @param {Choice} choice */
  expect(choice) {
    this.#become({ loading: { choice, progress: null }, failed: null });
  }

  /** It is not loaded yet, because the visitor is asked. */
  wait() {
    this.#become({ loading: null });
  }

  /**
   * The present model goes on answering until the new one is ready, and stays if the load fails.
   *
   * @param {Choice} choice
   */
  async load(choice) {
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    noteLoaded(); // the one before it, if any
    this.#become({ loading: { choice, progress: null }, failed: null });
    try {
      const engine = await load({
        model: choice.model,
        // From the address of the page or from what was kept; load refuses what it does not know.
        .../** @type {Pick<import("../mamba.js").LoadOptions, "backend" | "precision">} */ ({
          backend: choice.backend,
          precision: choice.precision,
        }),
        signal,
        onProgress: (progress) => {
          if (signal.aborted) return;
          noteLoading(choice, progress.totalBytes);
          this.#become({ loading: { choice, progress } });
        },
      });
      const memoryBytes = await engine.memoryBytes();
      if (signal.aborted) return void engine.dispose();
      const old = this.engine;
      noteLoaded();
      engine.onMove = (info) => void this.#move(engine, info === null);
      this.#become({ current: { choice, engine, memoryBytes, isMoving: false }, loading: null });
      // This ends its worker at once, whatever it is doing.
      await old?.dispose();
    } catch (error) {
      if (!signal.aborted) this.fail(choice, error);
    }
  }

  /** Ends the loading that is under way. What has arrived of the model is kept. */
  cancel() {
    if (!this.#state.loading) return;
    const { choice } = this.#state.loading;
    this.#abort?.abort();
    const hint = "“Resume” goes on from where it stopped, if this browser could keep what had arrived.";
    this.fail(choice, new MambaError("cancelled", `${choice.name} was not loaded.`, hint));
  }

  /** @param {Choice} choice @param {unknown} error */
  fail(choice, error) {
    noteLoaded();
    this.#become({ loading: null, failed: { choice, error: asMambaError(error) } });
  }

  /** Removes the message about the last attempt. */
  forget() {
    if (this.#state.failed) this.#become({ failed: null });
  }

  /** Gives up the engine, which has ended or is of no more use. */
  end() {
    const old = this.engine;
    this.#become({ current: null });
    void old?.dispose();
  }

  /** @param {import("../mamba.js").Engine} engine @param {boolean} isMoving */
  async #move(engine, isMoving) {
    // Loading the model again may have taken memory. An engine that has ended is told elsewhere.
    const measured = isMoving ? null : await engine.memoryBytes().catch(() => null);
    const { current } = this.#state;
    if (current?.engine !== engine) return;
    this.#become({ current: { ...current, isMoving, memoryBytes: measured ?? current.memoryBytes } });
  }

  /** @param {Partial<ModelState>} change */
  #become(change) {
    const before = this.#state;
    this.#state = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.#state, before);
  }
}
