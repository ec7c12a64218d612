// The tools that an answer may call, and whether it has to.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { fields } from "./fields.js";

/** @typedef {{ type: "function", function: { name: string, description?: string, parameters?: unknown } }} Tool as templates take it */
/** @typedef {{ tools: Tool[], strict: string[] }} Tools `strict`: those whose calls have to be held to their schema */
/**
 * @typedef {object} Choice
 * @property {Tool[]} tools none if the model is not to call any
 * @property {Tool[]} callable those of them that the answer may call
 * @property {boolean} mustCall whether it has to
 * @property {boolean} isStrict whether a call that cannot be held to its schema must not be
 */

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
 * @returns {Choice}
 */
export function readToolChoice(value, { tools, strict }) {
  const isStrict = strict.length > 0;
  if (value === undefined || value === "auto") return { tools, callable: tools, mustCall: false, isStrict };
  if (value === "none") return { tools: [], callable: [], mustCall: false, isStrict: false };
  if (tools.length === 0) throw badArgument("“tool_choice” needs tools.");
  if (value === "required") return { tools, callable: tools, mustCall: true, isStrict };
  const { type, function: given } = fields(value, "tool_choice", {
    type: check.oneOf(["function"]),
    function: (one, name) => fields(one, name, { name: check.text }),
  });
  const callable = tools.filter((tool) => tool.function.name === given?.name);
  if (type === undefined || callable.length === 0) {
    throw badArgument(`“tool_choice” has to be "auto", "none", "required" or one of the tools.`);
  }
  return { tools, callable, mustCall: true, isStrict };
}
