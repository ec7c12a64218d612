// What a model may use on the page: a calculator and the clock. Neither needs a network.

import { BadSum, calculate } from "./calculator.js";

/**
 * @typedef {object} PageTool
 * @property {import("../../engine/openai/tools.js").Tool} definition as the model gets it
 * @property {(given: Record<string, unknown>) => string} answer never throws: what is wrong goes back to the model too
 * @property {(given: Record<string, unknown>, answer: string) => string} line what the visitor reads of a call
 */

/** @param {string} name @param {string} description @param {Record<string, object>} [properties] all are needed */
const definition = (name, description, properties = {}) => ({
  type: /** @type {const} */ ("function"),
  function: { name, description, parameters: { type: "object", properties, required: Object.keys(properties) } },
});

/** @type {PageTool[]} */
export const TOOLS = [
  {
    definition: definition("calculator", "Computes the value of an expression.", {
      expression: { type: "string", description: "Such as 12 * (3 + 4) or sqrt(2)^3" },
    }),
    answer({ expression }) {
      // Some models write a number where the sum is one.
      const sum = typeof expression === "number" ? String(expression) : expression;
      if (typeof sum !== "string") return "The calculator needs an expression, such as 12 * 7.";
      try {
        return String(calculate(sum));
      } catch (error) {
        if (error instanceof BadSum) return error.message;
        throw error;
      }
    },
    line({ expression }, answer) {
      // In a chat that somebody wrote it may be anything, which has perhaps no text.
      const sum = typeof expression === "string" || typeof expression === "number" ? String(expression).replace(/\s*=?\s*$/, "") : "";
      return `Used the calculator: ${Number.isNaN(Number(answer)) ? answer : `${sum} = ${answer}`}`;
    },
  },
  {
    definition: definition("clock", "Tells today's date, the day of the week and the time."),
    answer: () => now(new Date()),
    line: (_, answer) => `Looked at the clock: ${answer}`,
  },
];

/** As people in the visitor's place say it, in English, as the rest of what the model is told. @param {Date} date */
export function now(date) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const day = date.toLocaleDateString("en", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return `${day}, ${date.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })} (${timeZone})`;
}

/** @param {string} name */
const toolOf = (name) => TOOLS.find(({ definition }) => definition.function.name === name) ?? null;

/** @param {string} json the arguments of a call @returns {Record<string, unknown>} */
function read(json) {
  try {
    const given = JSON.parse(json);
    return typeof given === "object" && given !== null ? given : {};
  } catch {
    return {}; // of a chat that somebody wrote
  }
}

/**
 * Does what a model has called for.
 *
 * @param {{ name: string, arguments: string }} call `arguments` as JSON
 * @returns {import("./rounds.js").Call}
 */
export const carryOut = ({ name, arguments: given }) => ({
  name,
  arguments: given,
  answer: toolOf(name)?.answer(read(given)) ?? `There is no tool “${name}”.`,
});

/** A call in a line. @param {import("./rounds.js").Call} call */
export const lineOf = ({ name, arguments: given, answer }) => toolOf(name)?.line(read(given), answer) ?? `Used “${name}”: ${answer}`;
