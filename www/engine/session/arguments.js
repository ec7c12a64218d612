// Checks and copies the arguments of the public functions before anything is done with them. Rust checks the ranges that
// depend on the model or on a kernel (src/sampler.rs, src/generation/request.rs).
//
// An option that is undefined is not given. null counts as that where a value may come from JSON (settings of `generate`)
// and for `signal`, as with fetch; elsewhere it is refused.

import { TOKENS_AHEAD } from "./protocol.js";
import { badArgument, MambaError, outOfMemory } from "../errors.js";

/**
 * @template T
 * @typedef {(value: unknown, name: string) => T} Check gives the value, or a copy of it; throws a MambaError
 */
/** @typedef {Record<string, Check<any>>} Checks */
/**
 * @template {Checks} C
 * @typedef {{ [name in keyof C]?: ReturnType<C[name]> }} Checked
 */

/** The largest token id that an engine can have. */
const MOST_ID = 2 ** 32 - 1;
const MOST_STOPS = 64;
/** Letters of the key of a state. */
const MOST_KEY = 200;
/** A name that differs by at most so many letters may be the one that was meant. */
const NEAR = 2;

/** @type {Check<string>} */
export function text(value, name) {
  if (typeof value !== "string") throw wrong(name, "has to be a string", value);
  return value;
}

/** @type {Check<boolean>} */
export function flag(value, name) {
  if (typeof value !== "boolean") throw wrong(name, "has to be true or false", value);
  return value;
}

/** @type {Check<number>} */
export function number(value, name) {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(name, "has to be a number", value);
  return value;
}

/** @param {number} least @param {number} most @returns {Check<number>} */
export const whole = (least, most) => (value, name) => {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw wrong(name, `has to be a whole number from ${least} to ${most}`, value);
  }
  return Number(value);
};

/** @template {string} T @param {readonly T[]} known @returns {Check<T>} */
export const oneOf = (known) => (value, name) => {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw badArgument(`There is no ${name} ${shown(value)}.`, `${meant(value, known)}Choose one of: ${known.join(", ")}.`);
};

/** @type {Check<number | "auto">} */
function countOrAuto(value, name) {
  if (value === "auto") return value;
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
  throw wrong(name, 'has to be a whole number from 1, or "auto"', value);
}

/** A function of the caller, whose own failures are the caller's. @type {Check<(value: any) => void>} */
function callback(value, name) {
  if (typeof value !== "function") throw wrong(name, "has to be a function", value);
  return (argument) => {
    try {
      value(argument);
    } catch (error) {
      queueMicrotask(() => {
        throw error; // Node has no reportError
      });
    }
  };
}

/** A signal of another frame counts too, although its class differs. @type {Check<AbortSignal>} */
export function signal(value, name) {
  const it = /** @type {AbortSignal} */ (value);
  const isSignal =
    value instanceof AbortSignal ||
    (Object.prototype.toString.call(value) === "[object AbortSignal]" &&
      typeof it.aborted === "boolean" &&
      typeof it.addEventListener === "function" &&
      typeof it.removeEventListener === "function");
  if (!isSignal) throw wrong(name, "has to be the signal of an AbortController", value);
  return it;
}

/** @type {Check<string>} */
function address(value, name) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  const url = typeof value === "string" && value !== "" && URL.canParse(value, base) ? new URL(value, base) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw wrong(name, "has to be an address that begins with https://", value);
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** @type {Check<string[]>} */
export function stops(value, name) {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value) || value.length > MOST_STOPS) {
    throw wrong(name, `has to be a string, or a list of at most ${MOST_STOPS} strings`, value);
  }
  return Array.from(value, (one, i) => text(one, `${name}[${i}]`));
}

/** @type {Check<Record<string, number>>} */
export function logitBias(value, name) {
  if (!isPlain(value)) throw wrong(name, "has to be an object from token ids to numbers", value);
  /** @type {Record<string, number>} */
  const copy = {};
  for (const [id, bias] of Object.entries(value)) {
    if (!/^(0|[1-9]\d{0,9})$/.test(id) || Number(id) > MOST_ID) throw wrong(name, "has to have token ids as its names", id);
    copy[id] = number(bias, `${name}[${id}]`);
  }
  return copy;
}

/**
 * The shape of an answer. `json_schema: true` stands for any JSON object.
 *
 * @typedef {{ choices: string[] } | { regex: string } | { json_schema: Record<string, unknown> | true } | { grammar: string }} Constraint
 */

const SHAPES = { choices: texts, regex: text, json_schema: schema, grammar: text };

/** @type {Check<string[]>} */
function texts(value, name) {
  if (!Array.isArray(value) || value.length === 0) throw wrong(name, "has to be a list of strings", value);
  return Array.from(value, (one, i) => text(one, `${name}[${i}]`));
}

/** @type {Check<Record<string, unknown> | true>} */
function schema(value, name) {
  if (value === true) return value;
  if (!isPlain(value)) throw wrong(name, "has to be a JSON schema, or true for any JSON object", value);
  return JSON.parse(JSON.stringify(value));
}

