// What is written for a chat that is not begun yet. Each tab has its own, which a reload finds again. The last one of all tabs
// is there for a visit in a new tab, such as after a crash.

import { recall, remember } from "./storage.js";

const KEY = "mamba-web.draft";

export class Draft {
  /** What this tab has left for new ones. @type {string | null} */
  #left = null;
  /** What this tab has, where its own storage cannot be used. @type {string | null} */
  #own = null;

  /** @returns {string} "" for none */
  recall() {
    let kept = this.#own;
    try {
      kept ??= sessionStorage.getItem(KEY);
    } catch {
      // There is none.
    }
    return kept ?? recall("draft") ?? "";
  }

  /** @param {string} text */
  remember(text) {
    try {
      sessionStorage.setItem(KEY, text);
      this.#own = null;
    } catch {
      this.#own = text; // as long as the page is open
    }
    // What another tab has left is not this one's to forget.
    if (text === "" && this.#left !== recall("draft")) return;
    remember("draft", text || null);
    this.#left = text || null;
  }
}
