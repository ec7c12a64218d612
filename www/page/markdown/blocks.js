// Where a growing Markdown text may be cut. What lies before a cut never changes again, whatever follows, so it is shown
// once. Only the last block is open, and no block grows beyond a bound. So the work for a token does not depend on the
// length of the text.
//
// The cuts depend on the text alone, never on the pieces that it comes in.

import { THINKS, THOUGHT } from "../thoughts.js";

/** @typedef {"markdown" | "code" | "plain"} Kind plain is the rest of a line that is too long to be parsed */

/**
 * @typedef {object} Sink takes the blocks in order
 * @property {(kind: Kind, info: string) => void} begin `info` is what stands behind a code block's fence
 * @property {(text: string) => void} add whole lines with their ends; of a long line, parts of it
 * @property {() => void} end the block is finished
 * @property {() => void} beginThought what follows is what the model thinks before it answers
 * @property {() => void} endThought
 * @property {() => void} foldThought everything so far was thought: the model's template began it
 */

/** A line is cut here if it does not end before. */
export const MOST_LINE = 3000;
/** A block is cut at the end of the line that goes beyond it. */
export const MOST_BLOCK = 4000;
/** A list is cut before its next item from here on, where nobody sees it. */
const LONG_LIST = 1500;
/** The cut of a long line is looked for in its last part. */
const LINE_END_SEARCH = 800;

const BLANK = /^\s*$/;
const HEADING = /^#{1,6}(\s|$)/;
const ITEM = /^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:\s|$)/;
/** An item that ends a paragraph before it. */
const FIRST_ITEM = /^ {0,3}(?:[-+*]|1[.)])[ \t]+\S/;
const QUOTE = /^ {0,3}>/;
const INDENTED = /^(?: {2}|\t)/;
const DEEPLY_INDENTED = /^(?: {4}|\t)/;
/** Backquotes in the info would make it code within a line. */
const FENCE = /^( {0,3})(?:(`{3,})([^`]*)|(~{3,})(.*))$/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

export class Blocks {
  #sink;
  /** @type {Kind | null} */
  #kind = null;
  /** The open block's length in characters. */
  #length = 0;
  /** Its first lines: they say whether it is a list, a quote or a table. @type {string[]} */
  #first = [];
  #isAfterBlank = false;
  /** The open code block's fence. */
  #fence = "";
  /** Whether a part of the present line is in a block already. */
  #isInLine = false;
  #isThinking = false;
  #hasThought = false;
  #tail = "";

  /** @param {Sink} sink */
  constructor(sink) {
    this.#sink = sink;
  }

  /** The end of the text that belongs to no block yet, because its line is not finished. */
  get tail() {
    return this.#tail;
  }

  /** Whether the unfinished line looks as if it began another block than the open one. */
  get isTailApart() {
    return this.#isAfterBlank && /^[^\s\d*+-]/.test(this.#tail);
  }

  /** Whether the unfinished line could become, or is, the end of the code block. */
  get isTailFence() {
    const mark = this.#fence[0];
    return this.#kind === "code" && !this.#isInLine && this.#tail !== "" && /^ {0,3}(`+|~+)\s*$/.test(this.#tail) && this.#tail.trim()[0] === mark;
  }

  /** Whether the unfinished line ends the code block if the text ends here. */
  get isTailEnd() {
    return this.isTailFence && this.#closes(this.#tail);
  }

