// From markdown-it's tokens to nodes of the page. Every string becomes a text node or one of a few attributes; nothing is
// read as HTML.

import { make } from "../dom.js";
import { seenText } from "../shown-text.js";
import { codeBlock } from "./code-block.js";
import { imageLink, linkTo } from "./links.js";

/** @typedef {import("./parse.js").Token} Token */

/** The page's own headings end at 3, and models begin with their first or second. */
const HEADINGS = /** @type {const} */ (["h4", "h4", "h5", "h6", "h6", "h6"]);

/** Tokens that are elements of the same name. */
const PLAIN = new Set(["p", "ul", "li", "blockquote", "thead", "tbody", "tr", "em", "strong", "s"]);
/** Elements whose text has its own direction. */
const BLOCKS = new Set(["p", "li", "th", "td"]);

/** @param {Token[]} tokens @returns {Node[]} */
export function nodesOf(tokens) {
  return new Reader(tokens).children("");
}

class Reader {
  #tokens;
  #at = 0;

  /** @param {Token[]} tokens */
  constructor(tokens) {
    this.#tokens = tokens;
  }

  /** The nodes up to the token that closes their element. @param {string} closing @returns {Node[]} */
  children(closing) {
    /** @type {Node[]} */
    const nodes = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++];
      if (token.type === closing) break;
      nodes.push(...(token.nesting === 1 ? this.#element(token) : leaf(token)));
    }
    return nodes;
  }

  /** @param {Token} token that opens it @returns {Node[]} */
  #element(token) {
    const { tag, type, hidden } = token;
    const children = this.children(type.replace(/_open$/, "_close"));
    // The paragraph in an item of a list without blank lines.
    if (hidden) return children;
    const dir = BLOCKS.has(tag) ? "auto" : undefined;
    if (tag === "a") return [linkTo(String(token.attrGet("href")), children)];
    if (tag === "ol") return [make("ol", { start: token.attrGet("start")?.toString() }, ...children)];
    if (tag === "th" || tag === "td") return [make(tag, { class: alignment(token), dir }, ...children)];
    if (tag === "table") {
      return [make("div", { class: "table", role: "region", "aria-label": "Table", tabindex: "0" }, make("table", {}, ...children))];
    }
    const level = /^h([1-6])$/.exec(tag)?.[1];
    if (level) {
      return [make(HEADINGS[Number(level) - 1], { class: `level-${level}`, dir: "auto" }, ...children)];
    }
    if (PLAIN.has(tag)) return [make(/** @type {"p"} */ (tag), { dir }, ...(tag === "li" ? withBox(children) : children))];
    return children;
  }
}

/** @param {Token} token @returns {Node[]} */
function leaf(token) {
  const { type, content } = token;
  if (type === "inline") return nodesOf(token.children ?? []);
  if (type === "softbreak" || type === "hardbreak") return [new Text("\n")]; // shown as a break
  if (type === "hr") return [make("hr")];
  if (type === "code_inline") return [make("code", { text: seenText(content) })];
  if (type === "fence" || type === "code_block") return [codeBlock(content.replace(/\n$/, ""), token.info)];
  if (type === "image") return [imageLink(String(token.attrGet("src")), seenText(content))];
  if (type === "maths" || type === "maths_block") return [formula(content, type === "maths_block" || token.meta?.isDisplayed === true)];
  return content === "" ? [] : [new Text(seenText(content))];
}

/** It shows what was written until maths.js has set it. @param {string} text @param {boolean} isDisplayed */
function formula(text, isDisplayed) {
  return make("span", { class: isDisplayed ? "formula displayed" : "formula", text: seenText(text), "data-formula": text, dir: "ltr" });
}

/** @param {Token} cell */
function alignment(cell) {
  const found = /text-align:(center|right)/.exec(String(cell.attrGet("style") ?? ""));
  return found ? `align-${found[1]}` : undefined;
}

/** An item of a list of tasks begins with [ ] or [x]. @param {Node[]} children */
function withBox(children) {
  const place = children[0] instanceof HTMLParagraphElement ? children[0].firstChild : children[0];
  const mark = place instanceof Text && /^\[([ xX])\] /.exec(place.data);
  if (!mark || !(place instanceof Text)) return children;
  place.data = place.data.slice(mark[0].length);
  const isDone = mark[1] !== " ";
  const box = make("span", { class: "task", role: "img", "aria-label": isDone ? "done: " : "to do: ", text: isDone ? "☑" : "☐" });
  if (place.parentNode) place.before(box, " ");
  else children.unshift(box, new Text(" "));
  return children;
}
