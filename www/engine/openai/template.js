// What a model's chat template makes of messages, and what it has no place for.

import { badArgument, MambaError } from "../errors.js";
import { BEGIN, END } from "./tool-calls.js";

/** @typedef {import("./messages.js").TemplateMessage} TemplateMessage */
/** @typedef {import("./tools.js").Tool} Tool */
/** @typedef {{ messages: TemplateMessage[], tools?: Tool[], prompts: boolean }} Chat `prompts`: the model's turn follows */
/** @typedef {(chat: Chat) => Promise<string>} Render */

/**
 * How a call is written: `begin` NAME `between` ARGUMENTS `end` `tail`.
 *
 * @typedef {{ begin: string, between: string, end: string, tail: string }} CallForm `tail` is the mark and the blanks before it
 */

/** Finds its place in a rendered text. Letters only, so that no template changes it. */
const STAND_IN = "StandInForWords";
const HELLO = /** @type {const} */ ({ role: "user", content: "Hello" });

/** @param {string} name @returns {Tool} */
const tool = (name) => ({ type: "function", function: { name, description: name, parameters: { type: "object", properties: {} } } });
/** @param {string} name @returns {TemplateMessage} */
const calling = (name) => ({
  role: "assistant",
  content: "",
  tool_calls: [{ id: "call_1", type: "function", function: { name, arguments: {} } }],
});

export class Template {
  #render;
  /** @type {Map<string, Promise<string | Error>>} trials, each made once */
  #tried = new Map();

  /** @param {Render} render */
  constructor(render) {
    this.#render = render;
  }

  /**
   * The text of a chat up to where the model's answer begins.
   *
   * @param {TemplateMessage[]} messages
   * @param {Tool[]} tools
   */
  async prompt(messages, tools) {
    await this.#requirePlaces(messages, tools);
    return this.#render(chat(messages, tools, true));
  }

  /**
   * The text up to the end of the answer, without what the template writes after it: that is not read yet.
   *
   * @param {string} prompt the text up to the answer
   * @param {TemplateMessage[]} messages the answer is the last one
   * @param {Tool[]} tools
   * @returns {Promise<string | null>} null if the template changes what came before the answer, or refuses it
   */
  async answered(prompt, messages, tools) {
    const after = await this.#try("after", [HELLO, { role: "assistant", content: STAND_IN }]);
    if (typeof after !== "string" || !after.includes(STAND_IN)) return null;
    const close = after.slice(after.lastIndexOf(STAND_IN) + STAND_IN.length);
    const text = await this.#render(chat(messages, tools, false)).catch((/** @type {unknown} */ error) => {
      if (isRefusal(error)) return ""; // the answer is there all the same
      throw error;
    });
    return text.startsWith(prompt) && text.endsWith(close) ? text.slice(0, text.length - close.length) : null;
  }

  /**
   * The text that every chat with this beginning shares: the instructions and the tools; empty without them.
   *
   * @param {string} prompt
   * @param {TemplateMessage[]} messages
   * @param {Tool[]} tools
   */
  async head(prompt, messages, tools) {
    const first = messages.findIndex(({ role }) => role !== "system");
    if (first < 0 || (first === 0 && tools.length === 0)) return "";
    const other = await this.#render(chat([...messages.slice(0, first), { role: "user", content: STAND_IN }], tools, false));
    return commonBeginning(prompt, other);
  }

  /**
   * How the template writes a call, which it is asked for with a name and the arguments `{}`.
   *
   * @returns {Promise<CallForm | null>} null if it is none that is known
   */
  async callForm() {
    const text = await this.#try("calls", [HELLO, calling(STAND_IN)], [tool(STAND_IN)]);
    if (typeof text === "string") {
      const name = text.lastIndexOf(STAND_IN);
      const begin = text.lastIndexOf(BEGIN, name);
      const mark = text.indexOf(END, name);
      const [between, after, ...more] = text.slice(name + STAND_IN.length, mark).split("{}");
      if (begin >= 0 && mark >= 0 && after !== undefined && more.length === 0) {
        const end = after.trimEnd();
        return { begin: text.slice(begin, name), between, end, tail: after.slice(end.length) + END };
      }
    }
    return null;
  }

  /** @param {TemplateMessage[]} messages @param {Tool[]} tools */
  async #requirePlaces(messages, tools) {
    const has = (/** @type {TemplateMessage["role"]} */ role) => messages.some((message) => message.role === role);
    if (has("system")) await this.#require("system message", [{ role: "system", content: STAND_IN }, HELLO]);
    if (tools.length > 0) await this.#require("tools", [HELLO], [tool(STAND_IN)]);
    if (messages.some((message) => message.tool_calls)) await this.#require("tool calls", [HELLO, calling(STAND_IN)]);
    if (has("tool")) {
      const answer = /** @type {const} */ ({ role: "tool", content: STAND_IN, tool_call_id: "call_1", name: "hello" });
      await this.#require("answers of tools", [HELLO, calling("hello"), answer]);
    }
  }

  /** @param {string} what @param {TemplateMessage[]} messages that have the stand-in @param {Tool[]} [tools] */
  async #require(what, messages, tools) {
    const text = await this.#try(what, messages, tools);
    if (typeof text === "string" && text.includes(STAND_IN)) return;
    const why = typeof text === "string" ? "its chat template leaves them out" : text.message.replace(/\.$/, "");
    throw badArgument(`This model takes no ${what}: ${why}.`, "Leave them out, or choose a model that was made for them.");
  }

  /** @param {string} name of the trial @param {TemplateMessage[]} messages @param {Tool[]} [tools] */
  #try(name, messages, tools = []) {
    let tried = this.#tried.get(name);
    if (!tried) {
      tried = this.#render(chat(messages, tools, false)).catch((/** @type {unknown} */ error) => {
        if (isRefusal(error)) return error;
        this.#tried.delete(name);
        throw error;
      });
      this.#tried.set(name, tried);
    }
    return tried;
  }
}

/** Whether the template refuses the messages. @param {unknown} error @returns {error is MambaError} */
const isRefusal = (error) => error instanceof MambaError && error.code === "bad-tokenizer";

/** @param {TemplateMessage[]} messages @param {Tool[]} tools @param {boolean} prompts @returns {Chat} */
const chat = (messages, tools, prompts) => ({ messages, ...(tools.length > 0 ? { tools } : {}), prompts });

/** @param {string} a @param {string} b */
function commonBeginning(a, b) {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  const cutsPair = /[\uD800-\uDBFF]/.test(a[length - 1] ?? "");
  return a.slice(0, cutsPair ? length - 1 : length);
}