  /** @param {string} text */
  append(text) {
    this.#tail += text;
    while (this.#step());
  }

  /** Takes the next line, or the next part of one, out of the tail. @returns {boolean} whether there was one */
  #step() {
    const part = this.#tail.slice(0, MOST_LINE);
    const end = part.indexOf("\n");
    const line = end < 0 ? part : part.slice(0, end);
    if (this.#takeThought(line)) return true;
    if (end >= 0) {
      this.#tail = this.#tail.slice(end + 1);
      this.#commit(line.replace(/\r$/, ""));
      this.#isInLine = false;
      return true;
    }
    if (part.length < MOST_LINE) return false;
    const cut = endOfPart(part);
    this.#tail = this.#tail.slice(cut);
    this.#commitPart(part.slice(0, cut));
    return true;
  }

  /** @param {string} line a whole one, or what there is of it @returns {boolean} whether it had a mark of a thought */
  #takeThought(line) {
    if (this.#isThinking) {
      const at = line.indexOf(THOUGHT);
      if (at < 0) return false;
      this.#tail = this.#tail.slice(at + THOUGHT.length);
      if (at > 0) this.#commit(line.slice(0, at));
      this.#end();
      this.#isInLine = this.#isThinking = false;
      this.#sink.endThought();
      return true;
    }
    if (this.#hasThought || this.#isInLine || this.#kind === "code") return false;
    const mark = [THINKS, THOUGHT].find((known) => line.startsWith(known));
    if (!mark) return false;
    this.#tail = this.#tail.slice(mark.length);
    this.#end();
    this.#hasThought = true;
    this.#isThinking = mark === THINKS;
    if (this.#isThinking) this.#sink.beginThought();
    else this.#sink.foldThought();
    return true;
  }

  /** @param {string} line without its end */
  #commit(line) {
    if (this.#kind === "code") {
      if (!this.#isInLine && this.#closes(line)) this.#end();
      else this.#sink.add(`${line}\n`);
      return;
    }
    if (this.#kind === "plain") {
      this.#sink.add(line);
      return this.#end();
    }
    if (BLANK.test(line)) {
      if (this.#length > MOST_BLOCK) this.#end();
      if (this.#kind) this.#add("\n");
      this.#isAfterBlank = this.#kind !== null;
      return;
    }
    const fence = FENCE.exec(line);
    if (fence && !(this.#isList && fence[1] !== "")) {
      this.#end();
      this.#fence = fence[2] ?? fence[4];
      this.#begin("code", (fence[3] ?? fence[5]).trim());
      return;
    }
    this.#makeRoom(line);
    this.#add(`${line}\n`);
    this.#isAfterBlank = false;
    if (HEADING.test(line)) this.#end();
  }

  /** @param {string} part of a line that is too long */
  #commitPart(part) {
    if (this.#kind === null || this.#kind === "markdown") {
      this.#makeRoom(part);
      this.#add(part);
      this.#end();
      this.#begin("plain", "");
    } else {
      this.#sink.add(part);
    }
    this.#isInLine = true;
  }

  /** Ends the block if the line cannot belong to it, or if the block is long enough. @param {string} line */
  #makeRoom(line) {
    if (this.#kind) {
      const isItem = this.#isList && ITEM.test(line);
      const isOther = this.#isAfterBlank && !isItem && !(this.#isList ? INDENTED : DEEPLY_INDENTED).test(line);
      const isFull = this.#length > MOST_BLOCK || (isItem && this.#length > LONG_LIST && !/^\s/.test(line));
      const head = isFull && !this.#isAfterBlank && this.#isTable ? this.#first : [];
      const begins = HEADING.test(line) || (!this.#isList && FIRST_ITEM.test(line));
      if (isOther || isFull || begins) this.#end();
      // The rest of a long table has the same head again.
      if (head.length > 0 && !this.#kind) {
        this.#begin("markdown", "");
        for (const row of head) this.#add(row);
      }
    }
    if (!this.#kind) this.#begin("markdown", "");
  }

  get #isList() {
    return this.#first.length > 0 && ITEM.test(this.#first[0]);
  }

  get #isTable() {
    return this.#first.length > 1 && this.#first[0].includes("|") && !QUOTE.test(this.#first[0]) && TABLE_RULE.test(this.#first[1].trimEnd());
  }

  /** @param {string} line */
  #closes(line) {
    const text = line.trim();
    return !/^(?: {4}|\t)/.test(line) && text.length >= this.#fence.length && text === this.#fence[0].repeat(text.length);
  }

  /** @param {Kind} kind @param {string} info */
  #begin(kind, info) {
    this.#kind = kind;
    this.#sink.begin(kind, info);
  }

  /** @param {string} text */
  #add(text) {
    this.#length += text.length;
    if (this.#first.length < 2) this.#first.push(text);
    this.#sink.add(text);
  }

  #end() {
    if (this.#kind) this.#sink.end();
    this.#kind = null;
    this.#length = 0;
    this.#first = [];
    this.#isAfterBlank = false;
  }
}

/** Where a long line is cut: after a sentence, else after a word, else where it must. @param {string} part */
function endOfPart(part) {
  const from = part.length - LINE_END_SEARCH;
  const end = part.slice(from);
  const sentence = Math.max(...[". ", "! ", "? ", "。"].map((mark) => (end.includes(mark) ? end.lastIndexOf(mark) + mark.length : 0)));
  const at = sentence || end.lastIndexOf(" ") + 1;
  if (at > 0) return from + at;
  // Not within a character.
  return part.length - (/[\ud800-\udbff]$/.test(part) ? 1 : 0);
}
