// The states of the chats' turns. They are a cache: where one is missing, the text is read again.

/**
 * @typedef {import("../../mamba.js").Engine} Engine
 * @typedef {import("../../mamba.js").Session} Session
 * @typedef {import("./tree.js").Node} Node
 */

/** Of all states together. The two newest stay in any case: the next turn and Regenerate begin from them. */
const MOST_BYTES = 256 * 2 ** 20;

const keyOf = (/** @type {string} */ model, /** @type {string} */ chat, /** @type {string} */ node) => `${model}/${chat}/${node}`;

export class States {
  /** The oldest first. @type {Map<string, Uint8Array>} */
  #kept = new Map();

  /**
   * Keeps the state after a turn.
   *
   * @param {Engine} engine
   * @param {Node} node
   * @param {Session} session
   */
  async put(engine, { chat, id }, session) {
    const key = keyOf(engine.info.modelHash, chat, id);
    const bytes = await session.snapshot();
    this.#kept.delete(key);
    this.#kept.set(key, bytes);
    let sum = 0;
    for (const { length } of this.#kept.values()) sum += length;
    for (const [old, { length }] of this.#kept) {
      if (sum <= MOST_BYTES || this.#kept.size <= 2) break;
      this.#kept.delete(old);
      sum -= length;
    }
  }

  /**
   * The state after the last of some turns whose state is known.
   *
   * @param {Engine} engine
   * @param {Node[]} path
   * @returns {Promise<{ session: Session, read: number } | null>} `read`: how many of the turns it has read
   */
  async nearest(engine, path) {
    for (let read = path.length; read > 0; read--) {
      const { chat, id } = path[read - 1];
      const key = keyOf(engine.info.modelHash, chat, id);
      const bytes = this.#kept.get(key);
      if (!bytes) continue;
      try {
        return { session: await engine.restore(bytes), read };
      } catch (error) {
        console.debug(error); // then it is read again
        this.#kept.delete(key);
      }
    }
    return null;
  }

  /** @param {Engine | null} _engine @param {string} chat whose states are of no more use */
  async drop(_engine, chat) {
    for (const key of this.#kept.keys()) if (key.split("/")[1] === chat) this.#kept.delete(key);
  }
}

/**
 * Reads turns into a session as if they had been had there.
 *
 * @param {Session} session
 * @param {Node[]} turns
 * @param {string} modelHash the ids of another model's turns mean nothing
 * @param {{ signal: AbortSignal, onPrefill: (progress: { read: number, total: number }) => void }} options
 */
export async function readTurns(session, turns, modelHash, options) {
  const read = /** @type {any} */ (session).read;
  if (!read) return; // the engine of this build cannot read turns yet
  const known = turns.map(({ message, answer, ids, modelHash: of }) => ({ message, answer, ...(ids && of === modelHash && { ids }) }));
  await read.call(session, known, options);
}
