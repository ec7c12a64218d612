// The calculator that a model may use: a parser of its own, because the page's policy forbids eval.

/** Longer sums, and sums in more brackets, are not read: a model may write on and on. */
const MOST_LETTERS = 1000;
const MOST_DEPTH = 50;
/** 171! is beyond the numbers of JavaScript. */
const MOST_FACTORIAL = 170;
/** Of the 17 digits of a number the last ones are roundings: 0.1 + 0.2 has to be 0.3. */
const DIGITS = 15;

/** Of angles in radians. @type {Record<string, (x: number) => number>} */
const FUNCTIONS = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  round: Math.round,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};
/** @type {Record<string, number>} */
const CONSTANTS = { pi: Math.PI, π: Math.PI, e: Math.E };

/** A number (with commas between thousands or without), a name, or a sign. */
const TOKEN = /\s*(?:((?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([a-zπ][a-z0-9]*)|(\*\*|[-+*/^()%!×·÷−√]))/iy;
/** @type {Record<string, string>} */
const SAME = { "×": "*", "·": "*", "÷": "/", "−": "-", "**": "^", "√": "sqrt" };

/** What is wrong with a sum: a sentence, which the model gets. */
export class BadSum extends Error {}

/**
 * The value of a sum such as `2 * (3 + 4.5)`, with `+ - * / ^ ! %`, the functions and constants above. `^` goes before the
 * sign in front of it, so -2^2 is -4. `%` before a number or a bracket is the remainder of a division, else a hundredth.
 *
 * @param {string} text
 * @returns {number}
 * @throws {BadSum}
 */
export function calculate(text) {
  if (text.length > MOST_LETTERS) throw new BadSum(`The sum is longer than ${MOST_LETTERS} characters.`);
  const sum = new Sum(tokensOf(text.replace(/\s*=?\s*$/, "")));
  const value = sum.all();
  if (!Number.isFinite(value)) throw new BadSum("The sum has no value.");
  const rounded = Number(value.toPrecision(DIGITS));
  return rounded === 0 ? 0 : rounded; // no -0
}

/** @typedef {number | string} Token a number, or a name or sign */

/** @param {string} text @returns {Token[]} */
function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new BadSum(`The sum has “${text.slice(from).trim().slice(0, 20)}”, which cannot be read.`);
    const [, number, name, sign] = found;
    tokens.push(number === undefined ? (name?.toLowerCase() ?? SAME[sign] ?? sign) : Number(number.replaceAll(",", "")));
  }
  return tokens;
}

class Sum {
  #tokens;
  #at = 0;
  #depth = 0;

  /** @param {Token[]} tokens */
  constructor(tokens) {
    this.#tokens = tokens;
  }

  all() {
    if (this.#tokens.length === 0) throw new BadSum("The sum is empty.");
    const value = this.#added();
    if (this.#next !== undefined) throw new BadSum(`The sum goes on with “${this.#next}” where it should have ended.`);
    return value;
  }

  get #next() {
    return this.#tokens[this.#at];
  }

  /** @param {...string} signs @returns {string | null} the one that comes next, which is taken */
  #take(...signs) {
    const sign = signs.find((one) => one === this.#next);
    if (sign === undefined) return null;
    this.#at += 1;
    return sign;
  }

  /** @returns {number} */
  #added() {
    let value = this.#multiplied();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      const other = this.#multiplied();
      value = sign === "+" ? value + other : value - other;
    }
    return value;
  }

  #multiplied() {
    let value = this.#signed();
    for (let sign = this.#take("*", "/", "%"); sign; sign = this.#take("*", "/", "%")) {
      const other = this.#signed();
      value = sign === "*" ? value * other : sign === "/" ? value / other : value % other;
    }
    return value;
  }

  /** @returns {number} */
  #signed() {
    if (++this.#depth > MOST_DEPTH) throw new BadSum("The sum has too many brackets or signs in each other.");
    const sign = this.#take("-", "+");
    const value = sign === "-" ? -this.#signed() : sign === "+" ? this.#signed() : this.#raised();
    this.#depth -= 1;
    return value;
  }

  #raised() {
    const base = this.#marked();
    return this.#take("^") ? base ** this.#signed() : base;
  }

  /** A value with the signs behind it. */
  #marked() {
    let value = this.#value();
    for (;;) {
      if (this.#take("!")) value = factorial(value);
      else if (this.#next === "%" && !this.#isValue(this.#tokens[this.#at + 1])) {
        this.#at += 1;
        value /= 100;
      } else return value;
    }
  }

  /** @param {Token | undefined} token whether a value begins with it */
  #isValue(token) {
    return typeof token === "number" || token === "(" || /^[a-zπ]/.test(token ?? "");
  }

  /** @returns {number} */
  #value() {
    const token = this.#next;
    this.#at += 1;
    if (typeof token === "number") return token;
    if (token === undefined) throw new BadSum("The sum ends where a number should follow.");
    if (token === "(") return this.#bracket();
    if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
    if (!Object.hasOwn(FUNCTIONS, token)) throw new BadSum(`The sum has “${token}” where a number should stand.`);
    if (this.#take("(")) return FUNCTIONS[token](this.#bracket());
    if (token === "sqrt" && this.#isValue(this.#next)) return Math.sqrt(this.#value());
    throw new BadSum(`“${token}” needs a number in brackets.`);
  }

  /** What stands in a bracket that is open already. */
  #bracket() {
    const value = this.#added();
    if (!this.#take(")")) throw new BadSum("A bracket is not closed.");
    return value;
  }
}

/** @param {number} n */
function factorial(n) {
  if (!Number.isInteger(n) || n < 0 || n > MOST_FACTORIAL) throw new BadSum(`“!” needs a whole number from 0 to ${MOST_FACTORIAL}.`);
  let value = 1;
  for (let i = 2; i <= n; i++) value *= i;
  return value;
}
