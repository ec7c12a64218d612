// Text that grows while it is read. What a token costs must not depend on how much is
// there already: new text goes into new nodes, once a frame, and each line is a block of
// its own, so that only the last one is laid out again.

import { make } from "./dom.js";

/** A line this long gets a break at the next end of a sentence. */
const LONG_LINE = 6000;

export class StreamedText {
  /** @type {HTMLElement} */
  element;
  /** The whole text. (A string that is appended to costs nothing per character until it is read.) */
  text = "";
  #waiting = "";
  #frame = 0;
  #lineLength = 0;
  /** @type {HTMLElement | null} */
  #line = null;
  #afterPaint;

  /**
   * @param {HTMLElement} element
   * @param {() => void} [afterPaint]
   */
  constructor(element, afterPaint = () => {}) {
    this.element = element;
    this.#afterPaint = afterPaint;
  }

  /** @param {string} text */
  append(text) {
    this.text += text;
    this.#waiting += text;
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Shows what is waiting. Frames do not come to a tab in the background. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const text = this.#waiting;
    if (!text) return;
    this.#waiting = "";
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#add(text.slice(start, end));
      this.#newLine();
      start = end + 1;
    }
    this.#add(text.slice(start));
    this.#afterPaint();
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.text = this.#waiting = "";
    this.#line = null;
    this.#lineLength = 0;
    this.element.replaceChildren();
  }

  /** @param {string} text without line breaks */
  #add(text) {
    if (!this.#line) this.#newLine();
    if (!text) return;
    this.#line?.append(text);
    this.#lineLength += text.length;
    if (this.#lineLength > LONG_LINE && /[.!?]["”’)]*\s?$/.test(text)) this.#newLine();
  }

  #newLine() {
    this.#line = make("div", { class: "line" });
    this.#lineLength = 0;
    this.element.append(this.#line);
  }
}
