// What was said in a chat, as it is searched: one short record for each chat, so that all chats are searched in memory. (To ask
// an index of the database for a word that every chat has takes longer than a visitor waits.)

import { isUnspacedLetter, wordsOf } from "./words.js";

/** @typedef {import("./tree.js").Node} Node */

/**
 * @typedef {object} Said
 * @property {string} chat
 * @property {string} words each word once, with the place in `turns` of the turn that said it first: " word:0 other:1 "
 * @property {string[]} turns ids
 */

/** @param {string} chat @returns {Said} */
export const nothingSaid = (chat) => ({ chat, words: " ", turns: [] });

/**
 * With what a turn says. Words are only ever added, because the text of a turn only grows: another answer is another turn.
 *
 * @param {Said} said
 * @param {Node} node
 * @returns {Said} the same one if the turn says nothing new
 */
export function withTurn(said, node) {
  const { chat, words, turns } = said;
  const known = turns.indexOf(node.id);
  const at = known < 0 ? turns.length : known;
  // While an answer is written, its words would be looked up anew every second.
  const text = node.reason === null ? node.message : `${node.message}\n${node.answer}`;
  const fresh = wordsOf(text).filter((word) => !words.includes(` ${word}:`));
  if (known >= 0 && fresh.length === 0) return said;
  return { chat, words: words + fresh.map((word) => `${word}:${at} `).join(""), turns: known < 0 ? [...turns, node.id] : turns };
}

/** @param {string} chat @param {Node[]} nodes */
export const saidIn = (chat, nodes) => nodes.reduce(withTurn, nothingSaid(chat));

/** Where a word stands among all, or -1. @param {string} all @param {string} word a single letter of Chinese may be the second one of a pair @param {boolean} isWhole */
function placeOf(all, word, isWhole) {
  const at = all.indexOf(isWhole ? ` ${word}:` : ` ${word}`);
  return at < 0 && isUnspacedLetter(word) ? all.indexOf(word) : at;
}

/** Whether all words were said. @param {Said} said @param {string[]} words the last one may be the beginning of a word */
export const hasSaid = (said, words) => words.every((word, at) => placeOf(said.words, word, at < words.length - 1) >= 0);

/** The turn that said the longest of some words first. @param {Said} said @param {string[]} words that were said @returns {string} */
export function turnOf({ words: all, turns }, words) {
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
  return turns[Number.parseInt(all.slice(all.indexOf(":", placeOf(all, longest, false)) + 1), 10)];
}
