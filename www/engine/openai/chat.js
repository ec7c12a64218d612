// `engine.chat.completions`: OpenAI's chat completions, answered by the engine.

import { generateOptions } from "../session/arguments.js";
import { badArgument, cancelled } from "../errors.js";
import { together } from "../session/together.js";
import { answer, specialMarks } from "./answer.js";
import { answerWithCalls } from "./answer-with-calls.js";
import { asApiError } from "./api-error.js";
import { heldCall } from "./held-call.js";
import { readRequest } from "./parameters.js";
import { PromptReader } from "./prompt-reader.js";
import { heading, newId, usage } from "./shapes.js";
import { BEGIN, END } from "./tool-calls.js";
import { ChatStream } from "./stream.js";
import { Template } from "./template.js";

/** @typedef {import("../session/session.js").Session} Session */
/** @typedef {import("./parameters.js").ChatRequest} ChatRequest */
/** @typedef {import("./shapes.js").AssistantMessage} AssistantMessage */
/** @typedef {import("./shapes.js").TokenLogprob} TokenLogprob */

/**
 * @typedef {object} Host what a chat needs of an engine
 * @property {string} model its name
 * @property {() => import("../../mamba.js").EngineInfo} info
 * @property {import("./template.js").Render} render puts messages through the chat template
 * @property {(text: string) => Promise<Uint32Array>} tokenizeChat for texts that `render` gave, and parts of them
 * @property {(text: string) => Promise<Uint32Array>} tokenize
 * @property {(ids: ArrayLike<number>) => Promise<string>} detokenize
 * @property {() => Promise<Session>} session
 *
 * @typedef {object} Prepared
 * @property {string} prompt
 * @property {string} head of the prompt, which other prompts may share
 * @property {import("./held-call.js").HeldCall | null} held what a call has to be
 * @property {Map<number, string>} marks
 *
 * @typedef {object} Event what is new in one of the answers
 * @property {number} index of the answer
 * @property {string} content
 * @property {import("./shapes.js").ToolCall[]} calls
 * @property {TokenLogprob[]} logprobs
 *
 * @typedef {{ reasons: import("./shapes.js").FinishReason[], messages: AssistantMessage[], logprobs: TokenLogprob[][],
 *   usage: import("./shapes.js").Usage }} Ended
 */

/** What an answer with tools shows although it may be special tokens: the calls, which are read out of it, and thoughts. */
/** The engine's own limit, where neither the caller nor the model's makers have one (src/engine/defaults.rs). */
const MAX_TOKENS = 256;

const MARKS = [BEGIN, END, "<think>", "</think>"];

export class Chat {
  #reader;
  /** What the model's chat template makes of messages. @internal */
  template;

  /** @param {Host} host */
  constructor(host) {
    this.#reader = new PromptReader(host);
    this.template = new Template(host.render);
    /** The name of the model that is loaded, which `model` of a request has to be if it is given. */
    this.model = host.model;
    this.completions = new Completions(host, this.#reader, this.template);
  }

  /** Frees the states of what was read, which chats would go on from. */
  async forget() {
    await this.#reader.forget();
  }
}

export class Completions {
  #host;
  #reader;
  #template;
  /** @type {Promise<Map<number, string>> | undefined} */
  #marks;

  /** @param {Host} host @param {PromptReader} reader @param {Template} template */
  constructor(host, reader, template) {
    this.#host = host;
    this.#reader = reader;
    this.#template = template;
  }

