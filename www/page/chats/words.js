// The words of a text, as they are searched for: without case and accents.

/** Longer words are cut, more words are left out: a pasted book must not fill the index. */
const MOST_LETTERS = 24;
const MOST_WORDS = 2000;
const MOST_TEXT = 200_000;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts that put no blanks between words. Each pair of letters counts as a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

const ONE_UNSPACED = new RegExp(`^${UNSPACED.source.replace(/\+$/, "")}$`, "u");

/** Whether it is one letter of a script without blanks: a text has it as a part of pairs. @param {string} word */
export const isUnspacedLetter = (word) => ONE_UNSPACED.test(word);

/** @param {string} text @returns {string[]} each once */
export function wordsOf(text) {
  const plain = text.slice(0, MOST_TEXT).normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  /** @type {Set<string>} */
  const words = new Set();
  const spaced = plain.replace(UNSPACED, (run) => {
    const letters = [...run];
    if (letters.length === 1) words.add(run);
    for (let at = 0; at + 1 < letters.length; at++) words.add(letters[at] + letters[at + 1]);
    return " ";
  });
  for (const [word] of spaced.matchAll(WORD)) {
    if (words.size >= MOST_WORDS) break;
    words.add(word.slice(0, MOST_LETTERS));
  }
  return [...words];
}

/**
 * The part of a text around the first of some words.
 *
 * @param {string} text
 * @param {string[]} words
 * @param {number} [most] characters
 */
export function excerpt(text, words, most = 80) {
  const line = text.slice(0, MOST_TEXT).replace(/\s+/g, " ");
  const found = words.map((word) => line.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const at = found.length > 0 ? Math.min(...found) : 0;
  const start = at < most / 2 ? 0 : line.indexOf(" ", at - most / 2) + 1;
  return `${start > 0 ? "… " : ""}${line.slice(start, start + most).trim()}${start + most < line.length ? " …" : ""}`;
}
