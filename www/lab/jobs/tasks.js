// The memory tasks of chapter 3, as training/lab/tasks.py has them.

/** @typedef {"copy" | "induction" | "book"} Task */
/** @typedef {{ ids: number[], asked: { after: number, answer: number }[] }} Question `after`: the answer is due when so many ids are read */

const [BLANK, ASK, BELL, LETTER, LETTERS] = [0, 1, 2, 3, 16];
const NAME = LETTER + LETTERS;
export const NAMES = 128;
export const COPIED = 8;
/** How many names of a book are asked for. */
const QUESTIONS = 16;

/** @param {number} id */
export function shown(id) {
  if (id === BLANK) return "·";
  if (id === ASK) return "?";
  if (id === BELL) return "!";
  return id < NAME ? String.fromCodePoint(97 + id - LETTER) : `N${id - NAME + 1}`;
}

/** Numbers from 0 to 1 by chance, the same for the same seed (mulberry32, public domain). @param {number} seed */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Task} task @param {number} length tokens, of a book its entries @param {number} seed @returns {Question} */
export function question(task, length, seed) {
  const next = chance(seed);
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit);
  const letter = () => LETTER + below(LETTERS);
  /** @param {number} count @param {number} limit */
  const some = (count, limit) => {
    const all = Array.from({ length: limit }, (_, at) => at);
    for (let at = 0; at < count; at++) {
      const other = at + below(limit - at);
      [all[at], all[other]] = [all[other], all[at]];
    }
    return all.slice(0, count);
  };
  if (task === "copy") {
    const answers = Array.from({ length: COPIED }, letter);
    const ids = /** @type {number[]} */ (new Array(length).fill(BLANK));
    some(COPIED, length).sort((a, b) => a - b).forEach((place, at) => (ids[place] = answers[at]));
    return { ids: [...ids, ASK, ...answers.slice(0, -1)], asked: answers.map((answer, at) => ({ after: length + 1 + at, answer })) };
  }
  if (task === "induction") {
    const ids = Array.from({ length }, letter);
    const place = below(length - 2);
    ids[place] = BELL;
    return { ids: [...ids, BELL], asked: [{ after: length + 1, answer: ids[place + 1] }] };
  }
  const names = some(length, NAMES).map((name) => NAME + name);
  const letters = names.map(letter);
  const ids = [...names.flatMap((name, at) => [name, letters[at]]), ASK];
  /** @type {Question["asked"]} */
  const asked = [];
  for (let count = 0; count < QUESTIONS; count++) {
    const entry = below(length);
    asked.push({ after: ids.length + 1, answer: letters[entry] });
    ids.push(names[entry], letters[entry]);
  }
  return { ids, asked };
}
