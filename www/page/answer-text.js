// The text of an answer: as Markdown, or as it was written. The program that parses Markdown is fetched while the page's
// model loads. A text that comes before it is shown as it was written until then.

import { make } from "./dom.js";
import { MarkdownText } from "./markdown/markdown-text.js";
import { StreamedText } from "./streamed-text.js";
import { MOST_WEIGHED } from "./surprise/levels.js";

/** @type {Promise<import("./markdown/markdown-text.js").Parse | null> | null} */
let fetched = null;
/** @type {import("./markdown/markdown-text.js").Parse | null} */
let parse = null;

/** Fetches the parser once; after a failure it is tried again with the next answer. */
export function fetchParser() {
  fetched ??= import("./markdown/parse.js").then(
    (program) => (parse = program.parse),
    (error) => {
      console.debug(error); // without a network; texts stay as they were written
      return (fetched = null);
    },
  );
  return fetched;
}

export class AnswerText {
  element;
  /** @type {StreamedText | MarkdownText} */
  #shown;
  #afterPaint;
  #isPlain = false;
  /** What the model weighed for each token, if the visitor wanted it noted. @type {import("./surprise/levels.js").Weighed[]} */
  weighed = [];
  #isEnded = false;

  /**
   * @param {HTMLElement} element
   * @param {() => void} [afterPaint]
   */
  constructor(element, afterPaint = () => {}) {
    this.element = element;
    this.#afterPaint = afterPaint;
    this.#shown = this.#make();
    if (!parse) void fetchParser().then((found) => found && this.#showAgain());
  }

  /** The Markdown, as the model wrote it. */
  get text() {
    return this.#shown.text;
  }

  /** Whether a part of it is not shown yet. */
  get isBusy() {
    return this.#shown.isBusy;
  }

  /** Whether it is shown as it was written, because the visitor wants it. */
  get isPlain() {
    return this.#isPlain;
  }

  set isPlain(isPlain) {
    if (isPlain === this.#isPlain) return;
    this.#isPlain = isPlain;
    this.#showAgain();
  }

  /** @param {string} text */
  append(text) {
    this.#isEnded = false;
    this.#shown.append(text);
  }

  /** @param {import("../engine/session/session.js").Piece} piece */
  weigh({ text, surprise, alternatives }) {
    if (surprise === undefined || !alternatives || this.weighed.length >= MOST_WEIGHED) return;
    this.weighed.push({ text, surprise, alternatives });
  }

  flush() {
    this.#shown.flush();
  }

  /** There is no more text, for now. */
  end() {
    this.#isEnded = true;
    this.#shown.end();
  }

  clear() {
    this.#isEnded = false;
    this.weighed = [];
    this.#shown.clear();
  }

  #make() {
    // A new element, because the other view may have work left in the old one.
    const body = make("div", { class: parse && !this.#isPlain ? "text markdown" : "text" });
    this.element.replaceChildren(body);
    return parse && !this.#isPlain ? new MarkdownText(body, parse, this.#afterPaint) : new StreamedText(body, this.#afterPaint);
  }

  #showAgain() {
    const { text } = this.#shown;
    this.#shown.clear();
    this.#shown = this.#make();
    if (text !== "") this.#shown.append(text);
    if (this.#isEnded) this.#shown.end();
    else this.#shown.flush();
  }
}