  /**
   * Answers messages. docs/api.md lists the parameters.
   *
   * @template {object} const B
   * @param {B} body
   * @param {{ signal?: AbortSignal | null }} [options]
   * @returns {Promise<B extends { stream: true } ? ChatStream : import("./shapes.js").ChatCompletion>}
   */
  async create(body, { signal } = {}) {
    try {
      const request = readRequest(body, this.#host.model);
      generateOptions(request.settings);
      const prepared = await this.#prepare(request);
      const controller = new AbortController();
      const events = this.#answers(request, prepared, [signal, request.signal], controller);
      const head = heading(this.#host.model, this.#host.info().modelHash);
      const result = request.streams ? new ChatStream(chunks(head, request, events), controller) : await whole(head, request, events);
      return /** @type {any} */ (result); // the condition of the return type is `streams`
    } catch (error) {
      throw asApiError(error);
    }
  }

  /** @param {ChatRequest} request @returns {Promise<Prepared>} */
  async #prepare({ messages, tools, callable, mustCall, isStrict }) {
    const prompt = await this.#template.prompt(messages, tools);
    const head = await this.#template.head(prompt, messages, tools);
    const form = callable.length > 0 ? await this.#template.callForm() : null;
    if (!form && (mustCall || isStrict)) {
      const hint = 'Set tool_choice to "auto", and leave “strict” out.';
      throw badArgument("This model's chat template writes calls in a form that is not known, so no call can be held to its schema.", hint);
    }
    const held = form && heldCall(form, callable);
    const marks = tools.length > 0 ? await (this.#marks ??= specialMarks(this.#host, MARKS)) : new Map();
    return { prompt, head, held, marks };
  }

  /**
   * @param {ChatRequest} request
   * @param {Prepared} prepared
   * @param {(AbortSignal | null | undefined)[]} signals that stop it, besides the controller
   * @param {AbortController} controller
   * @returns {AsyncGenerator<Event, Ended, void>}
   */
  async *#answers(request, { prompt, head, held, marks }, signals, controller) {
    const stop = () => controller.abort();
    for (const signal of signals) signal?.addEventListener("abort", stop);
    /** @type {Set<Session>} */
    const open = new Set();
    try {
      if (signals.some((signal) => signal?.aborted)) throw cancelled();
      const { signal } = controller;
      const { session, cachedTokens } = await this.#reader.read(prompt, head, signal);
      open.add(session);
      const { tools, mustCall, oneCall, alternatives } = request;
      const tokenize = this.#host.tokenizeChat;
      if (held && mustCall) await session.prefill(await tokenize(held.begun), { signal });
      const promptTokens = session.position;
      const sessions = [session];
      while (sessions.length < request.n) {
        sessions.push(await session.fork());
        open.add(sessions[sessions.length - 1]);
      }
      const maxTokens = request.settings.maxTokens ?? this.#host.info().defaults?.maxTokens ?? MAX_TOKENS;
      const seed = (/** @type {number} */ index) => (request.settings.seed === undefined ? {} : { seed: request.settings.seed + index });
      const answers = together(
        sessions.map((one, index) => {
          const settings = { ...request.settings, maxTokens, ...seed(index), signal };
          const options = { settings, alternatives, marks };
          return tools.length > 0 ? answerWithCalls(one, { ...options, tools, held, mustCall, oneCall, tokenize }) : answer(one, options);
        }),
        stop,
      );
      /** @type {AssistantMessage[]} */
      const messages = sessions.map(() => ({ role: "assistant", content: null, refusal: null }));
      /** @type {TokenLogprob[][]} */
      const logprobs = sessions.map(() => []);
      let step = await answers.next();
      try {
        for (; !step.done; step = await answers.next()) {
          const event = asEvent(step.value);
          add(messages[event.index], event);
          logprobs[event.index].push(...event.logprobs);
          yield event;
        }
      } finally {
        await answers.return(/** @type {any} */ ([]));
      }
      for (const message of messages) if (!message.tool_calls) message.content ??= "";
      const reasons = step.value.map(({ reason }) => reason);
      await this.#keep(request, prompt, messages, reasons, sessions, open);
      const completionTokens = step.value.reduce((sum, { tokens }) => sum + tokens, 0);
      return { reasons, messages, logprobs, usage: usage(promptTokens, cachedTokens, completionTokens) };
    } catch (error) {
      throw asApiError(error);
    } finally {
      for (const signal of signals) signal?.removeEventListener("abort", stop);
      for (const session of open) await session.close().catch(() => {}); // an engine that has ended has freed it
    }
  }

  /**
   * Keeps the states after the answers, for messages that go on from them.
   *
   * @param {ChatRequest} request
   * @param {string} prompt
   * @param {AssistantMessage[]} messages the answers
   * @param {import("./shapes.js").FinishReason[]} reasons why they ended, in the same order
   * @param {Session[]} sessions in the same order
   * @param {Set<Session>} open loses those that are kept
   */
  async #keep({ messages: before, tools, settings }, prompt, messages, reasons, sessions, open) {
    for (const [index, { content, tool_calls: calls }] of messages.entries()) {
      // The stop string that may have ended it was read, and is no part of it.
      if (settings.stop?.length && reasons[index] !== "length") continue;
      /** @type {import("./messages.js").TemplateMessage} */
      const said = { role: "assistant", content: content ?? "", ...(calls ? { tool_calls: calls.map(asTemplateCall) } : {}) };
      const text = await this.#template.answered(prompt, [...before, said], tools);
      if (text === null) continue;
      open.delete(sessions[index]);
      await this.#reader.keep(text, sessions[index]);
    }
  }
}

/** @param {import("./shapes.js").ToolCall} call @returns {import("./messages.js").TemplateCall} */
const asTemplateCall = ({ id, type, function: called }) => ({
  id,
  type,
  function: { name: called.name, arguments: JSON.parse(called.arguments) },
});

/** @param {import("./answer.js").Progress & { index: number }} progress @returns {Event} */
function asEvent({ index, parts, logprobs }) {
  let content = "";
  /** @type {import("./shapes.js").ToolCall[]} */
  const calls = [];
  for (const part of parts) {
    if ("text" in part) content += part.text;
    else calls.push({ id: newId("call_"), type: "function", function: part.call });
  }
  return { index, content, calls, logprobs };
}

/** @param {AssistantMessage} message @param {Event} event */
function add(message, { content, calls }) {
  if (content) message.content = (message.content ?? "") + content;
  if (calls.length > 0) (message.tool_calls ??= []).push(...calls);
}

/**
 * @param {import("./shapes.js").Heading} head
 * @param {ChatRequest} request
 * @param {AsyncGenerator<Event, Ended, void>} events
 * @returns {Promise<import("./shapes.js").ChatCompletion>}
 */
async function whole(head, { alternatives }, events) {
  let step = await events.next();
  while (!step.done) step = await events.next();
  const { reasons, messages, logprobs, usage } = step.value;
  const choices = messages.map((message, index) => ({
    index,
    message,
    finish_reason: reasons[index],
    logprobs: alternatives === null ? null : { content: logprobs[index], refusal: null },
  }));
  return { ...head, object: "chat.completion", choices, usage };
}

/**
 * @param {import("./shapes.js").Heading} head
 * @param {ChatRequest} request
 * @param {AsyncGenerator<Event, Ended, void>} events
 * @returns {AsyncGenerator<import("./shapes.js").ChatCompletionChunk, void, void>}
 */
async function* chunks(head, { n, endsWithUsage, alternatives }, events) {
  /** @param {import("./shapes.js").ChunkChoice[]} choices @param {import("./shapes.js").Usage | null} [total] @returns {import("./shapes.js").ChatCompletionChunk} */
  const chunk = (choices, total = null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices,
    ...(endsWithUsage ? { usage: total } : {}),
  });
  const calls = new Array(n).fill(0);
  try {
    let step = await events.next();
    for (let index = 0; index < n; index++) {
      yield chunk([{ index, delta: { role: "assistant", content: "" }, finish_reason: null, logprobs: null }]);
    }
    for (; !step.done; step = await events.next()) {
      const { index, content, calls: found, logprobs } = step.value;
      /** @type {import("./shapes.js").Delta} */
      const delta = {};
      if (content) delta.content = content;
      if (found.length > 0) delta.tool_calls = found.map((call) => ({ index: calls[index]++, ...call }));
      const probabilities = alternatives === null ? null : { content: logprobs, refusal: null };
      yield chunk([{ index, delta, finish_reason: null, logprobs: probabilities }]);
    }
    for (const [index, reason] of step.value.reasons.entries()) {
      yield chunk([{ index, delta: {}, finish_reason: reason, logprobs: null }]);
    }
    if (endsWithUsage) yield chunk([], step.value.usage);
  } finally {
    await events.return(/** @type {any} */ (undefined));
  }
}
