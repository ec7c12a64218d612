// A call of a tool is held to the form of the model's calls and to the tool's schema.

import { BEGIN } from "./tool-calls.js";

/** @typedef {import("./tools.js").Tool} Tool */
/** @typedef {import("./template.js").CallForm} CallForm */

/** JSON as templates write it, and models after them: one blank after each comma and colon. */
const BLANKS = { item_separator: ", ", key_separator: ": ", whitespace_flexible: false };

/**
 * @typedef {object} HeldCall
 * @property {string} begun how the call begins; it is read, not generated
 * @property {{ grammar: string }} constraint what is generated then
 * @property {string} tail how the call ends; it is read then
 */

/**
 * Marks may be special tokens, which no constraint lets in. So they are in what is read, and the grammar has what is
 * between them. Each schema is a document of its own there, so its references find their definitions.
 *
 * @param {CallForm} form
 * @param {Tool[]} tools one of which is called, once
 * @returns {HeldCall}
 */
export function heldCall({ begin, between, end, tail }, tools) {
  const only = tools.length === 1 ? tools[0].function.name + between : "";
  const calls = tools.map(({ function: { name } }, i) => `${only ? "" : `${string(name + between)} `}arguments${i} ${string(end)}`);
  const schemas = tools.map(({ function: { parameters } }, i) => `arguments${i}: %json ${JSON.stringify(asObject(parameters))}`);
  return { begun: begin + only, constraint: { grammar: [`start: ${calls.join(" | ")}`, ...schemas].join("\n") }, tail };
}

/**
 * What is missing of a call's beginning where a model has written some of it, with its own blanks after the mark.
 *
 * @param {string} begun the whole beginning
 * @param {string} written of it
 * @returns {string | null} null if it begins in another way
 */
export function restOf(begun, written) {
  if (begun.startsWith(written)) return begun.slice(written.length);
  const [whole, some] = [begun, written].map((text) => text.slice(BEGIN.length).trimStart());
  return whole.startsWith(some) ? whole.slice(some.length) : null;
}

/** A string of a grammar is one of JSON. @param {string} text */
const string = (text) => JSON.stringify(text);

/** Arguments are an object, whatever the schema says. @param {unknown} parameters */
function asObject(parameters) {
  const schema = typeof parameters === "object" ? parameters : {};
  return { "x-guidance": BLANKS, type: "object", ...schema };
}
