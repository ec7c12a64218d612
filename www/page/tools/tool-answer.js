// An answer for which the model may use tools: it calls, gets what they say, and goes on, until it answers.

import { asMambaError, MambaError } from "../../engine/errors.js";
import { messagesOfRound } from "./rounds.js";
import { carryOut, TOOLS } from "./tools.js";

/**
 * @typedef {import("./rounds.js").Round} Round
 * @typedef {import("../stream-answer.js").Reason} Reason
 *
 * @typedef {object} Outcome
 * @property {number} position tokens that the chat has now
 * @property {number} readTokens tokens of the prompts that were not read before
 * @property {import("../../mamba.js").SessionStats | null} stats of the answer itself
 */

/** A model that calls again and again would never answer. */
const MOST_ROUNDS = 4;

/** @param {ReturnType<import("../settings.js").Settings["request"]>} settings in the words of OpenAI's API */
const parameters = ({ temperature, topK, topP, minP, repetitionPenalty, maxTokens, seed }) => ({
  ...{ temperature, seed, top_k: topK, top_p: topP, min_p: minP, repetition_penalty: repetitionPenalty, max_tokens: maxTokens },
});

/**
 * @param {object} answer
 * @param {import("../../mamba.js").Engine} answer.engine
 * @param {import("./rounds.js").Message[]} answer.messages up to the one that is answered
 * @param {boolean} answer.mayCall whether the model gets the tools
 * @param {ReturnType<import("../settings.js").Settings["request"]>} answer.settings
 * @param {{ append(text: string): void, clear(): void, end(): void }} answer.text
 * @param {AbortSignal} answer.signal
 * @param {(round: Round) => void} answer.onRound what was in `text` is now in the round
 * @param {(text: string) => void} answer.onToken
 * @returns {Promise<Outcome & ({ reason: Reason } | { error: MambaError })>}
 */
export async function answerWithTools({ engine, messages, mayCall, settings, text, signal, onRound, onToken }) {
  const offered = mayCall ? { tools: TOOLS.map(({ definition }) => definition) } : {};
  const started = performance.now();
  const chat = [...messages];
  let calls = messages.filter(({ role }) => role === "tool").length;
  /** @type {Outcome} */
  const outcome = { position: 0, readTokens: 0, stats: null };
  try {
    for (let rounds = 0; ; rounds++) {
      const body = { messages: chat, ...offered, ...parameters(settings), stream: /** @type {const} */ (true), stream_options: { include_usage: true } };
      const said = await oneRound(engine, body, { text, signal, onToken });
      const { promptTokens, cachedTokens, tokens, firstAt, reason } = said;
      outcome.position = promptTokens + tokens;
      outcome.readTokens += promptTokens - cachedTokens;
      if (said.calls.length === 0) {
        outcome.stats = statsOf({ promptTokens, tokens, readTokens: outcome.readTokens + tokens, started, firstAt });
        return { ...outcome, reason };
      }
      if (rounds === MOST_ROUNDS) {
        const hint = "Regenerate the answer, ask in other words, or switch the tools off in the settings of this chat.";
        return { ...outcome, error: new MambaError("tool-rounds", `The model used its tools ${MOST_ROUNDS} times and called again, without an answer.`, hint) };
      }
      const round = { said: said.text, calls: said.calls.map(carryOut) };
      chat.push(...messagesOfRound(round, calls));
      calls += round.calls.length;
      text.clear();
      onRound(round);
    }
  } catch (thrown) {
    const error = asMambaError(thrown);
    // The visitor wanted to stop. The text so far stays.
    return { ...outcome, ...(error.code === "cancelled" && signal.aborted ? { reason: "cancelled" } : { error }) };
  } finally {
    text.end();
  }
}

/**
 * @param {import("../../mamba.js").Engine} engine
 * @param {{ stream: true }} body
 * @param {{ text: { append(text: string): void }, signal: AbortSignal, onToken: (text: string) => void }} to
 */
async function oneRound(engine, body, { text, signal, onToken }) {
  const stream = await engine.chat.completions.create(body, { signal });
  let said = "";
  let firstAt = 0;
  /** @type {{ name: string, arguments: string }[]} */
  const calls = [];
  /** @type {Reason} */
  let reason = "stop";
  let [promptTokens, cachedTokens, tokens] = [0, 0, 0];
  for await (const { choices, usage } of stream) {
    if (usage) [promptTokens, cachedTokens, tokens] = [usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens, usage.completion_tokens];
    const [choice] = choices;
    if (!choice) continue;
    const { content, tool_calls: found = [] } = choice.delta;
    for (const call of found) calls.push(call.function);
    if (choice.finish_reason === "length") reason = "length";
    if (!content) continue;
    firstAt ||= performance.now();
    said += content;
    text.append(content);
    onToken(content);
  }
  return { text: said, calls, reason, promptTokens, cachedTokens, tokens, firstAt };
}

/** @param {{ promptTokens: number, tokens: number, readTokens: number, started: number, firstAt: number }} of times in ms */
function statsOf({ promptTokens, tokens, readTokens, started, firstAt }) {
  const first = firstAt || performance.now();
  const decodeMs = performance.now() - first;
  const timeToFirstTokenMs = first - started;
  return { promptTokens, tokens, readTokens, prefillMs: timeToFirstTokenMs, decodeMs, timeToFirstTokenMs, tokensPerSecond: decodeMs > 0 ? (1000 * (tokens - 1)) / decodeMs : 0 };
}
