// The end of a text that never ends. What leaves the window is let go.

import { make } from "../dom.js";
import { seenText } from "../shown-text.js";

const MOST_LINES = 40;
const LONG_LINE = 600;

export class LastLines {
  #element;
  #line = make("div", { class: "line", dir: "auto" });
  #length = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.clear();
  }

  clear() {
    this.#element.replaceChildren();
    this.#newLine();
  }

  /** @param {string} text */
  append(text) {
    text.split("\n").forEach((part, at) => {
      if (at > 0 || this.#length + part.length > LONG_LINE) this.#newLine();
      this.#line.append(seenText(part));
      this.#length += part.length;
    });
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  #newLine() {
    this.#line.normalize();
    this.#line = make("div", { class: "line", dir: "auto" });
    this.#length = 0;
    this.#element.append(this.#line);
    while (this.#element.childElementCount > MOST_LINES) this.#element.firstElementChild?.remove();
  }
}
