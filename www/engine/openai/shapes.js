// The objects of OpenAI's chat completions.

/**
 * @typedef {object} TokenLogprob
 * @property {string} token
 * @property {number} logprob natural logarithm of the probability by the model's scores alone
 * @property {number[] | null} bytes in UTF-8
 * @property {{ token: string, logprob: number, bytes: number[] | null }[]} top_logprobs
 *
 * @typedef {{ content: TokenLogprob[], refusal: null }} Logprobs
 * @typedef {"stop" | "length" | "tool_calls"} FinishReason
 * @typedef {{ id: string, type: "function", function: { name: string, arguments: string } }} ToolCall
 * @typedef {{ role: "assistant", content: string | null, refusal: null, tool_calls?: ToolCall[] }} AssistantMessage
 *
 * @typedef {object} Usage
 * @property {number} prompt_tokens
 * @property {number} completion_tokens of all answers
 * @property {number} total_tokens
 * @property {{ cached_tokens: number }} prompt_tokens_details those that were not read again
 *
 * @typedef {object} Choice
 * @property {number} index
 * @property {AssistantMessage} message
 * @property {FinishReason} finish_reason
 * @property {Logprobs | null} logprobs
 *
 * @typedef {{ id: string, created: number, model: string, system_fingerprint: string }} Heading `created` in seconds since 1970
 * @typedef {Heading & { object: "chat.completion", choices: Choice[], usage: Usage }} ChatCompletion
 *
 * @typedef {object} Delta
 * @property {"assistant"} [role]
 * @property {string} [content]
 * @property {(ToolCall & { index: number })[]} [tool_calls]
 *
 * @typedef {object} ChunkChoice
 * @property {number} index
 * @property {Delta} delta
 * @property {FinishReason | null} finish_reason
 * @property {Logprobs | null} logprobs
 *
 * @typedef {Heading & { object: "chat.completion.chunk", choices: ChunkChoice[], usage?: Usage | null }} ChatCompletionChunk
 */

/** @param {string} model @param {string} hash of the model @returns {Heading} */
export const heading = (model, hash) => ({
  id: newId("chatcmpl-"),
  created: Math.floor(Date.now() / 1000),
  model,
  system_fingerprint: `fp_${hash.slice(0, 12)}`,
});

/** @param {string} prefix */
export const newId = (prefix) => `${prefix}${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;

/** @param {number} prompt @param {number} cached @param {number} completion @returns {Usage} */
export const usage = (prompt, cached, completion) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: cached },
});

/**
 * @param {import("../session/session.js").Piece} piece with its surprise
 * @param {string} token its text
 * @param {number} alternatives how many of them
 * @returns {TokenLogprob}
 */
export const tokenLogprob = ({ surprise = 0, alternatives: likely = [] }, token, alternatives) => ({
  ...logprob(token, -surprise),
  top_logprobs: likely.slice(0, alternatives).map(({ text, probability }) => logprob(text, Math.log(probability))),
});

/** @param {string} token @param {number} value */
const logprob = (token, value) => ({
  token,
  logprob: value,
  // Half a letter has no text of its own.
  bytes: token.includes("\uFFFD") ? null : [...new TextEncoder().encode(token)],
});
