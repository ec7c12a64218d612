// Chapter 6: three forms of a layer: over a sentence that the page's model reads, and timed on one head of Mamba-2.

import { theEngine } from "./page-model.js";

export { load } from "./page-model.js";

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

/** @typedef {{ tokens: string[], matrix: ArrayLike<number>, difference: number, size: number, channels: number }} Attention `[T, T]`; difference and size as in {@link Timed} */

export const SENTENCE = "My name is Ada and I have a red cat. What colour is my cat? Your cat is";
/** The layer of the example, counted from 0: it looks back at names. */
export const LAYER = 9;
/** Tokens in a chunk, where the sentence is read in chunks. */
const CHUNK = 8;

/**
 * A layer of the page's model over a sentence: the matrix of a channel, or of all their mean size, and how far the three forms
 * of the layer are apart.
 *
 * @param {Wasm} wasm
 * @param {{ sentence: string, layer: number, channel: number | null }} input
 * @returns {Attention}
 */
export function attend(wasm, { sentence, layer, channel }) {
  const engine = theEngine();
  const ids = engine.tokenize(sentence);
  const reading = new wasm.LabReading(engine, ids, layer);
  try {
    const recurrence = reading.recurrence();
    return {
      tokens: Array.from(ids, (id) => engine.detokenize(Uint32Array.of(id))),
      matrix: reading.attention(channel ?? undefined),
      channels: recurrence.length / ids.length,
      ...compare([recurrence, reading.chunked(CHUNK), reading.masked()]),
    };
  } finally {
    reading.free();
  }
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
