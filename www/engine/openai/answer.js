// One answer, told apart into text and tool calls while it comes.

import { tokenLogprob } from "./shapes.js";
import { ToolCallParser } from "./tool-calls.js";

/** @typedef {import("./tool-calls.js").Part} Part */
/** @typedef {{ parts: Part[], logprobs: import("./shapes.js").TokenLogprob[] }} Progress what a token has brought */

/**
 * @typedef {object} AnswerOptions
 * @property {import("../session/session.js").GenerateOptions} settings
 * @property {import("./tools.js").Tool[]} tools
 * @property {string} begun how the answer begins, which the session has read
 * @property {boolean} oneCall whether the answer ends after its first call
 * @property {number | null} alternatives of each token; null without probabilities
 * @property {Map<number, string>} marks special tokens that count as text
 */

/**
 * @param {import("../session/session.js").Session} session at the end of the prompt
 * @param {AnswerOptions} options
 * @returns {AsyncGenerator<Progress, { reason: import("./shapes.js").FinishReason, tokens: number }, void>}
 */
export async function* answer(session, { settings, tools, begun, oneCall, alternatives, marks }) {
  const parser = tools.length > 0 ? new ToolCallParser(tools.map((tool) => tool.function.name)) : null;
  parser?.push(begun);
  const pieces = session.generate(settings);
  let tokens = 0;
  /** @type {"stop" | "length"} */
  let reason = "stop";
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) {
        reason = step.value;
        break;
      }
      const piece = step.value;
      if (piece.id !== null) tokens += 1;
      const text = piece.text || (marks.get(piece.id ?? -1) ?? "");
      const logprobs = alternatives !== null && piece.id !== null ? [tokenLogprob(piece, nameOf(piece, text), alternatives)] : [];
      const parts = parser ? parser.push(text) : text ? [{ text }] : [];
      if (parts.length > 0 || logprobs.length > 0) yield { parts, logprobs };
      if (oneCall && parser && parser.calls > 0) break;
    }
  } finally {
    await pieces.return("stop");
  }
  const left = parser?.end() ?? [];
  if (left.length > 0) yield { parts: left, logprobs: [] };
  return { reason: reason === "stop" && parser && parser.calls > 0 ? "tool_calls" : reason, tokens };
}

/** A token that ends in the middle of a letter has no text yet. @param {import("../session/session.js").Piece} piece @param {string} text */
const nameOf = ({ id, alternatives = [] }, text) => alternatives.find((one) => one.id === id)?.text ?? text;

/**
 * Those of some marks that are special tokens of this model, whose text an answer leaves out.
 *
 * @param {Pick<import("./chat.js").Host, "tokenize" | "detokenize">} host
 * @param {string[]} names such as those of tool calls
 */
export async function specialMarks(host, names) {
  /** @type {Map<number, string>} */
  const marks = new Map();
  for (const mark of names) {
    const ids = await host.tokenize(mark);
    const id = ids[ids.length - 1]; // there may be one before it that begins every text
    if ((await host.detokenize([id])) === "" && (await host.detokenize(ids)) === "") marks.set(id, mark);
  }
  return marks;
}
