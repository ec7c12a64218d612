// The beginnings of chats that the model has read, as states. Two chats that begin in the same way share them, and a chat
// that branches goes on from where it branches.

/** @typedef {import("../session/session.js").Session} Session */
/** @typedef {{ text: string, session: Session, usedAt: number }} Beginning `session` is never read into, only forked */

/** The states may take this much, but there are never fewer than LEAST: instructions, a prompt and its answer. */
const MOST_BYTES = 64 * 2 ** 20;
const LEAST = 3;
const MOST = 32;

export class Beginnings {
  /** @type {Map<string, Beginning>} by their texts */
  #known = new Map();
  #clock = 0;
  #most;

  /** @param {number} stateBytes of one session */
  constructor(stateBytes) {
    this.#most = Math.min(MOST, Math.max(LEAST, Math.floor(MOST_BYTES / Math.max(1, stateBytes))));
  }

  /**
   * The longest beginning of a text that was read.
   *
   * @param {string} text
   * @returns {Beginning | null}
   */
  find(text) {
    /** @type {Beginning | null} */
    let best = null;
    for (const one of this.#known.values()) {
      if (one.text.length > (best?.text.length ?? 0) && text.startsWith(one.text)) best = one;
    }
    if (best) best.usedAt = this.#clock += 1;
    return best;
  }

  /**
   * Keeps a session, which is then this one's to close.
   *
   * @param {string} text what it has read
   * @param {Session} session
   */
  async keep(text, session) {
    const old = this.#known.get(text);
    this.#known.set(text, { text, session, usedAt: (this.#clock += 1) });
    const gone = old ? [old] : [];
    while (this.#known.size > this.#most) {
      const oldest = [...this.#known.values()].reduce((a, b) => (a.usedAt < b.usedAt ? a : b));
      this.#known.delete(oldest.text);
      gone.push(oldest);
    }
    await Promise.all(gone.map((one) => one.session.close()));
  }

  /** Forgets them all. */
  async clear() {
    const all = [...this.#known.values()];
    this.#known.clear();
    await Promise.all(all.map((one) => one.session.close()));
  }
}
