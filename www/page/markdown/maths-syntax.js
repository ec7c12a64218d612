// Formulas in Markdown, as models write them: \( \) within a line; \[ \] and $$ $$ on lines of their own. One dollar is a
// price.

/** @typedef {import("markdown-it").MarkdownIt} MarkdownIt */

/** Longer ones are text. So a mark without its end costs no more than this. */
const MOST_FORMULA = 2000;

/** How each begins -> how it ends. @type {Record<string, string>} */
const ENDS = { "\\(": "\\)", "\\[": "\\]", $$: "$$" };

/**
 * @param {string} text
 * @param {number} from where a formula may begin
 * @returns {{ formula: string, end: number, isDisplayed: boolean } | null} `end` is behind its last mark
 */
function formulaAt(text, from) {
  const begin = text.slice(from, from + 2);
  const mark = ENDS[begin];
  if (!mark) return null;
  const part = text.slice(from + 2, from + 2 + MOST_FORMULA);
  const end = part.indexOf(mark);
  const formula = part.slice(0, end).trim();
  // Two of the same beginning without an end between them: the first is text.
  if (end < 0 || formula === "" || (begin !== mark && formula.includes(begin))) return null;
  return { formula, end: from + 2 + end + mark.length, isDisplayed: begin !== "\\(" };
}

/** @param {MarkdownIt} parser */
export function maths(parser) {
  // Before the rule that takes \( as a bracket.
  parser.inline.ruler.before("escape", "maths", (state, isSilent) => {
    const found = formulaAt(state.src, state.pos);
    if (!found || found.end > state.posMax) return false;
    if (!isSilent) {
      Object.assign(state.push("maths", "", 0), { content: found.formula, meta: { isDisplayed: found.isDisplayed } });
    }
    state.pos = found.end;
    return true;
  });
  // Its lines may look like a list or a heading, so they must not be parsed as such.
  parser.block.ruler.before("fence", "maths", block, { alt: ["paragraph", "blockquote", "list"] });
}

/**
 * @param {import("markdown-it").StateBlock} state
 * @param {number} startLine
 * @param {number} endLine
 * @param {boolean} isSilent
 */
function block(state, startLine, endLine, isSilent) {
  const begin = lineAt(state, startLine).slice(0, 2);
  if (begin === "\\(" || !ENDS[begin] || state.sCount[startLine] - state.blkIndent >= 4) return false;
  const lines = [];
  let length = 0;
  for (let line = startLine; line < endLine && length < MOST_FORMULA; line++) {
    // Out of the list or the quote that it began in.
    if (line > startLine && state.sCount[line] < state.blkIndent) return false;
    const text = lineAt(state, line);
    lines.push(text);
    length += text.length + 1;
    const [isEnd, isBegin] = [ENDS[begin], begin].map((mark) => text.includes(mark, line === startLine ? 2 : 0));
    if (!isEnd && !isBegin) continue;
    const found = formulaAt(lines.join("\n"), 0);
    if (!found || lines.join("\n").slice(found.end).trim() !== "") return false;
    if (isSilent) return true;
    Object.assign(state.push("maths_block", "", 0), { content: found.formula });
    state.line = line + 1;
    return true;
  }
  return false;
}

/** @param {import("markdown-it").StateBlock} state @param {number} line @returns {string} without its indent */
const lineAt = ({ src, bMarks, tShift, eMarks }, line) => src.slice(bMarks[line] + tShift[line], eMarks[line]);
