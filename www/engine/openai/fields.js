// Objects inside of a request, whose failures name the way to them.

import { options } from "../session/arguments.js";

/**
 * As `options`, with the checks told the whole way to their value, such as `messages[0].content`.
 *
 * @template {import("../session/arguments.js").Checks} C
 * @param {unknown} value
 * @param {string} at
 * @param {C} checks
 * @returns {import("../session/arguments.js").Checked<C>}
 */
export function fields(value, at, checks) {
  const all = { ...checks };
  for (const [name, one] of Object.entries(checks)) {
    all[/** @type {keyof C} */ (name)] = /** @type {any} */ ((/** @type {unknown} */ given) => one(given, `${at}.${name}`));
  }
  return options(value, at, all);
}
