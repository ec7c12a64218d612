// One answer, or a stretch of it, as it comes.

import { tokenLogprob } from "./shapes.js";

/** @typedef {import("./tool-calls.js").Part} Part */
/** @typedef {import("../session/session.js").GenerateOptions & { maxTokens: number }} Settings */
/** @typedef {{ parts: Part[], logprobs: import("./shapes.js").TokenLogprob[] }} Progress what a token has brought */
/** @typedef {{ reason: import("./shapes.js").FinishReason, tokens: number }} Ended `tokens` of the answer */

/**
 * @typedef {object} AnswerOptions
 * @property {Settings} settings
 * @property {import("./tool-calls.js").ToolCallParser} [parser] tells text from calls; without it all is text
 * @property {() => boolean} [leaves] whether the stretch ends after this token
 * @property {number | null} alternatives of each token; null without probabilities
 * @property {Map<number, string>} marks special tokens that count as text
 */

/**
 * @param {import("../session/session.js").Session} session at the end of the prompt
 * @param {AnswerOptions} options
 * @returns {AsyncGenerator<Progress, Ended & { reason: "stop" | "length" }, void>}
 */
export async function* answer(session, { settings, parser, leaves = () => false, alternatives, marks }) {
  const pieces = session.generate(settings);
  let tokens = 0;
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) return { reason: step.value, tokens };
      const piece = step.value;
      if (piece.id !== null) tokens += 1;
      const text = piece.text || (marks.get(piece.id ?? -1) ?? "");
      const logprobs = alternatives !== null && piece.id !== null ? [tokenLogprob(piece, nameOf(piece, text), alternatives)] : [];
      const parts = parser ? parser.push(text) : text ? [{ text }] : [];
      if (parts.length > 0 || logprobs.length > 0) yield { parts, logprobs };
      if (leaves()) return { reason: "stop", tokens };
    }
  } finally {
    await pieces.return("stop");
  }
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
