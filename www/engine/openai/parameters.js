// The parameters of a chat completion, checked. Those that this engine cannot honour are refused, each with a sentence.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { ApiError, asApiError } from "./api-error.js";
import { fields } from "./fields.js";
import { readMessages } from "./messages.js";
import { readFormat } from "./response-format.js";
import { readToolChoice, readTools } from "./tools.js";

/** @typedef {import("../session/session.js").GenerateOptions} GenerateOptions */

/**
 * @typedef {import("./tools.js").Choice & Asked} ChatRequest
 *
 * @typedef {object} Asked
 * @property {import("./messages.js").TemplateMessage[]} messages
 * @property {boolean} oneCall whether the answer ends after its first call
 * @property {number} n answers to the same messages
 * @property {boolean} streams
 * @property {boolean} endsWithUsage whether a last chunk of a stream has the usage
 * @property {number | null} alternatives tokens beside each token, with their probabilities; null without any
 * @property {GenerateOptions} settings
 * @property {AbortSignal} [signal]
 */

/** More answers than this would need too many states at once. */
const MOST_ANSWERS = 16;
/** The engine tells so many alternatives of a token. */
const MOST_ALTERNATIVES = 5;
const MOST_TOKENS = 2 ** 32 - 1;
/** @type {import("./tools.js").Tools} */
const NO_TOOLS = { tools: [], strict: [] };

/** @param {string} why @param {string} [hint] @returns {import("../session/arguments.js").Check<undefined>} */
const refused = (why, hint = "Leave it out.") => (_, name) => {
  throw badArgument(`“${name}” cannot be used here: ${why}.`, hint);
};

const OWN_MACHINE = refused("nothing is sent to a service, so there is no one whom it would tell anything");
const ONLY_TEXT = refused("the model reads and writes text only");

/** @type {import("../session/arguments.js").Check<["text"]>} */
function onlyText(value, name) {
  if (!Array.isArray(value) || value.length !== 1 || value[0] !== "text") throw check.wrong(name, 'can only be ["text"]', value);
  return ["text"];
}

/** @type {import("../session/arguments.js").Check<false>} */
function onlyFalse(value, name) {
  if (value !== false) throw check.wrong(name, "can only be false", value);
  return false;
}

/** @type {import("../session/arguments.js").Check<{ include_usage?: boolean }>} */
const streamOptions = (value, name) =>
  fields(value, name, { include_usage: check.flag, include_obfuscation: onlyFalse });

const PARAMETERS = {
  messages: readMessages,
  model: check.text,
  stream: check.flag,
  stream_options: streamOptions,
  signal: check.signal,
  n: check.whole(1, MOST_ANSWERS),
  max_tokens: check.whole(1, MOST_TOKENS),
  max_completion_tokens: check.whole(1, MOST_TOKENS),
  temperature: between(0, 100),
  top_p: between(0, 1),
  top_k: check.whole(0, MOST_TOKENS),
  min_p: between(0, 1),
  repetition_penalty: between(0.01, 100),
  presence_penalty: between(-2, 2),
  frequency_penalty: between(-2, 2),
  logit_bias: check.logitBias,
  stop: check.stops,
  seed: check.whole(0, Number.MAX_SAFE_INTEGER),
  logprobs: check.flag,
  top_logprobs: check.whole(0, MOST_ALTERNATIVES),
  tools: readTools,
  tool_choice: check.anything, // readToolChoice needs the tools
  parallel_tool_calls: check.flag,
  response_format: readFormat,
  // What OpenAI's API has besides.
  modalities: onlyText,
  store: onlyFalse,
  service_tier: check.oneOf(["auto", "default"]),
  audio: ONLY_TEXT,
  functions: refused("tools have taken its place", "Use tools."),
  function_call: refused("tools have taken its place", "Use tool_choice."),
  metadata: OWN_MACHINE,
  user: OWN_MACHINE,
  safety_identifier: OWN_MACHINE,
  moderation: OWN_MACHINE,
  prompt_cache_key: refused("what was read before is found by its text"),
  prompt_cache_options: refused("what was read before is found by its text"),
  prompt_cache_retention: refused("what was read before is kept as long as there is room"),
  prediction: refused("the engine has no use for a prediction of the answer"),
  reasoning_effort: refused("the engine cannot tell a model how long to think", "Say it in a message, as the model's makers advise."),
  verbosity: refused("the engine cannot tell a model how much to write", "Say it in a message."),
  web_search_options: refused("the engine has no network"),
};

