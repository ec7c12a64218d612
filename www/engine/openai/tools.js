// The tools that an answer may call, and whether it has to.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { fields } from "./fields.js";

/** @typedef {{ type: "function", function: { name: string, description?: string, parameters?: unknown } }} Tool as templates take it */

const FUNCTION = {
  name: check.text,
  description: check.orNull(check.text),
  parameters: check.orNull(check.anything),
  strict: check.orNull(check.flag),
};

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Tool[]}
 */
export function readTools(value, name) {
  if (!Array.isArray(value)) throw check.wrong(name, "have to be a list of tools", value);
  const seen = new Set();
  return Array.from(value, (one, i) => {
    const at = `${name}[${i}]`;
    const read = (/** @type {unknown} */ given, /** @type {string} */ of) => fields(given, of, FUNCTION);
    const { function: given } = fields(one, at, { type: check.oneOf(["function"]), function: read });
    const { strict, ...tool } = given ?? {};
    const called = check.text(tool.name, `${at}.function.name`);
    if (!/^[\w.-]{1,64}$/.test(called)) throw check.wrong(`${at}.function.name`, "has to be 1 to 64 letters, digits, “_”, “-” and “.”", called);
    if (seen.has(called)) throw badArgument(`Two tools have the name “${called}”.`);
    if (strict) throw badArgument(`“${at}.function.strict” cannot be true: a call is not held to its schema while it is written.`, "Leave it out, and check the arguments.");
    seen.add(called);
    return { type: "function", function: { ...tool, name: called } };
  });
}

/**
 * @param {unknown} value
 * @param {Tool[]} tools
 * @returns {{ tools: Tool[], mustCall: string | boolean }}
 */
export function readToolChoice(value, tools) {
  if (value === undefined || value === "auto") return { tools, mustCall: false };
  if (value === "none") return { tools: [], mustCall: false };
  if (tools.length === 0) throw badArgument("“tool_choice” needs tools.");
  if (value === "required") return { tools, mustCall: tools.length === 1 ? tools[0].function.name : true };
  const { type, function: given } = fields(value, "tool_choice", {
    type: check.oneOf(["function"]),
    function: (one, name) => fields(one, name, { name: check.text }),
  });
  const wanted = given?.name;
  if (type === undefined || !tools.some((tool) => tool.function.name === wanted)) {
    throw badArgument(`“tool_choice” has to be "auto", "none", "required" or one of the tools.`);
  }
  return { tools, mustCall: wanted ?? false };
}
