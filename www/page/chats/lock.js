// One tab at a time writes a chat. Another tab that opens it only shows it, until its visitor takes it over.

const CHANNEL = "mamba-web-chat-lock";
const nameOf = (/** @type {string} */ chat) => `mamba-web-chat/${chat}`;

/** The other tab stops its answer and saves it within this time, or it is frozen. */
const YIELD_MS = 3000;

export class ChatLock {
  #release = () => {};
  /** @type {string | null} */
  #chat = null;
  /** Of the last request; what earlier ones get is given back. */
  #turn = 0;
  #onAsked;
  #onLost;
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;

  /**
   * @param {object} when
   * @param {(chat: string) => Promise<void>} when.onAsked another tab wants the chat: it is given up when this resolves
   * @param {(chat: string) => void} when.onLost another tab has the chat now
   */
  constructor({ onAsked, onLost }) {
    this.#onAsked = onAsked;
    this.#onLost = onLost;
    if (!this.#channel) return;
    this.#channel.onmessage = async ({ data }) => {
      if (this.#chat === null || data !== this.#chat) return;
      const chat = this.#chat;
      await this.#onAsked(chat);
      if (this.#chat !== chat) return;
      this.release();
      this.#onLost(chat);
    };
  }

  /** @param {string} chat @returns {Promise<boolean>} whether this tab may write it now */
  async take(chat) {
    this.release();
    return this.#request(chat, { ifAvailable: true });
  }

  /** @param {string} chat */
  async takeOver(chat) {
    this.release();
    const turn = this.#turn;
    this.#channel?.postMessage(chat);
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), YIELD_MS);
    const isGiven = await this.#request(chat, { signal: tooLate.signal });
    clearTimeout(timer);
    if (!isGiven && turn === this.#turn) await this.#request(chat, { steal: true });
  }

  release() {
    this.#turn += 1;
    this.#chat = null;
    this.#release();
    this.#release = () => {};
  }

  /** @param {string} chat @param {LockOptions} options @returns {Promise<boolean>} */
  #request(chat, options) {
    // A plain http page has no locks. There the last tab to save wins.
    if (!navigator.locks) {
      this.#chat = chat;
      return Promise.resolve(true);
    }
    const turn = this.#turn;
    return new Promise((resolve) => {
      const held = (/** @type {Lock | null} */ lock) => {
        if (!lock || turn !== this.#turn) return resolve(false);
        this.#chat = chat;
        resolve(true);
        return new Promise((release) => (this.#release = () => release(undefined)));
      };
      navigator.locks.request(nameOf(chat), options, held).catch((error) => {
        if (turn !== this.#turn) return resolve(false);
        if (error.name === "SecurityError") {
          // A site that may keep nothing has no locks either, so no other tab has the chat.
          this.#chat = chat;
          return resolve(true);
        }
        resolve(false);
        // It was stolen.
        if (this.#chat !== chat) return;
        this.#chat = null;
        this.#onLost(chat);
      });
    });
  }
}
