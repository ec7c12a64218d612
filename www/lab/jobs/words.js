// The words of a message, and what stands before and after one of them.

/** @param {string} message @returns {{ word: string, at: number }[]} */
export const wordsIn = (message) => Array.from(message.matchAll(/[\p{L}\p{N}'’]+/gu), ({ 0: word, index }) => ({ word, at: index }));

/**
 * A space belongs to the word after it, as in the model's tokens.
 *
 * @param {{ message: string, word: string, other: string, at?: number }} input `at`: where `word` begins
 * @returns {{ before: string, words: [string, string], after: string }}
 */
export function split({ message, word, other, at = message.indexOf(word) }) {
  const space = message[at - 1] === " " ? " " : "";
  return { before: message.slice(0, at - space.length), words: [space + word, space + other], after: message.slice(at + word.length) };
}
