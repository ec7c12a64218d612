// The memory of this chat: a size that stays, beside a count that grows.

import { byId, make } from "./dom.js";
import { bytes, counted } from "./format.js";

export class StateCard {
  #title = byId("state-title", HTMLElement);
  #size = byId("state-size", HTMLElement);
  #read = byId("state-read", HTMLElement);
  #cells = byId("cells", HTMLElement);
  #frame = 0;
  #tokens = 0;

  /** @param {import("../mamba.js").EngineInfo | null} info */
  showModel(info) {
    this.#size.textContent = info ? bytes(info.stateBytes) : "\u2013";
    // One cell a layer: there are as many at the end of a chat as at its start.
    const layers = Math.min(info?.layers ?? 16, 64);
    if (this.#cells.childElementCount === layers) return;
    this.#cells.replaceChildren(...Array.from({ length: layers }, () => make("span")));
  }

  /** @param {string} title */
  showTitle(title) {
    this.#title.textContent = title;
  }

  /** Tokens can come faster than frames. @param {number} tokens */
  showRead(tokens) {
    this.#tokens = tokens;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#read.textContent = `${counted(this.#tokens, "token")} read`;
      // The cell that shimmers moves with the tokens, so at rest nothing moves.
      const cells = this.#cells.children;
      this.#cells.querySelector(".lit")?.classList.remove("lit");
      if (this.#tokens > 0 && cells.length > 0) cells[this.#tokens % cells.length].classList.add("lit");
    });
  }
}
