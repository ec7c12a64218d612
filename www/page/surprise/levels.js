// How surprising a token was, in words and in steps of shade.

/** Nats from which each step begins: as likely as 3 in 5, 1 in 4, 1 in 20, 1 in 150. */
const STEPS = [0.5, 1.4, 3, 5];
const WORDS = ["as expected", "likely", "not so likely", "unlikely", "a surprise"];

/**
 * @typedef {{ text: string, surprise: number, alternatives: { text: string, probability: number }[] }} Weighed
 *
 * @typedef {object} Again how an answer is read once more
 * @property {number} tokens that it has
 * @property {(signal: AbortSignal) => AsyncIterable<Weighed>} read
 * @property {(signal: AbortSignal) => Promise<number | null>} changed how much of the memory the turn changed, 0 to 1; null where no
 *   layer has a state
 *
 * @typedef {object} Weighing
 * @property {() => boolean} isWanted whether it is noted while an answer is written
 * @property {(answer: { weighed: Weighed[] }, again: Again) => void} show reads the answer again if nothing was noted
 */

/** Tokens of an answer that are noted. */
export const MOST_WEIGHED = 3000;

/** @param {number} nats @returns {number} 0 to 4 */
export const levelOf = (nats) => STEPS.filter((from) => nats >= from).length;

/** @param {number} nats */
export const wordsOf = (nats) => WORDS[levelOf(nats)];

/** @param {number} probability */
export function percent(probability) {
  const value = probability * 100;
  if (value > 0 && value < 0.1) return "below 0.1 %";
  return `${value >= 9.95 ? Math.round(value) : value.toFixed(1)} %`;
}
