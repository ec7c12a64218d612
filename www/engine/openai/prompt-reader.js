// Has a prompt read, and of it only what was not read before.

import { Beginnings } from "./beginnings.js";

/** @typedef {import("../session/session.js").Session} Session */

/**
 * @typedef {object} ReadPrompt
 * @property {Session} session that stands at the end of the prompt; the caller closes it or keeps it
 * @property {number} cachedTokens those that a known state had read
 */

export class PromptReader {
  #host;
  #beginnings;

  /** @param {import("./chat.js").Host} host */
  constructor(host) {
    this.#host = host;
    this.#beginnings = new Beginnings(host.info().stateBytes);
  }

  /**
   * @param {string} prompt of a chat template
   * @param {string} head a beginning of it that other prompts may share
   * @param {AbortSignal} signal
   * @returns {Promise<ReadPrompt>}
   */
  async read(prompt, head, signal) {
    const { session, read } = await this.#begin(prompt);
    const cachedTokens = session.position;
    try {
      const rest = await this.#host.tokenizeChat(prompt.slice(read));
      const headIds = head.length > read ? await this.#host.tokenizeChat(prompt.slice(read, head.length)) : [];
      // A token may reach over the end of the head. Then a state there would be one of other tokens.
      const splits = headIds.length > 0 && headIds.length < rest.length && headIds.every((id, i) => id === rest[i]);
      const parts = splits ? [{ text: head, ids: headIds }, { text: prompt, ids: rest.slice(headIds.length) }] : [{ text: prompt, ids: rest }];
      for (const { text, ids } of parts) {
        if (ids.length === 0) continue;
        await session.prefill(ids, { signal });
        await this.#keepCopy(text, session);
      }
      return { session, cachedTokens };
    } catch (error) {
      await session.close().catch(() => {}); // an engine that has ended has freed it
      throw error;
    }
  }

  /**
   * @param {string} prompt
   * @returns {Promise<{ session: Session, read: number }>} a session of its own, and how much of the prompt that has read
   */
  async #begin(prompt) {
    try {
      const known = this.#beginnings.find(prompt);
      if (known) return { session: await known.session.fork(), read: known.text.length };
      return { session: await this.#host.session(), read: 0 };
    } catch (error) {
      await this.#makeRoom(error);
      return { session: await this.#host.session(), read: 0 };
    }
  }

  /** @param {string} text what the session has read @param {Session} session */
  async #keepCopy(text, session) {
    try {
      await this.keep(text, await session.fork());
    } catch (error) {
      await this.#makeRoom(error); // the answer needs no copy
    }
  }

  /** What is kept must not be in the way of an answer. @param {unknown} error thrown again if it is not that memory is short */
  async #makeRoom(error) {
    if (/** @type {{ code?: unknown }} */ (error)?.code !== "out-of-memory") throw error;
    await this.forget();
  }

  /**
   * @param {string} text what the session has read
   * @param {Session} session given away
   */
  async keep(text, session) {
    await this.#beginnings.keep(text, session);
  }

  async forget() {
    await this.#beginnings.clear();
  }
}
