// From Markdown to tokens. markdown-it knows CommonMark and GFM's tables, strikethrough and bare addresses, takes
// milliseconds where others take seconds for text that is made to be slow, and has a bound for nesting. Its HTML output is
// not used.

import MarkdownIt from "markdown-it";
import { maths } from "./maths-syntax.js";

/** @typedef {import("markdown-it").Token} Token */

/** Quotes and lists within each other. markdown-it drops what is deeper; here such a block is shown as it was written. */
const MOST_LEVELS = 40;

const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: MOST_LEVELS });
parser.use(maths);
// A definition of a link would vanish from the text, and links before it are on the screen already.
parser.disable("reference");
// Only what says where it leads: “example.com” may as well be a sentence without a blank.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
parser.validateLink = isAllowed;
// Names of hosts stay as they are requested. Letters that look like others are not shown as these.
parser.normalizeLinkText = (address) => address;

/** A link to anything else stays the text that it was written as. @param {string} address */
function isAllowed(address) {
  return /^(https?|mailto):/i.test(address) && URL.canParse(address);
}

/** @param {string} text @returns {Token[] | null} null if it is nested too deeply */
export function parse(text) {
  const tokens = parser.parse(text, {});
  return tokens.some(({ level }) => level >= MOST_LEVELS - 2) ? null : tokens;
}