/** @type {Check<Constraint>} */
function constraint(value, name) {
  const checked = options(value, name, SHAPES);
  const known = Object.keys(SHAPES).join(", ");
  if (Object.keys(checked).length !== 1) throw badArgument(`“${name}” has to have exactly one of: ${known}.`);
  return /** @type {Constraint} */ (checked);
}

/** null counts as not given. @template T @param {Check<T>} check @returns {Check<T | undefined>} */
export const orNull = (check) => (value, name) => (value === null ? undefined : check(value, name));

const PATIENCE = { tries: whole(1, 100), firstDelayMs: whole(0, 600_000), stallMs: whole(1, 3_600_000) };

/** @type {Check<unknown>} */
export const anything = (value) => value;

/** What each function takes; the JSDoc of mamba.js and session.js says what for. */
const LOAD = {
  model: anything, // findModel reads it
  backend: oneOf(["auto", "gpu", "cpu", "reference"]),
  precision: oneOf(["auto", "f32", "f16", "int8", "int4"]),
  build: oneOf(["auto", "plain", "relaxed", "threads"]),
  threads: countOrAuto,
  window: countOrAuto,
  onProgress: callback,
  signal: orNull(signal),
  keep: flag,
  hub: address,
  patience: (/** @type {unknown} */ value, /** @type {string} */ name) => options(value, name, PATIENCE),
};
const SESSION = { system: text };
const SNAPSHOT = { packing: oneOf(["f32", "f16", "int8"]), text };
const PREFILL = { signal: orNull(signal), onPrefill: orNull(callback) };
const LIMITS = { memoryBytes: whole(0, Number.MAX_SAFE_INTEGER), diskBytes: whole(0, Number.MAX_SAFE_INTEGER) };
const TURN = { message: text, answer: text, ids: orNull(ids) };
const GENERATE = {
  ...PREFILL,
  prompt: orNull(text),
  message: orNull(text),
  answer: orNull(text),
  surprise: orNull(flag),
  ahead: orNull(whole(0, TOKENS_AHEAD)),
  maxTokens: orNull(whole(1, MOST_ID)),
  temperature: orNull(number),
  topK: orNull(whole(0, MOST_ID)),
  topP: orNull(number),
  minP: orNull(number),
  repetitionPenalty: orNull(number),
  presencePenalty: orNull(number),
  frequencyPenalty: orNull(number),
  logitBias: orNull(logitBias),
  stop: orNull(stops),
  constraint: orNull(constraint),
  seed: orNull(whole(0, Number.MAX_SAFE_INTEGER)),
};

/** @param {unknown} value */
export const loadOptions = (value) => {
  // The model alone stands for all other options left out.
  const isModel = typeof value === "string" || readable("options", () => value instanceof URL);
  return options(isModel ? { model: value } : value, "load", LOAD);
};
/** @param {unknown} value */
export const sessionOptions = (value) => options(value, "session", SESSION);
/** @param {unknown} value */
export const snapshotOptions = (value) => options(value, "snapshot", SNAPSHOT);
/** @param {unknown} value */
export const stateLimits = (value) => options(value, "limit", LIMITS);
/** @param {unknown} value */
export const prefillOptions = (value) => options(value, "prefill", PREFILL);
/** @param {unknown} value */
export const generateOptions = (value) => options(value, "generate", GENERATE);

/**
 * Token ids, as an array or a typed array.
 *
 * @param {unknown} value
 * @param {string} name
 */
export function ids(value, name) {
  const list = readable(name, () => {
    const list = /** @type {ArrayLike<unknown>} */ (value);
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
    if (!isList) throw wrong(name, "have to be an array of token ids", value);
    const { length } = list;
    for (let i = 0; i < length; i++) {
      const id = list[i];
      if (!Number.isInteger(id) || Number(id) < 0 || Number(id) > MOST_ID) {
        throw wrong(`${name}[${i}]`, `has to be a token id, a whole number from 0 to ${MOST_ID}`, id);
      }
    }
    return /** @type {ArrayLike<number>} */ (list);
  });
  try {
    return Uint32Array.from(list);
  } catch (cause) {
    throw outOfMemory(cause);
  }
}

/** @param {unknown} value */
export const textOrIds = (value) => (typeof value === "string" ? value : ids(value, "ids"));

/**
 * Turns of a chat, copied.
 *
 * @param {unknown} value
 * @returns {{ message: string, answer: string, ids?: Uint32Array }[]}
 */
export function turns(value) {
  return readable("turns", () => {
    if (!Array.isArray(value)) throw wrong("turns", "have to be a list of turns", value);
    if (value.length === 0) throw badArgument("There are no turns to read.");
    const checked = [];
    for (let i = 0; i < value.length; i++) {
      const { message, answer, ids } = options(value[i], `turns[${i}]`, TURN);
      if (message === undefined) throw wrong(`turns[${i}].message`, "has to be a string", message);
      if (answer === undefined) throw wrong(`turns[${i}].answer`, "has to be a string", answer);
      checked.push({ message, answer, ids });
    }
    return checked;
  });
}

