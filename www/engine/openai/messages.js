// The messages of a chat completion, as chat templates take them.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { fields } from "./fields.js";

/**
 * @typedef {{ id: string, type: "function", function: { name: string, arguments: Record<string, unknown> } }} TemplateCall
 *
 * @typedef {object} TemplateMessage
 * @property {"system" | "user" | "assistant" | "tool"} role
 * @property {string} content
 * @property {TemplateCall[]} [tool_calls] of an assistant
 * @property {string} [tool_call_id] of a tool's answer
 * @property {string} [name] of the tool that answers
 */

/** null is what OpenAI's client writes where there is none. @type {import("../session/arguments.js").Check<undefined>} */
const absent = (value, name) => {
  if (value !== null && !(Array.isArray(value) && value.length === 0)) throw badArgument(`“${name}” cannot be used here.`, "Leave it out.");
  return undefined;
};

const SPOKEN = { role: check.anything, content: readContent };
const ASSISTANT = {
  role: check.anything,
  content: check.orNull(readContent),
  tool_calls: check.orNull(readCalls),
  refusal: absent,
  audio: absent,
  annotations: absent,
  function_call: absent,
  parsed: check.anything, // what OpenAI's client has made of the content
};
const TOOL = { role: check.anything, content: readContent, tool_call_id: check.text };
const CALL = { id: check.text, type: check.oneOf(["function"]), function: readFunction };
const FUNCTION = { name: check.text, arguments: check.text, parsed_arguments: check.anything };

/** Text, or parts that are all text. @type {import("../session/arguments.js").Check<string>} */
function readContent(value, name) {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw check.wrong(name, "has to be a string, or a list of parts of text", value);
  const parts = Array.from(value, (part, i) => {
    const { type, text } = /** @type {{ type?: unknown, text?: unknown }} */ (part ?? {});
    if (type !== "text") throw badArgument(`“${name}[${i}]” is no text, and the model reads only text.`, "Leave it out.");
    return check.text(text, `${name}[${i}].text`);
  });
  return parts.join("");
}

/** @type {import("../session/arguments.js").Check<{ name: string, arguments: Record<string, unknown> }>} */
function readFunction(value, name) {
  const call = fields(value, name, FUNCTION);
  const written = check.text(call.arguments, `${name}.arguments`);
  return { name: check.text(call.name, `${name}.name`), arguments: readArguments(written, `${name}.arguments`) };
}

/** @param {string} json @param {string} name @returns {Record<string, unknown>} */
function readArguments(json, name) {
  try {
    const value = JSON.parse(json || "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw check.wrong(name, "have to be a JSON object", json);
}

/** @type {import("../session/arguments.js").Check<TemplateCall[]>} */
function readCalls(value, name) {
  if (!Array.isArray(value)) throw check.wrong(name, "have to be a list of calls", value);
  return Array.from(value, (one, i) => {
    const at = `${name}[${i}]`;
    const { id, function: called } = fields(one, at, CALL);
    if (called === undefined) throw check.wrong(`${at}.function`, "has to be an object", called);
    return { id: check.text(id, `${at}.id`), type: "function", function: called };
  });
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {TemplateMessage[]}
 */
export function readMessages(value, name) {
  if (!Array.isArray(value) || value.length === 0) throw check.wrong(name, "has to be a list of at least one message", value);
  /** @type {Map<string, string>} the names of the tools that were called, by the ids of the calls */
  const called = new Map();
  return Array.from(value, (one, i) => readMessage(one, `${name}[${i}]`, called));
}

/**
 * @param {unknown} value
 * @param {string} at
 * @param {Map<string, string>} called
 * @returns {TemplateMessage}
 */
function readMessage(value, at, called) {
  const role = /** @type {{ role?: unknown } | null | undefined} */ (value)?.role;
  switch (role) {
    case "system":
    case "developer":
    case "user": {
      const { content } = fields(value, at, SPOKEN);
      return { role: role === "user" ? "user" : "system", content: check.text(content, `${at}.content`) };
    }
    case "assistant": {
      const { content, tool_calls: calls = [] } = fields(value, at, ASSISTANT);
      if (content === undefined && calls.length === 0) throw check.wrong(`${at}.content`, "has to be a string where there are no tool_calls", content);
      for (const { id, function: one } of calls) called.set(id, one.name);
      return { role, content: content ?? "", ...(calls.length > 0 ? { tool_calls: calls } : {}) };
    }
    case "tool": {
      const { content, tool_call_id: id } = fields(value, at, TOOL);
      const tool = called.get(check.text(id, `${at}.tool_call_id`));
      if (tool === undefined) throw badArgument(`“${at}” answers the call “${id}”, which no message before it has.`);
      return { role, content: check.text(content, `${at}.content`), tool_call_id: id, name: tool };
    }
    default:
      throw check.wrong(`${at}.role`, "has to be system, developer, user, assistant or tool", role);
  }
}
