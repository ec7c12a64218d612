// Chapter 2: a linear state space model.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {"zoh" | "bilinear"} Method */
/** @typedef {[re: number, im: number, b: number, c: number]} Mode */
/**
 * @typedef {object} Linear see src/lab/web/lti.rs
 * @property {number} statesOf N
 * @property {number[]} output `[T]`, by the recurrence
 * @property {number[]} states `[T, N]`
 * @property {number[]} kernel `[T]`
 * @property {number[]} convolved `[T]`, by the convolution
 * @property {number[]} poles two numbers for each mode
 */

/** @param {Wasm} wasm @param {{ modes: Mode[], step: number, method: Method, signal: number[] }} input @returns {Linear} */
export function run(wasm, { modes, step, method, signal }) {
  return wasm.labLinear(Float64Array.from(modes.flat()), step, method, Float64Array.from(signal));
}

/** HiPPO's modes. @param {Wasm} wasm @param {{ states: number, ago: number }} input @returns {Mode[]} */
export function hippo(wasm, { states, ago }) {
  const numbers = [...wasm.labHippo(states, ago)];
  return Array.from({ length: states }, (_, at) => /** @type {Mode} */ (numbers.slice(4 * at, 4 * at + 4)));
}

/** A mode with another pole. @param {Wasm} wasm @param {{ mode: Mode, pole: [number, number], step: number, method: Method }} input @returns {Mode} */
export function move(wasm, { mode, pole, step, method }) {
  const [re, im] = wasm.labEigenvalue(...pole, step, method);
  return [re, im, mode[2], mode[3]];
}
