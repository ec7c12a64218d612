// The memory of this chat: a fixed size beside a growing count.

import { make } from "./dom.js";
import { bytes, counted } from "./format.js";

export class StateCard {
  #of = make("span", { id: "state-of", text: "chat" });
  #size = make("p", { id: "state-size", class: "state-size", text: "\u00a0" });
  #read = make("p", { id: "state-read", class: "state-read", text: "0 tokens read" });
  #cells = make("div", { id: "cells", class: "cells", "aria-hidden": "true" });
  element = make(
    "div",
    { class: "state", part: "state", role: "group", "aria-label": "Memory" },
    make("p", { class: "state-name" }, "Memory", make("span", { class: "if-wide" }, " of this ", this.#of)),
    this.#size,
    make("p", {}, make("span", { class: "if-wide", text: "the same after 12 tokens or 12 million" }), make("span", { class: "if-narrow", text: "at any length" })),
    this.#read,
    this.#cells,
  );
  #frame = 0;
  #tokens = 0;
  /** The cell that is lit. */
  #lit = 0;
  #isBusy = false;

  /** @param {import("../mamba.js").EngineInfo | null} info */
  showModel(info) {
    this.#size.textContent = info ? bytes(info.stateBytes) : "\u2013";
    // One cell per layer: a chat has as many at its end as at its start.
    const layers = Math.min(info?.layers ?? 16, 64);
    if (this.#cells.childElementCount === layers) return;
    this.#cells.replaceChildren(...Array.from({ length: layers }, () => make("span")));
  }

  /** @param {"chat" | "text"} what */
  showOf(what) {
    this.#of.textContent = what;
  }

  /** Tokens can come faster than frames. @param {number} tokens */
  showRead(tokens) {
    // The light moves by one, however many tokens were read. A block often has a multiple of the number of cells, and the
    // light would not move.
    if (tokens !== this.#tokens) this.#lit += 1;
    this.#tokens = tokens;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#read.textContent = `${counted(this.#tokens, "token")} read`;
      // The light moves on with the tokens and goes out when none are read.
      const cells = this.#cells.children;
      this.#cells.querySelector(".lit")?.classList.remove("lit");
      if (this.#isBusy && cells.length > 0) cells[this.#lit % cells.length].classList.add("lit");
    });
  }

  /** @param {boolean} isBusy whether tokens are being read */
  showBusy(isBusy) {
    this.#isBusy = isBusy;
    this.showRead(this.#tokens);
  }
}
