// Chapter 6: three forms of one head of Mamba-2.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {{ tokens: number, recurrence: number, chunked: number, masked: number, difference: number, size: number }} Timed seconds of each form, the largest difference between two, and the largest value */

/** P and N of the head: those of the published Mamba-2 models are 64 and 128. */
const CHANNELS = 64;
const STATES = 64;
/** A run is repeated for so long, and the fastest counts. */
const REPEAT_MS = 60;

/** Numbers by chance, always the same. @param {number} seed */
function chance(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  };
}

/** @typedef {{ words: string[], matrix: ArrayLike<number>, difference: number, size: number }} Attention `[T, T]`; the other two as in {@link Timed} */

export const SENTENCE = "Ada has a red cat and Ben has a blue cat ; who has the red cat ?";

/** @param {string} sentence */
export const wordsOf = (sentence) => sentence.split(/\s+/).filter(Boolean);

/** A direction for each word, the same for the same word, from its letters. @param {string} word @returns {number[]} of length 1 */
function directionOf(word) {
  let seed = 7;
  for (const letter of word.toLowerCase()) seed = (Math.imul(seed, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  const next = chance(seed || 1);
  // The first numbers of such a generator resemble each other for alike seeds.
  for (let skipped = 0; skipped < 8; skipped++) next();
  const numbers = Array.from({ length: STATES }, next);
  const length = Math.hypot(...numbers);
  return numbers.map((number) => number / length);
}

/**
 * One head over the words of a sentence: the matrix, and how far the three forms are apart.
 *
 * @param {Wasm} wasm
 * @param {{ sentence: string, forgetting: number }} input `forgetting`: -A, with a step of 1 for each word
 * @returns {Attention}
 */
export function attend(wasm, { sentence, forgetting }) {
  const words = wordsOf(sentence);
  const directions = Float32Array.from(words.flatMap(directionOf));
  const head = new wasm.LabHead(-forgetting, new Float32Array(words.length).fill(1), directions, directions, directions);
  const matrix = head.matrix();
  const { difference, size } = compare([head.recurrence(), head.chunked(4), head.masked()]);
  head.free();
  return { words, matrix, difference, size };
}

/** The largest difference between some outputs, and the largest value. @param {Float32Array[]} outputs */
function compare(outputs) {
  let [difference, size] = [0, 0];
  outputs[0].forEach((value, at) => {
    const all = outputs.map((output) => output[at]);
    difference = Math.max(difference, Math.max(...all) - Math.min(...all));
    size = Math.max(size, Math.abs(value));
  });
  return { difference, size };
}

/** @param {Wasm} wasm @param {number} tokens */
function headOf(wasm, tokens) {
  const next = chance(tokens + 1);
  const numbers = (/** @type {number} */ length) => Float32Array.from({ length }, next);
  const dt = Float32Array.from({ length: tokens }, () => 0.02 + 0.05 * (1 + next()));
  return new wasm.LabHead(-1, dt, numbers(tokens * CHANNELS), numbers(tokens * STATES), numbers(tokens * STATES));
}

/**
 * Times the three forms at each length.
 *
 * @param {Wasm} wasm
 * @param {{ lengths: number[], chunk: number }} input
 * @param {(timed: Timed) => void} say
 */
export function measure(wasm, { lengths, chunk }, say) {
  for (const tokens of lengths) {
    const head = headOf(wasm, tokens);
    const forms = [() => head.recurrence(), () => head.chunked(chunk), () => head.masked()].map(timed);
    const [recurrence, chunked, masked] = forms;
    say({ tokens, recurrence: recurrence.seconds, chunked: chunked.seconds, masked: masked.seconds, ...compare(forms.map(({ y }) => y)) });
    head.free();
  }
}

/** @param {() => Float32Array} run */
function timed(run) {
  let best = Infinity;
  /** @type {Float32Array} */
  let y = new Float32Array();
  const end = performance.now() + REPEAT_MS;
  do {
    const started = performance.now();
    y = run();
    best = Math.min(best, performance.now() - started);
  } while (performance.now() < end);
  // A clock that is too coarse for one run.
  return { y, seconds: Math.max(best, 0.001) / 1000 };
}
