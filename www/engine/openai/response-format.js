// In which form an answer has to be.

import * as check from "../session/arguments.js";
import { badArgument } from "../errors.js";
import { fields } from "./fields.js";

/** @type {import("../session/arguments.js").Check<{ name?: string, description?: string, strict?: boolean, schema?: unknown }>} */
const jsonSchema = (value, name) =>
  fields(value, name, {
    name: check.text,
    description: check.orNull(check.text),
    strict: check.orNull(check.flag), // it is always strict
    schema: check.anything,
  });

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {{ json_schema: unknown } | null} the option `constraint` of `generate`; null for any text
 */
export function readFormat(value, name) {
  const { type, json_schema: given } = fields(value, name, {
    type: check.oneOf(["text", "json_object", "json_schema"]),
    json_schema: jsonSchema,
  });
  if (type === undefined) throw check.wrong(`${name}.type`, "has to be text, json_object or json_schema", type);
  if ((type === "json_schema") !== (given !== undefined)) {
    throw badArgument(`“${name}.json_schema” goes with the type json_schema, and only with it.`);
  }
  if (type === "text") return null;
  return { json_schema: given?.schema ?? {} };
}
