// What a Transformer would have to keep, to compare a state's size with.

/** Keys and values, each of 16 bits. */
const TENSORS = 2;
const BYTES_PER_VALUE = 2;

/**
 * Bytes of the keys and values that a Transformer of the same width and depth keeps after some tokens: 2 tensors x L layers x
 * D values x 2 bytes for each token. Nothing is shared between heads.
 *
 * @param {{ layers: number, dModel: number }} model L and D
 * @param {number} tokens read so far
 */
export const cacheBytes = ({ layers, dModel }, tokens) => TENSORS * layers * dModel * BYTES_PER_VALUE * tokens;

/** The token after which such a cache is larger than a state. @param {{ layers: number, dModel: number, stateBytes: number }} model */
export const tokensUntilLarger = (model) => Math.floor(model.stateBytes / cacheBytes(model, 1)) + 1;
