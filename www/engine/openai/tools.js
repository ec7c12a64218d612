// The tools that an answer may call, and whether it has to.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { fields } from "./fields.js";

/** @typedef {{ type: "function", function: { name: string, description?: string, parameters?: unknown } }} Tool as templates take it */
/** @typedef {{ tools: Tool[], strict: string[] }} Tools `strict`: those whose calls have to be held to their schema */

const FUNCTION = {
  name: check.text,
  description: check.orNull(check.text),
  parameters: check.orNull(check.anything),
  strict: check.orNull(check.flag),
};

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Tools}
 */
export function readTools(value, name) {
  if (!Array.isArray(value)) throw check.wrong(name, "have to be a list of tools", value);
  const seen = new Set();
  /** @type {string[]} */
  const strictly = [];
  const tools = Array.from(value, (one, i) => {
    const at = `${name}[${i}]`;
    const read = (/** @type {unknown} */ given, /** @type {string} */ of) => fields(given, of, FUNCTION);
    const { function: given } = fields(one, at, { type: check.oneOf(["function"]), function: read });
    const { strict, ...tool } = given ?? {};
    const called = check.text(tool.name, `${at}.function.name`);
    if (!/^[\w.-]{1,64}$/.test(called)) throw check.wrong(`${at}.function.name`, "has to be 1 to 64 letters, digits, “_”, “-” and “.”", called);
    if (seen.has(called)) throw badArgument(`Two tools have the name “${called}”.`);
    if (strict) strictly.push(called);
    seen.add(called);
    return { type: /** @type {const} */ ("function"), function: { ...tool, name: called } };
  });
  return { tools, strict: strictly };
}

/**
 * @param {unknown} value
 * @param {Tools} given
 * @returns {{ tools: Tool[], held: Tool[] }} `held`: the answer has to be a call of one of these; none if it need not be a call
 */
export function readToolChoice(value, { tools, strict }) {
  if (value === undefined || value === "auto") {
    if (strict.length === 0) return { tools, held: [] };
    throw badArgument(
      `The tool “${strict[0]}” cannot be strict here: a call that the model may also leave is not held to its schema.`,
      'Leave “strict” out and check the arguments, or set tool_choice to "required".',
    );
  }
  if (value === "none") return { tools: [], held: [] };
  if (tools.length === 0) throw badArgument("“tool_choice” needs tools.");
  if (value === "required") return { tools, held: tools };
  const { type, function: given } = fields(value, "tool_choice", {
    type: check.oneOf(["function"]),
    function: (one, name) => fields(one, name, { name: check.text }),
  });
  const held = tools.filter((tool) => tool.function.name === given?.name);
  if (type === undefined || held.length === 0) {
    throw badArgument(`“tool_choice” has to be "auto", "none", "required" or one of the tools.`);
  }
  return { tools, held };
}
