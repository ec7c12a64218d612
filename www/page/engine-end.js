// What becomes of an engine that ends: it is started again, or its loss is told.

import { tell } from "./notices.js";

/** @typedef {import("../mamba.js").MambaError} MambaError */

export class EngineEnd {
  #model;
  #detach;

  /**
   * @param {import("./model.js").Model} model
   * @param {() => void} detach tells those who use the engine that there is none
   */
  constructor(model, detach) {
    this.#model = model;
    this.#detach = detach;
  }

  /** Lets go of the engine. */
  lose() {
    this.#model.end();
    this.#detach();
  }

  /** Loads the same model again after its engine has ended. @param {MambaError} error why */
  startAgain(error) {
    const { current, loading } = this.#model.state;
    if (!current) return;
    this.lose();
    const { code, message } = error;
    tell("The engine is started again", { code, message, hint: "The text on the page stays." });
    if (!loading) void this.#model.load(current.choice);
  }

  /**
   * Handles an error of an answer that comes from the engine, and gives what is left to say about the answer.
   *
   * @param {MambaError} error
   * @returns {Promise<MambaError | null>}
   */
  async judge(error) {
    const { current } = this.#model.state;
    const isAlive = await current?.engine.memoryBytes().then(() => true, () => false);
    // Reported elsewhere: by the watch, or because another model took over.
    if (!current || current.engine !== this.#model.engine || error.code === "cancelled") return null;
    if (isAlive) return error;
    if (error.code === "engine-stopped") this.startAgain(error);
    else {
      this.lose();
      this.#model.fail(current.choice, error);
    }
    return null;
  }
}
