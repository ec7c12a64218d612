// How many parameters a checkpoint has, and what the engine needs for them, from its shape in
// the letters of ARCHITECTURE.md.

/**
 * @typedef {{ D: number, L: number, V: number, N: number, P?: number, G?: number }} Pure
 * @typedef {{ D: number, L: number, V: number, N: number, E: number, H: number, G?: number, Q: number, J: number, S: number, F: number, attention: number[] | "beside" }} Hybrid
 *   `attention`: the layers that have it in place of Mamba-2, or beside it in each
 * @typedef {Pure & Partial<Hybrid>} Shape
 */

const K = 4;
/** The window that is taken if nobody chooses one. */
const M = 4096;

/** Rows that make so many a multiple of eight. @param {number} rows */
const fillUp = (rows) => 8 * Math.ceil(rows / 8) - rows;

/** @param {Hybrid} shape */
function hybridParts({ D, L, V, N, E, H, G = 1, Q, J, S, F, attention }) {
  const isBeside = attention === "beside";
  const attentions = isBeside ? L : attention.length;
  const mambas = isBeside ? L : L - attention.length;
  const W = E + 2 * G * N;
  const matrices = mambas * (D * (E + W + H) + E * D) + attentions * (D * (Q + 2 * J) * S + Q * S * D) + L * 3 * D * F;
  // Falcon-H1 has no norm within its Mamba-2. Each layer has two norms of its own, and there is one at the end.
  const rest = mambas * (W * (K + 1) + 3 * H + (isBeside ? 0 : E)) + 2 * L * D + D;
  const matrixFill = mambas * D * fillUp(E + W + H);
  return { matrices, matrixFill, sensitive: V * D, sensitiveFill: 0, rest, attentions, mambas };
}

/** @param {Shape} shape @returns {shape is Hybrid} */
const isHybrid = (shape) => shape.attention !== undefined;

/**
 * @param {string} architecture
 * @param {Shape} shape
 * @returns {{ matrices: number, matrixFill: number, sensitive: number, sensitiveFill: number, rest: number }} parameters of the large matrices,
 *   which may be quantised, with the values that fill their last eight rows up then; of those that keep 8 bits in int4 (small ones,
 *   and those behind every score), with such values; and of everything else
 */
function parts(architecture, shape) {
  if (isHybrid(shape)) return hybridParts(shape);
  const { D, L, V, N, P = 64, G = 1 } = shape;
  const E = 2 * D;
  const R = D / 16;
  const H = E / P;
  const isTied = architecture !== "falcon_mamba";
  const embeddings = (isTied ? 1 : 2) * V * D;
  if (architecture === "mamba2") {
    const mixed = E + 2 * G * N;
    const matrices = L * (D * (E + mixed + H) + E * D);
    return { matrices, matrixFill: L * D * fillUp(E + mixed + H), sensitive: embeddings, sensitiveFill: 0, rest: L * (mixed * (K + 1) + 3 * H + E + D) + D };
  }
  const rows = R + 2 * N;
  const sensitiveFill = L * E * fillUp(rows);
  return { matrixFill: 0, matrices: L * (D * 2 * E + E * D), sensitive: embeddings + L * E * rows, sensitiveFill, rest: L * (R * E + E + E * (K + 1) + E * N + E + D) + D };
}

/** @param {string} architecture @param {Shape} shape */
export function count(architecture, shape) {
  const { matrices, sensitive, rest } = parts(architecture, shape);
  return matrices + sensitive + rest;
}

/** Bytes of the weights. On the CPU 64 values share a scale of 4 bytes in int8, of 2 in int4. @param {string} architecture @param {Shape} shape */
export function memory(architecture, shape) {
  const { matrices, matrixFill, sensitive, sensitiveFill, rest } = parts(architecture, shape);
  const bytes = (/** @type {number} */ each) => (matrices + sensitive) * each + rest * 4;
  const quantised = (/** @type {number} */ each) => Math.round((matrices + matrixFill) * each + ((sensitive + sensitiveFill) * 68) / 64 + rest * 4);
  return { f32: bytes(4), f16: bytes(2), int8: quantised(68 / 64), int4: quantised(34 / 64) };
}

/** Bytes of a session's state. @param {string} architecture @param {Shape} shape */
export function state(architecture, shape) {
  const ofMamba = (/** @type {number} */ E, /** @type {number} */ W) => E * shape.N + W * (K - 1);
  if (isHybrid(shape)) {
    const { attentions, mambas } = hybridParts(shape);
    return 4 * (mambas * ofMamba(shape.E, shape.E + 2 * (shape.G ?? 1) * shape.N) + attentions * 2 * shape.J * shape.S * M);
  }
  const { D, L, N, G = 1 } = shape;
  const E = 2 * D;
  return 4 * L * ofMamba(E, architecture === "mamba2" ? E + 2 * G * N : E);
}