/** @param {number} least @param {number} most @returns {import("../session/arguments.js").Check<number>} */
function between(least, most) {
  return (value, name) => {
    const given = check.number(value, name);
    if (given < least || given > most) throw check.wrong(name, `has to be from ${least} to ${most}`, given);
    return given;
  };
}

/**
 * The same checks; null counts as not given, and each failure names its parameter.
 *
 * @template {import("../session/arguments.js").Checks} C
 * @param {C} checks
 * @returns {C}
 */
function named(checks) {
  const all = { ...checks };
  for (const [name, one] of Object.entries(checks)) {
    all[/** @type {keyof C} */ (name)] = /** @type {any} */ ((/** @type {unknown} */ value) => about(name, () => check.orNull(one)(value, name)));
  }
  return all;
}

/**
 * @template T
 * @param {string | null} param
 * @param {() => T} read
 */
function about(param, read) {
  try {
    return read();
  } catch (error) {
    throw asApiError(error, { param });
  }
}

/**
 * @param {unknown} body
 * @param {string} model the name of the model that is loaded
 * @returns {ChatRequest}
 */
export function readRequest(body, model) {
  const given = about(null, () => check.options(body, "chat.completions.create", named(PARAMETERS)));
  if (given.model !== undefined && given.model !== model) {
    throw new ApiError(badArgument(`The model “${given.model}” is not loaded.`, `The one that is loaded is “${model}”.`), {
      param: "model",
      status: 404,
    });
  }
  const { messages, tools = NO_TOOLS, stop, seed, signal, logprobs = false, response_format: constraint } = given;
  if (messages === undefined) throw needed("messages", "a list of messages");
  if (given.top_logprobs !== undefined && !logprobs) throw needed("logprobs", "true where top_logprobs is given");
  if (given.stream_options !== undefined && !given.stream) throw needed("stream", "true where stream_options is given");
  if (given.max_tokens !== undefined && given.max_completion_tokens !== undefined) {
    throw new ApiError(badArgument("“max_tokens” and “max_completion_tokens” mean the same.", "Give one of them."), { param: "max_tokens" });
  }
  const choice = about("tool_choice", () => readToolChoice(given.tool_choice, tools));
  if (constraint && choice.tools.length > 0) {
    const both = badArgument("“response_format” and “tools” cannot be had together.", 'Leave one of them out, or set tool_choice to "none".');
    throw new ApiError(both, { param: "response_format" });
  }
  return {
    messages,
    ...choice,
    oneCall: given.parallel_tool_calls === false,
    n: given.n ?? 1,
    streams: given.stream ?? false,
    endsWithUsage: given.stream_options?.include_usage ?? false,
    alternatives: logprobs ? (given.top_logprobs ?? 0) : null,
    settings: withoutAbsent({
      maxTokens: given.max_completion_tokens ?? given.max_tokens,
      temperature: given.temperature,
      topP: given.top_p,
      topK: given.top_k,
      minP: given.min_p,
      repetitionPenalty: given.repetition_penalty,
      presencePenalty: given.presence_penalty,
      frequencyPenalty: given.frequency_penalty,
      logitBias: given.logit_bias,
      stop,
      seed,
      surprise: logprobs ? true : undefined,
      constraint: constraint ?? undefined,
    }),
    signal,
  };
}

/** @param {string} param @param {string} what */
const needed = (param, what) => new ApiError(badArgument(`“${param}” has to be ${what}.`), { param });

/** @param {Record<string, unknown>} settings */
const withoutAbsent = (settings) => Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
