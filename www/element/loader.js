// The engine of one chat: borrowed, given back, and borrowed again after it has ended.

import { asMambaError, badArgument, cancelled, MambaError } from "../engine/errors.js";
import { borrow } from "./engines.js";

/**
 * @typedef {import("../mamba.js").Engine} Engine
 *
 * @typedef {object} Watcher
 * @property {(progress: import("../engine/fetch/progress.js").Progress | null) => void} onProgress null where it begins
 * @property {(engine: Engine) => Promise<void>} onLoaded
 * @property {(error: MambaError) => void} onFailed
 */

/** An engine that hangs must not keep its memory for longer. */
const MOST_FREEING_MS = 20_000;

export class Loader {
  #wanted;
  #watcher;
  /** @type {import("./engines.js").Borrowed | null} */
  #borrowed = null;
  /** @type {Promise<Engine> | null} */
  #ready = null;
  /** @type {Engine | null} */
  #engine = null;
  /** The last one that was begun, or given up. */
  #attempt = 0;

  /** @param {() => import("./engines.js").Wanted} wanted @param {Watcher} watcher */
  constructor(wanted, watcher) {
    this.#wanted = wanted;
    this.#watcher = watcher;
  }

  get engine() {
    return this.#engine;
  }

  /** @returns {Promise<Engine>} */
  load() {
    if (this.#ready) return this.#ready;
    const attempt = (this.#attempt += 1);
    // Not before the promise is known: a failure forgets it.
    return (this.#ready = Promise.resolve().then(() => this.#load(attempt)));
  }

  /** @param {number} attempt */
  async #load(attempt) {
    try {
      if (attempt !== this.#attempt) throw cancelled();
      const wanted = this.#wanted();
      if (wanted.model === "") throw badArgument("This chat has no model.", "Give the element a “model”: the address of a model's folder.");
      const borrowed = (this.#borrowed = borrow(wanted, (progress) => this.#engine ?? this.#watcher.onProgress(progress)));
      this.#watcher.onProgress(null);
      const engine = await borrowed.ready;
      if (attempt !== this.#attempt) throw cancelled();
      if (!engine.info.chatTemplate) throw badArgument("This model cannot chat: it has no chat template.", "Choose a model that was made for chats.");
      this.#engine = engine;
      await this.#watcher.onLoaded(engine);
      return engine;
    } catch (thrown) {
      const error = asMambaError(thrown);
      // Whoever gave it back meanwhile knows why.
      if (attempt === this.#attempt) this.#fail(error);
      throw error;
    }
  }

  /** Ends the loading, as the visitor wants. */
  cancel() {
    this.#fail(new MambaError("cancelled", "The model was not loaded.", "What has arrived of it is kept, if this browser can."));
  }

  /** @param {MambaError} error */
  #fail(error) {
    void this.giveBack();
    this.#watcher.onFailed(error);
  }

  /**
   * Lets go of the engine, at once for whoever looks at `engine`.
   *
   * @param {(engine: Engine) => Promise<unknown>} [free] what has to be done with it before others, or nobody, have it
   */
  async giveBack(free) {
    const [borrowed, engine] = [this.#borrowed, this.#engine];
    this.#borrowed = this.#engine = this.#ready = null;
    this.#attempt += 1;
    if (engine && free) await Promise.race([free(engine).catch(() => {}), new Promise((resolve) => setTimeout(resolve, MOST_FREEING_MS))]); // an engine that has ended has freed all
    borrowed?.giveBack();
  }

  /** Its engine has ended: whoever borrows the next time gets another one. */
  drop() {
    this.#borrowed?.replace();
    void this.giveBack();
  }
}
