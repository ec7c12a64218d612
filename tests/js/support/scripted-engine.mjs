// An engine whose model says what a test wants. Its tokens are letters, and it counts what it reads.

import { badArgument, cancelled, MambaError } from "../../../www/engine/errors.js";
import { Chat } from "../../../www/engine/openai/chat.js";

/** @typedef {import("../../../www/engine/openai/template.js").Chat} Rendered */

const ids = (/** @type {string} */ text) => Uint32Array.from(text, (letter) => letter.codePointAt(0) ?? 0);

/** In the manner of Granite 4. @param {Rendered} chat */
export function graniteLike({ messages, tools, prompts }) {
  const turn = (/** @type {string} */ role, /** @type {string} */ text) => `<|${role}|>${text}<|end|>\n`;
  let text = tools ? turn("system", `Tools: ${tools.map((tool) => JSON.stringify(tool)).join("\n")}`) : "";
  for (const { role, content, tool_calls: calls = [] } of messages) {
    const written = calls.map((call) => `<tool_call>\n{"name": "${call.function.name}", "arguments": ${JSON.stringify(call.function.arguments)}}\n</tool_call>`);
    text += role === "tool" ? turn("user", `<tool_response>${content}</tool_response>`) : turn(role, [content, ...written].filter(Boolean).join("\n"));
  }
  return text + (prompts ? "<|assistant|>" : "");
}

class ScriptedSession {
  isClosed = false;
  position = 0;
  /** What it wants to say, and to what. */
  plan = { to: "", answer: "" };

  /** @param {ScriptedEngine} engine @param {string} [text] that was read */
  constructor(engine, text = "") {
    this.engine = engine;
    this.text = text;
    this.position = text.length;
    if (engine.open >= engine.room) throw new MambaError("out-of-memory", "There is no memory for another state.", "Close a session.");
    engine.open += 1;
  }

  /** @param {ArrayLike<number>} read @param {{ signal?: AbortSignal }} [options] */
  async prefill(read, { signal } = {}) {
    this.#require(signal);
    this.#add(String.fromCodePoint(...Array.from(read)));
    this.engine[this.#isAnswering() ? "written" : "read"] += read.length;
  }

  async fork() {
    if (this.isClosed) throw new Error("a closed session was forked");
    const other = new ScriptedSession(this.engine, this.text);
    other.plan = this.plan;
    return other;
  }

  async close() {
    if (this.engine.hasEnded) throw badArgument("The engine was disposed of.");
    if (!this.isClosed) this.engine.open -= 1;
    this.isClosed = true;
  }

  /** @param {any} settings @returns {AsyncGenerator<any, "stop" | "length", void>} */
  async *generate({ maxTokens = 1000, signal, surprise, ...settings }) {
    this.engine.settings.push(settings);
    const wanted = this.#wants(settings);
    const { text, answer } = upToStop(wanted, settings.stop);
    for (const [at, letter] of [...answer].slice(0, maxTokens).entries()) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#require(signal);
      this.engine.written += 1;
      this.#add(letter);
      const id = letter.codePointAt(0) ?? 0;
      yield { text: at < text.length ? letter : "", id, ...(surprise ? { surprise: 0.5, alternatives: [{ id, text: letter, probability: Math.exp(-0.5) }] } : {}) };
    }
    return answer.length > maxTokens ? "length" : "stop";
  }

  /**
   * It goes on with what it wanted to say, if what was read meanwhile belongs to it. A constraint ends with the call that it is for.
   *
   * @param {{ seed?: number, constraint?: object }} settings
   */
  #wants({ seed, constraint }) {
    if (!this.#isAnswering()) this.plan = { to: this.text, answer: this.engine.answer(this.text, seed) };
    const rest = `${this.plan.to}${this.plan.answer}`.slice(this.text.length);
    return constraint ? rest.replace(/\s*<\/tool_call>.*/s, "") : rest;
  }

  /** Whether it has said a part of what it wanted to. */
  #isAnswering() {
    const { to, answer } = this.plan;
    return this.text.length > to.length && `${to}${answer}`.startsWith(this.text);
  }

  /** @param {AbortSignal} [signal] */
  #require(signal) {
    if (signal?.aborted || this.engine.hasEnded) throw cancelled();
  }

  /** @param {string} text */
  #add(text) {
    this.text += text;
    this.position = this.text.length;
  }
}

/** The tokens up to the end of the first stop string, and their text without it. @param {string} wanted @param {string[]} [stops] */
function upToStop(wanted, stops = []) {
  const [first] = stops.filter((stop) => wanted.includes(stop)).sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b));
  if (first === undefined) return { text: wanted, answer: wanted };
  const at = wanted.indexOf(first);
  return { text: wanted.slice(0, at), answer: wanted.slice(0, at + first.length) };
}

export class ScriptedEngine {
  /** Tokens that went through the model: those of prompts, and those of answers. */
  read = 0;
  written = 0;
  /** Sessions that are not closed. */
  open = 0;
  /** How many of them the memory has room for. */
  room = Infinity;
  /** Of each run. @type {any[]} */
  settings = [];
  /** Whether it was disposed of. */
  hasEnded = false;

  /**
   * @param {(text: string, seed?: number) => string} answer to what a session has read
   * @param {(chat: Rendered) => string} [template]
   * @param {number} [stateBytes]
   */
  constructor(answer, template = graniteLike, stateBytes = 2 ** 20) {
    this.answer = answer;
    this.chat = new Chat({
      model: "scripted",
      info: () => /** @type {any} */ ({ modelHash: "0123456789abcdef0123456789abcdef", stateBytes }),
      render: async (chat) => template(chat),
      tokenizeChat: async (text) => ids(text),
      tokenize: async (text) => ids(text),
      detokenize: async (some) => String.fromCodePoint(...Array.from(some)),
      session: async () => /** @type {any} */ (new ScriptedSession(this)),
    });
  }
}

/** What a template says that refuses something. @param {string} said */
export const templateSays = (said) => new MambaError("bad-tokenizer", `The chat template says: ${said}`, "Write other messages.");
