// An answer that may call tools. It is generated in stretches: what the model says freely, and calls. Where the model begins a
// call, or has to, the rest of the call is held to the template's form and to the tool's schema.

import { answer } from "./answer.js";
import { restOf } from "./held-call.js";
import { ToolCallParser } from "./tool-calls.js";

/**
 * @typedef {object} CallOptions
 * @property {import("./answer.js").Settings} settings
 * @property {import("./tools.js").Tool[]} tools
 * @property {import("./held-call.js").HeldCall | null} held what a call has to be; null where the form of calls is not known
 * @property {boolean} mustCall whether the answer is one call, whose beginning the session has read
 * @property {boolean} oneCall whether the answer ends after its first call
 * @property {number | null} alternatives of each token; null without probabilities
 * @property {Map<number, string>} marks special tokens that count as text
 * @property {(text: string) => Promise<Uint32Array>} tokenize a part of the chat's text
 */

/**
 * @param {import("../session/session.js").Session} session at the end of the prompt
 * @param {CallOptions} options
 * @returns {AsyncGenerator<import("./answer.js").Progress, import("./answer.js").Ended, void>}
 */
export async function* answerWithCalls(session, { settings, tools, held, mustCall, oneCall, tokenize, ...shown }) {
  const parser = new ToolCallParser(tools.map((tool) => tool.function.name));
  const hasEnough = () => (mustCall || oneCall) && parser.calls > 0;
  /** What is missing of a call's beginning; null where none begins. */
  const rest = () => (held && parser.begun !== "" ? restOf(held.begun, parser.begun) : null);
  /** What the template writes need not be chosen. @param {string} text */
  const read = async (text) => {
    if (text !== "") await session.prefill(await tokenize(text), { signal: settings.signal });
    return parser.push(text);
  };

  if (held && mustCall) parser.push(held.begun);
  let isCall = mustCall;
  const before = session.position;
  /** Chosen or read. */
  const tokens = () => session.position - before;
  /** @type {"stop" | "length" | null} */
  let reason = null;
  while (reason === null && tokens() < settings.maxTokens) {
    // Whoever leaves where a call begins, or after the one that is wanted, has to find the session there, and not a token further.
    const stretch = isCall ? { constraint: held?.constraint } : held || oneCall ? { ahead: 0 } : {};
    const limits = { ...settings, ...stretch, maxTokens: settings.maxTokens - tokens() };
    const leaves = () => !isCall && (hasEnough() || rest() !== null);
    const ended = yield* answer(session, { ...shown, settings: limits, parser, leaves });
    const missing = isCall ? null : rest();
    if (missing !== null) {
      await read(missing);
      isCall = true;
    } else if (isCall && held && ended.reason === "stop" && parser.isWhole) {
      yield { parts: await read(held.tail), logprobs: [] };
      isCall = false;
      if (hasEnough()) reason = "stop";
    } else reason = ended.reason;
  }
  const parts = parser.end();
  if (parts.length > 0) yield { parts, logprobs: [] };
  return { reason: reason === "stop" && parser.calls > 0 ? "tool_calls" : (reason ?? "length"), tokens: tokens() };
}
