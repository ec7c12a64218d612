// Finds the tool calls in an answer while it comes. Granite 4, Falcon-H1 and the Hermes models write each as
// `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`.

export const BEGIN = "<tool_call>";
export const END = "</tool_call>";

/**
 * @typedef {{ name: string, arguments: string }} FoundCall the arguments as JSON of an object
 * @typedef {{ text: string } | { call: FoundCall }} Part of an answer
 */

export class ToolCallParser {
  /** What is not decided yet: the beginning of a mark, or a call that goes on. */
  #held = "";
  #isInCall = false;
  /** @type {(name: string) => boolean} */
  #isTool;
  /** Blanks that stand before a call, or between two, belong to neither. */
  #blanks = "";
  #calls = 0;

  /** @param {Iterable<string>} tools the names that may be called; another call is text */
  constructor(tools) {
    const names = new Set(tools);
    this.#isTool = (name) => names.has(name);
  }

  /** Calls so far. */
  get calls() {
    return this.#calls;
  }

  /** What there is of a call that goes on, from its mark on; empty outside of one. */
  get begun() {
    return this.#isInCall ? this.#held : "";
  }

  /** Whether a call goes on of which only the mark at its end is missing. */
  get isWhole() {
    return this.#isInCall && readCall(this.#held.slice(BEGIN.length)) !== null;
  }

  /** @param {string} text that follows @returns {Part[]} what has become certain */
  push(text) {
    this.#held += text;
    /** @type {Part[]} */
    const parts = [];
    for (;;) {
      const more = this.#isInCall ? this.#readCall(parts) : this.#readText(parts);
      if (!more) return parts;
    }
  }

  /** @returns {Part[]} what was held back, now that the answer has ended */
  end() {
    /** @type {Part[]} */
    const parts = [];
    // A model may stop after its last call without the mark.
    if (this.#isInCall) this.#callOrText(this.#held.slice(BEGIN.length), this.#held, parts);
    else this.#text(this.#held, parts);
    if (this.#calls === 0 && this.#blanks) parts.push({ text: this.#blanks });
    this.#held = this.#blanks = "";
    this.#isInCall = false;
    return parts;
  }

  /** @param {Part[]} parts @returns {boolean} whether there is more to read */
  #readText(parts) {
    const at = this.#held.indexOf(BEGIN);
    const until = at < 0 ? this.#held.length - beginningAtEnd(this.#held) : at;
    this.#text(this.#held.slice(0, until), parts);
    this.#held = this.#held.slice(until);
    this.#isInCall = at >= 0;
    return this.#isInCall;
  }

  /** @param {Part[]} parts @returns {boolean} */
  #readCall(parts) {
    for (let at = this.#held.indexOf(END); at >= 0; at = this.#held.indexOf(END, at + 1)) {
      const body = this.#held.slice(BEGIN.length, at);
      const whole = this.#held.slice(0, at + END.length);
      if (isInString(body)) continue; // the arguments have the mark as words
      this.#held = this.#held.slice(whole.length);
      this.#isInCall = false;
      this.#callOrText(body, whole, parts);
      return true;
    }
    return false;
  }

  /** @param {string} body @param {string} whole with its marks @param {Part[]} parts */
  #callOrText(body, whole, parts) {
    const call = readCall(body);
    if (!call || !this.#isTool(call.name)) return this.#text(whole, parts);
    this.#calls += 1;
    this.#blanks = "";
    parts.push({ call });
  }

  /** @param {string} text @param {Part[]} parts */
  #text(text, parts) {
    const all = this.#blanks + text;
    const end = all.trimEnd().length;
    this.#blanks = all.slice(end);
    if (end > 0) parts.push({ text: all.slice(0, end) });
  }
}

/** @param {string} body @returns {FoundCall | null} */
export function readCall(body) {
  try {
    const { name, arguments: given, parameters = {} } = JSON.parse(body);
    const value = given ?? parameters;
    // Some models write the arguments as a string with JSON in it.
    const read = typeof value === "string" ? JSON.parse(value) : value;
    if (typeof name !== "string" || typeof read !== "object" || read === null || Array.isArray(read)) return null;
    return { name, arguments: JSON.stringify(read) };
  } catch {
    return null;
  }
}

/** How many letters at the end of `text` may be the beginning of the mark. @param {string} text */
function beginningAtEnd(text) {
  for (let length = Math.min(BEGIN.length - 1, text.length); length > 0; length--) {
    if (BEGIN.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** Whether `json` ends inside of a string. @param {string} json */
function isInString(json) {
  let inside = false;
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "\\" && inside) i += 1;
    else if (json[i] === '"') inside = !inside;
  }
  return inside;
}
