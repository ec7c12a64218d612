// Chapter 4: three blocks read the same tokens, and what their boxes hold is kept.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {"h3" | "gated" | "mamba"} Kind */
/** @typedef {Record<string, ArrayLike<number>>} Boxes values by the name of a box */
/** @typedef {{ reset: () => void, read: (id: number) => Boxes[] }} Reader `read` gives the boxes of each layer */

/** L of the small models. */
export const LAYERS = 2;
/** N of the small models. */
export const STATES = 16;

/** @type {Map<Kind, Reader>} */
const readers = new Map();

/** @param {Wasm} wasm @param {{ config: string, weights: Record<Kind, Uint8Array> }} input `config`: of Mamba */
export async function load(wasm, { config, weights }) {
  for (const kind of /** @type {const} */ (["h3", "gated"])) {
    const model = new wasm.LabSmall(kind, weights[kind]);
    readers.set(kind, {
      reset: () => model.restart(),
      read(id) {
        model.read(Uint32Array.of(id));
        return layers((layer) => Object.fromEntries(model.boxes(layer).map(([name, values]) => [name, Float32Array.from(values)])));
      },
    });
  }
  const engine = await wasm.labOpen(config, weights.mamba);
  let watch = new wasm.LabWatch(engine);
  readers.set("mamba", {
    reset() {
      watch.free();
      watch = new wasm.LabWatch(engine);
    },
    read(id) {
      watch.read(id);
      return layers((layer) => mambaBoxes(Object.fromEntries(watch.boxes(layer) ?? []), watch.state(layer)));
    },
  });
}

/** @template What @param {(layer: number) => What} of */
const layers = (of) => Array.from({ length: LAYERS }, (_, layer) => of(layer));

/** @param {number} z */
const silu = (z) => z / (1 + Math.exp(-z));

/**
 * The kernels keep Δ, B, C, z, y and h. The other boxes follow from these: y is the readout times the gate, and the
 * readout is C h + D x.
 *
 * @param {Record<string, ArrayLike<number>>} kept
 * @param {Float32Array} h `[N, E]`
 * @returns {Boxes}
 */
function mambaBoxes({ delta, B, C, z, y }, h) {
  const gate = Float32Array.from(z, silu);
  const read = Float32Array.from(y, (value, e) => value / gate[e]);
  const skip = read.map((value, e) => value - Array.from(C).reduce((sum, c, n) => sum + c * h[n * y.length + e], 0));
  const [delta32, b, c, y32] = [delta, B, C, y].map((values) => Float32Array.from(values));
  return { gate, skip, delta: delta32, B: b, C: c, h, read, y: y32 };
}

/** @typedef {Record<Kind, Boxes[][]>} Reading of each token, of each layer */

/** A new sequence for all three. @param {Wasm} _wasm @param {{ ids: number[] }} input */
export function read(_wasm, { ids }) {
  if (readers.size === 0) throw new Error("The models are not loaded yet.");
  const readings = [...readers].map(([kind, { reset, read }]) => {
    reset();
    return [kind, ids.map(read)];
  });
  return /** @type {Reading} */ (Object.fromEntries(readings));
}
