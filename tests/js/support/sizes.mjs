// How many parameters a checkpoint has, and what the engine needs for them, from its shape in
// the letters of ARCHITECTURE.md.

/** @typedef {{ D: number, L: number, V: number, N: number, P?: number, G?: number }} Shape */

/**
 * @param {string} architecture
 * @param {Shape} shape
 * @returns {{ matrices: number, rest: number }} parameters of the large matrices, which may be quantised, and of
 *   everything else
 */
function parts(architecture, { D, L, V, N, P = 64, G = 1 }) {
  const E = 2 * D;
  const K = 4;
  const R = D / 16;
  const H = E / P;
  const isTied = architecture !== "falcon_mamba";
  const embeddings = (isTied ? 1 : 2) * V * D;
  if (architecture === "mamba2") {
    const mixed = E + 2 * G * N;
    const matrices = L * (D * (E + mixed + H) + E * D);
    return { matrices: matrices + embeddings, rest: L * (mixed * (K + 1) + 3 * H + E + D) + D };
  }
  const matrices = L * (D * 2 * E + E * (R + 2 * N) + E * D);
  return { matrices: matrices + embeddings, rest: L * (R * E + E + E * (K + 1) + E * N + E + D) + D };
}

/** @param {string} architecture @param {Shape} shape */
export function count(architecture, shape) {
  const { matrices, rest } = parts(architecture, shape);
  return matrices + rest;
}

/** Bytes of the weights. Blocks of 32 share a scale of 2 bytes. @param {string} architecture @param {Shape} shape */
export function memory(architecture, shape) {
  const { matrices, rest } = parts(architecture, shape);
  const bytes = (/** @type {number} */ each) => Math.round(matrices * each + rest * 4);
  return { f32: bytes(4), f16: bytes(2), int8: bytes(34 / 32), int4: bytes(18 / 32) };
}
