// Saves an open chat: soon after a change, about once a second while an answer is written, and at once when the page may
// end. What is not saved yet is at most a second old.

/** @typedef {import("./tree.js").Node} Node */

const SAVE_MS = 1000;

export class Saver {
  #save;
  /** @type {Set<Node>} */
  #changed = new Set();
  #isChanged = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void>} */
  #saved = Promise.resolve();

  /** @param {(nodes: Node[]) => Promise<void>} save */
  constructor(save) {
    this.#save = save;
  }

  /** @param {Node} [node] the turn that changed; without it only the chat itself did */
  touch(node) {
    this.#isChanged = true;
    if (node) this.#changed.add(node);
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_MS);
  }

  /** Saves what has changed. Resolves when everything up to now is saved, or could not be. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isChanged) {
      this.#isChanged = false;
      const nodes = [...this.#changed];
      this.#changed.clear();
      this.#saved = this.#save(nodes); // transactions keep the order of the calls
    }
    return this.#saved;
  }

  /** Forgets what is not saved, because the chat was deleted or is another tab's now. */
  drop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isChanged = false;
    this.#changed.clear();
  }
}
