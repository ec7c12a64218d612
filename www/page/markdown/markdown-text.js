// A Markdown text that grows while it is read. Finished blocks are never touched again; the open one is parsed once per
// frame and is bounded (blocks.js). It has the methods of StreamedText.

import { make } from "../dom.js";
import { keepFocus } from "../keep-focus.js";
import { seenText } from "../shown-text.js";
import { StreamedText } from "../streamed-text.js";
import { Blocks } from "./blocks.js";
import { codeBlock, handleCopying } from "./code-block.js";
import { decorate } from "./decorate.js";
import { nodesOf } from "./nodes.js";
import { patch } from "./patch.js";

/** @typedef {typeof import("./parse.js").parse} Parse */
/** @typedef {{ kind: import("./blocks.js").Kind, element: HTMLElement, text: string, shown: string, lines: StreamedText | null }} Block */

/** Characters that are taken at a time. */
const PORTION = 4096;
/** After this time the page may paint and answer before the rest is shown. */
const MOST_MS = 30;

export class MarkdownText {
  element;
  text = "";
  #parse;
  #afterPaint;
  #waiting = "";
  #frame = 0;
  #timer = 0;
  #blocks = this.#newBlocks();
  /** Where blocks go: the element, or the thought that is open. @type {HTMLElement} */
  #place;
  /** @type {Block | null} */
  #open = null;
  /** The unfinished line. */
  #tail = make("span", { class: "tail" });
  /** What it becomes where no block is open. @type {HTMLElement | null} */
  #tailBlock = null;
  #isEnded = false;
  /** Blocks that are being decorated. */
  #decorating = 0;

  /**
   * @param {HTMLElement} element
   * @param {Parse} parse
   * @param {() => void} [afterPaint]
   */
  constructor(element, parse, afterPaint = () => {}) {
    this.element = this.#place = element;
    this.#parse = parse;
    this.#afterPaint = afterPaint;
    handleCopying(element);
  }

  /** Whether a part of it is not shown yet, or without its colours or formulas. */
  get isBusy() {
    return this.#waiting !== "" || this.#decorating > 0;
  }

  /** @param {string} text */
  append(text) {
    this.#resume();
    this.text += text;
    this.#waiting += text;
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Shows the waiting text. A long one comes in portions, between which the page paints. */
  flush() {
    this.#stopWaiting();
    if (this.#waiting === "") return;
    const started = performance.now();
    while (this.#waiting !== "" && performance.now() - started < MOST_MS) {
      const portion = this.#waiting.slice(0, PORTION);
      this.#waiting = this.#waiting.slice(PORTION);
      this.#blocks.append(portion);
      this.#open?.lines?.flush(); // laying out long lines takes its time too
    }
    this.#showOpen();
    // A tab in the background gets no frames.
    if (this.#waiting !== "") this.#timer = window.setTimeout(() => this.flush());
    else if (this.#isEnded) this.#finish();
    this.#afterPaint();
  }

  /** There is no more text, for now. */
  end() {
    this.#isEnded = true;
    if (this.#waiting !== "") return this.flush();
    this.#showOpen();
    this.#finish();
  }

  clear() {
    this.#stopWaiting();
    this.text = this.#waiting = "";
    this.#blocks = this.#newBlocks();
    this.#place = this.element;
    this.#open = this.#tailBlock = null;
    this.#isEnded = false;
    this.element.replaceChildren();
  }

  #stopWaiting() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = 0;
  }

  #newBlocks() {
    return new Blocks({
      begin: (kind, info) => this.#begin(kind, info),
      add: (text) => this.#add(text),
      end: () => this.#end(),
      beginThought: () => this.#beginThought(),
      endThought: () => this.#endThought(),
      foldThought: () => this.#foldThought(),
    });
  }

  /** @param {import("./blocks.js").Kind} kind @param {string} info */
  #begin(kind, info) {
    const element = this.#tailBlock ?? this.#newBlock();
    this.#tailBlock = null;
    this.#open = { kind, element, text: "", shown: "", lines: null };
    if (kind === "markdown") return;
    element.replaceChildren();
    if (kind === "plain") return void (this.#open.lines = new StreamedText(element));
    element.append(codeBlock("", info));
    const code = element.querySelector("code");
    if (code) this.#open.lines = new StreamedText(code, undefined, "ltr");
  }

  /** @param {string} text */
  #add(text) {
    const open = this.#open;
    if (!open) return;
    open.text += text;
    if (!open.lines) return;
    this.#tail.remove();
    open.lines.append(seenText(text));
  }

  #end() {
    const open = this.#open;
    if (!open) return;
    this.#tail.remove();
    if (open.lines) open.lines.flush();
    else this.#showParsed(open, open.text);
    this.#open = null;
    void this.#decorate(open.element);
  }

  /** Shows the open block and the unfinished line. */
  #showOpen() {
    const open = this.#open;
    const { tail } = this.#blocks;
    const isApart = !open || this.#blocks.isTailApart;
    if (open?.lines) this.#showTail(open.lines);
    else if (open) this.#showParsed(open, isApart ? open.text : open.text + tail);
    if (isApart && tail.trim() !== "") {
      this.#tailBlock ??= this.#newBlock();
      this.#parseInto(this.#tailBlock, tail);
    } else {
      this.#tailBlock?.remove();
      this.#tailBlock = null;
    }
  }

