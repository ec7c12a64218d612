// Engines that the chats of one page share: one for each model and the way that it runs. The engine's worker takes turns
// between sessions, so all of them go on at once. The last chat that gives its engine back ends it.

import { load } from "../mamba.js";

/**
 * @typedef {import("../mamba.js").Engine} Engine
 * @typedef {import("../engine/fetch/progress.js").Progress} Progress
 * @typedef {{ model: string, backend: string, precision: string }} Wanted
 * @typedef {{ ready: Promise<Engine>, giveBack: () => void, replace: () => void }} Borrowed `replace`: its engine has ended,
 *   so whoever borrows next loads another one
 */

class Shared {
  users = 0;
  /** @type {Set<(progress: Progress) => void>} */
  listeners = new Set();
  /** @type {Progress | null} */
  progress = null;
  abort = new AbortController();
  ready;

  /** @param {Wanted} wanted */
  constructor(wanted) {
    // The attributes of an element say anything. `load` refuses what it does not know.
    const asked = /** @type {import("../mamba.js").LoadOptions} */ (wanted);
    this.ready = load({
      ...asked,
      signal: this.abort.signal,
      onProgress: (progress) => {
        this.progress = progress;
        for (const listener of this.listeners) listener(progress);
      },
    });
  }

  end() {
    this.abort.abort();
    void this.ready.then((engine) => engine.dispose(), () => {}); // a load that failed has nothing to end
  }
}

/** @type {Map<string, Shared>} */
const shared = new Map();

/** @param {Wanted} wanted @param {(progress: Progress) => void} onProgress @returns {Borrowed} */
export function borrow(wanted, onProgress) {
  // Two ways to write one address are one model. What is no address is refused by `load`.
  const isAddress = /^(\.{0,2}\/|https?:)/.test(wanted.model) && URL.canParse(wanted.model, document.baseURI);
  const model = isAddress ? new URL(wanted.model, document.baseURI).href : wanted.model;
  const key = JSON.stringify([model, wanted.backend, wanted.precision]);
  const known = shared.get(key);
  const of = known ?? new Shared({ ...wanted, model });
  if (!known) {
    shared.set(key, of);
    of.ready.catch(() => shared.get(key) === of && shared.delete(key)); // the next one tries again
  }
  of.users += 1;
  of.listeners.add(onProgress);
  if (of.progress) onProgress(of.progress);
  const replace = () => {
    if (shared.get(key) === of) shared.delete(key);
  };
  let isBorrowed = true;
  return {
    ready: of.ready,
    replace,
    giveBack() {
      if (!isBorrowed) return;
      isBorrowed = false;
      of.users -= 1;
      of.listeners.delete(onProgress);
      if (of.users > 0) return;
      replace();
      of.end();
    },
  };
}
