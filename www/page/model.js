// The model that the page has, or is loading, or could not load.

import { load } from "../mamba.js";
import { asMambaError, MambaError } from "../engine/errors.js";

/**
 * @typedef {{ model: string | File[], name: string, isDefault: boolean, backend: string, precision: string }} Choice
 *
 * @typedef {{ kind: "loading", choice: Choice, progress: import("../engine/progress.js").Progress | null }
 *   | { kind: "ready", choice: Choice, engine: import("../mamba.js").Engine, memoryBytes: number }
 *   | { kind: "failed", choice: Choice, error: import("../mamba.js").MambaError }} ModelState
 */

export class Model {
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {ModelState | null} */
  #state = null;
  /** @type {((state: ModelState) => void)[]} */
  #listeners = [];

  get state() {
    return this.#state;
  }

  get engine() {
    return this.#state?.kind === "ready" ? this.#state.engine : null;
  }

  /** @param {(state: ModelState) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Choice} choice */
  async load(choice) {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    // Two models at once may not fit into memory, so the old one goes first.
    const old = this.engine;
    this.#become({ kind: "loading", choice, progress: null });
    await old?.dispose();
    try {
      const engine = await load({
        model: choice.model,
        backend: choice.backend,
        precision: choice.precision,
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) this.#become({ kind: "loading", choice, progress });
        },
      });
      const memoryBytes = await engine.memoryBytes();
      if (signal.aborted) return void engine.dispose();
      this.#become({ kind: "ready", choice, engine, memoryBytes });
    } catch (error) {
      if (!signal.aborted) this.fail(choice, error);
    }
  }

  /** Ends the loading that is under way. What has arrived of the model is kept. */
  cancel() {
    if (this.#state?.kind !== "loading") return;
    const { choice } = this.#state;
    this.#loading?.abort();
    const hint = "“Resume” goes on where it stopped, as far as this browser keeps what has arrived.";
    this.fail(choice, new MambaError("cancelled", `${choice.name} was not loaded.`, hint));
  }

  /** @param {Choice} choice @param {unknown} error */
  fail(choice, error) {
    this.#become({ kind: "failed", choice, error: asMambaError(error) });
  }

  /** @param {ModelState} state */
  #become(state) {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
