// Chapter 8: a model of DNA, one token a letter.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */

export const LETTERS = "ACGT";
/** Letters between two signs of life. */
const PIECE = 2_000;

/** @type {import("../../mamba_web_lab.js").WasmEngine | null} */
let engine = null;

/** @param {Wasm} wasm @param {{ config: string, weights: Uint8Array }} input */
export async function load(wasm, { config, weights }) {
  engine = await wasm.labOpen(config, weights);
}

/** Letters 0 to 3, four in a byte, the first in the lowest bits. @param {Uint8Array} packed */
export const unpack = (packed) => Uint8Array.from({ length: 4 * packed.length }, (_, at) => (packed[at >> 2] >> (2 * (at & 3))) & 3);

/** @param {Wasm} wasm */
function begin(wasm) {
  if (!engine) throw new Error("The model is not loaded yet.");
  return new wasm.LabWatch(engine);
}

/** The surprise of each letter in bits; null for the first. @param {Wasm} wasm @param {{ letters: Uint8Array }} input */
export function read(wasm, { letters }) {
  const watch = begin(wasm);
  const bits = Array.from(watch.surprises(letters), (value) => (Number.isNaN(value) ? null : value));
  watch.free();
  return bits;
}

/** @typedef {{ read: number, bits: number, seconds: number, stateBytes: number, memoryBytes: number }} Counted `bits`: the mean of the last letters */

/**
 * Reads all letters, and says how far it is.
 *
 * @param {Wasm} wasm
 * @param {{ letters: Uint8Array }} input
 * @param {(counted: Counted) => void} say
 */
export function count(wasm, { letters }, say) {
  const watch = begin(wasm);
  const start = performance.now();
  for (let read = 0; read < letters.length; read += PIECE) {
    const piece = watch.surprises(letters.subarray(read, read + PIECE)).filter((bits) => !Number.isNaN(bits));
    const bits = piece.reduce((sum, value) => sum + value, 0) / piece.length;
    say({ read: Math.min(read + PIECE, letters.length), bits, seconds: (performance.now() - start) / 1000, stateBytes: watch.stateBytes(), memoryBytes: wasm.memoryBytes() });
  }
  watch.free();
}
