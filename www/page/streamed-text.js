// Text that grows while it is read. The cost of a token must not depend on the length of the
// text. So new text goes into new nodes, once per frame, and each line is a block of its own, so
// that only the last one is laid out again. A line that is too long becomes several blocks.

import { make } from "./dom.js";

/** A block this long ends at the next end of a sentence. */
const LONG_LINE = 800;
/** A block ends here in any case: browsers take seconds to lay out one word of a hundred thousand letters. */
const MOST_IN_LINE = 1600;

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
  #direction;

  /**
   * @param {HTMLElement} element
   * @param {() => void} [afterPaint]
   * @param {"auto" | "ltr"} [direction] of each line: of its own, or that of code
   */
  constructor(element, afterPaint = () => {}, direction = "auto") {
    this.element = element;
    this.#afterPaint = afterPaint;
    this.#direction = direction;
  }

  /** Whether a part of it is not shown yet. */
  get isBusy() {
    return this.#waiting !== "";
  }

  /** @param {string} text */
  append(text) {
    this.text += text;
    this.#waiting += text;
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Shows the waiting text. A tab in the background gets no frames. */
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

  /** There is no more text, for now. */
  end() {
    this.flush();
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
    for (let start = 0; start < text.length || !this.#line; start += MOST_IN_LINE) {
      const part = text.slice(start, start + MOST_IN_LINE);
      if (!this.#line) this.#newLine();
      if (!part) return;
      this.#line?.append(part);
      this.#lineLength += part.length;
      if (this.#lineLength <= LONG_LINE) continue;
      if (/[.!?]["”’)]*\s?$/.test(part)) this.#newLine();
      else if (this.#lineLength > MOST_IN_LINE) this.#split();
    }
  }

  /** Ends the block where its last line on the screen begins, so that nobody sees it. */
  #split() {
    const block = this.#line;
    if (!block) return;
    block.normalize();
    const text = block.firstChild;
    this.#newLine();
    if (!(text instanceof Text)) return;
    const rest = text.splitText(startOfLastLine(text));
    this.#line?.append(rest);
    this.#lineLength = rest.data.length;
  }

  #newLine() {
    this.#line = make("div", { class: "line", dir: this.#direction });
    this.#lineLength = 0;
    this.element.append(this.#line);
  }
}

/**
 * @param {Text} text
 * @returns {number} where in it the last line on the screen begins; its end where it is not laid out
 */
function startOfLastLine(text) {
  const range = document.createRange();
  const topAt = (/** @type {number} */ at) => {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().top;
  };
  const last = topAt(text.length - 1);
  let [before, at] = [0, text.length - 1];
  if (topAt(before) >= last) return text.length;
  while (at - before > 1) {
    const middle = (before + at) >> 1;
    if (topAt(middle) >= last) at = middle;
    else before = middle;
  }
  return at;
}

/** A whole text in blocks of bounded size. @param {string} text */
export function blocks(text) {
  const made = [];
  for (const line of text.split("\n")) {
    for (let start = 0; start === 0 || start < line.length; start += MOST_IN_LINE) {
      made.push(make("div", { class: "line", text: line.slice(start, start + MOST_IN_LINE), dir: "auto" }));
    }
  }
  return made;
}