  /** @param {StreamedText} lines of code, or of a long line */
  #showTail(lines) {
    lines.flush();
    // What may be the end of the code is not shown as a line of it.
    const isHidden = this.#blocks.isTailFence && !(this.#isEnded && !this.#blocks.isTailEnd);
    this.#tail.textContent = isHidden ? "" : seenText(this.#blocks.tail);
    if (this.#tail.textContent === "") this.#tail.remove();
    else if (!this.#tail.parentNode) (lines.element.lastElementChild ?? lines.element).append(this.#tail);
  }

  #newBlock() {
    const element = make("div", { class: "block" });
    this.#place.append(element);
    return element;
  }

  /** @param {Block} block @param {string} text */
  #showParsed(block, text) {
    if (block.shown !== text) this.#parseInto(block.element, text);
    block.shown = text;
  }

  /** @param {HTMLElement} element @param {string} text */
  #parseInto(element, text) {
    const tokens = this.#parse(text);
    patch(element, tokens ? nodesOf(tokens) : [make("div", { class: "line", text: seenText(text), dir: "auto" })]);
  }

  #finish() {
    const element = this.#open?.element ?? this.#tailBlock;
    if (element) void this.#decorate(element);
  }

  /** @param {HTMLElement} block that is finished, for now */
  async #decorate(block) {
    this.#decorating += 1;
    await decorate(block);
    this.#decorating -= 1;
  }

  /** More comes after an end: the open block becomes what it was before it was decorated. */
  #resume() {
    if (!this.#isEnded) return;
    this.#isEnded = false;
    if (!this.#open) return;
    this.#open.shown = "";
    const { lines } = this.#open;
    this.#tail.remove();
    lines?.clear();
    lines?.append(seenText(this.#open.text));
  }

  #beginThought() {
    const inside = make("div", { class: "thought-text" });
    const thought = make("details", { class: "thought" }, make("summary", { text: "Thought before the answer" }), inside);
    if (this.#tailBlock) this.#tailBlock.replaceWith(thought);
    else this.#place.append(thought);
    this.#tailBlock = null;
    this.#place = inside;
  }

  #endThought() {
    // Some models write both marks with nothing between them where they do not think.
    if (this.#place.textContent?.trim() === "") this.#place.closest(".thought")?.remove();
    this.#place = this.element;
  }

  #foldThought() {
    const before = [...this.element.childNodes].filter((node) => node !== this.#tailBlock);
    this.#beginThought();
    keepFocus();
    this.#place.append(...before);
    this.element.prepend(...this.element.querySelectorAll(":scope > .thought"));
    this.#endThought();
  }
}
