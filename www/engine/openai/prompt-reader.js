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
    const known = this.#beginnings.find(prompt);
    const session = known ? await known.session.fork() : await this.#host.session();
    const cachedTokens = session.position;
    try {
      let read = known?.text.length ?? 0;
      const rest = await this.#host.tokenizeChat(prompt.slice(read));
      const headIds = head.length > read ? await this.#host.tokenizeChat(prompt.slice(read, head.length)) : [];
      // A token may reach over the end of the head. Then a state there would be one of other tokens.
      const splits = headIds.length > 0 && headIds.length < rest.length && headIds.every((id, i) => id === rest[i]);
      const parts = splits ? [{ text: head, ids: headIds }, { text: prompt, ids: rest.slice(headIds.length) }] : [{ text: prompt, ids: rest }];
      for (const { text, ids } of parts) {
        if (ids.length === 0) continue;
        await session.prefill(ids, { signal });
        await this.keep(text, await session.fork());
      }
      return { session, cachedTokens };
    } catch (error) {
      await session.close().catch(() => {}); // an engine that has ended has freed it
      throw error;
    }
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