/** The bytes of an .mstate file. @param {unknown} value */
export function bytes(value) {
  // An array of another frame counts too.
  if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== "[object Uint8Array]") {
    throw badArgument("A saved state has to be given as a Uint8Array.");
  }
  return /** @type {Uint8Array} */ (value);
}

/**
 * Sessions that generate at once, each with options that are checked.
 *
 * @param {unknown} value
 * @param {(session: unknown) => unknown} checkSession
 */
export const together = (value, checkSession) =>
  readable("requests", () => {
    if (!Array.isArray(value)) throw wrong("requests", "have to be a list of requests", value);
    const seen = new Set();
    const all = [];
    for (let i = 0; i < value.length; i++) {
      if (!isPlain(value[i])) throw wrong(`requests[${i}]`, "has to be an object with a session and options", value[i]);
      const { session, ...options } = value[i];
      checkSession(session);
      if (seen.has(session)) throw badArgument("A session cannot generate twice at once.", "Fork it first.");
      seen.add(session);
      all.push({ session: /** @type {import("./session.js").Session} */ (session), options: generateOptions(options) });
    }
    return all;
  });

/** The share of the second of two states. @param {unknown} value */
export function weight(value) {
  const share = number(value, "weight");
  if (share < 0 || share > 1) throw wrong("weight", "has to be from 0 to 1", share);
  return share;
}

/** The key of a kept state. It becomes the name of a file. @param {unknown} value @param {string} [name] */
export function stateKey(value, name = "key") {
  const key = text(value, name);
  if (key.length > MOST_KEY || !/^[\w-]+(\/[\w-]+)*$/.test(key)) {
    throw wrong(name, `has to be words of letters, digits, “-” and “_”, with slashes between them, ${MOST_KEY} in all at most`, key);
  }
  return key;
}

/** @param {unknown} value */
export const stateKeys = (value) =>
  readable("keys", () => {
    if (!Array.isArray(value)) throw wrong("keys", "have to be a list of keys", value);
    const keys = [];
    for (let i = 0; i < value.length; i++) keys.push(stateKey(value[i], `keys[${i}]`));
    return keys;
  });

/** What `keptModels` calls a model. @param {unknown} value */
export function keptId(value) {
  const id = text(value, "id");
  if (!/^[\w-]{1,255}$/.test(id)) throw wrong("id", "has to be an id that keptModels gave", id);
  return id;
}

/**
 * The options of a function, each checked. Options that are not given are left out.
 *
 * @template {Checks} C
 * @param {unknown} value
 * @param {string} what they are options of
 * @param {C} checks
 * @returns {Checked<C>}
 */
export function options(value, what, checks) {
  return readable(`the options of ${what}`, () => {
    if (!isPlain(value)) throw badArgument(`${what} takes an object with options; what it was given is ${shown(value)}.`);
    const known = Object.keys(checks);
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(checks, name)) continue;
      throw badArgument(`${what} has no option ${shown(name)}.`, `${meant(name, known)}Its options are: ${known.join(", ")}.`);
    }
    /** @type {Record<string, unknown>} */
    const checked = {};
    for (const name of known) {
      const given = value[name];
      const copy = given === undefined ? undefined : checks[name](given, name);
      if (copy !== undefined) checked[name] = copy;
    }
    return /** @type {Checked<C>} */ (checked);
  });
}

/**
 * Calls `read`, because getters, iterators and proxies of the caller may throw anything.
 *
 * @template T
 * @param {string} what
 * @param {() => T} read
 */
export function readable(what, read) {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof MambaError) throw cause;
    throw new MambaError("bad-argument", `What was given as ${what} cannot be read.`, "Pass plain values.", { cause });
  }
}

/**
 * Whether it is a plain object. A list, a map or a date is not: their own properties are not what they hold.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isPlain = (value) =>
  typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Object]" &&
  !(Symbol.iterator in value);

/** @param {string} name @param {string} rule @param {unknown} value */
export const wrong = (name, rule, value) => badArgument(`“${name}” ${rule}; it is ${shown(value)}.`);

/** @param {unknown} value for a sentence */
function shown(value) {
  if (typeof value === "string") return `“${value.length > 60 ? `${value.slice(0, 60)}…` : value}”`;
  if (value === undefined) return "not given";
  if (typeof value === "object" && value !== null) return "an object of another kind";
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : String(value);
}

/** @param {unknown} value @param {readonly string[]} known @returns {string} a question, or nothing */
function meant(value, known) {
  if (typeof value !== "string") return "";
  const lower = value.toLowerCase();
  const near = known
    .map((name) => ({ name, far: distance(lower.slice(0, 40), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
    .find(({ name, far }) => far <= Math.min(NEAR, name.length - 2));
  const words = (/** @type {string} */ name) => name.toLowerCase().replace(/[_-]/g, "");
  const same = known.find((name) => words(name) === words(value)) ?? near?.name;
  return same === undefined ? "" : `Did you mean “${same}”? `;
}

/** Letters to change, add or take away (Levenshtein). @param {string} a @param {string} b */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
