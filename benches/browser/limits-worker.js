// Measures support/limits.mjs in a worker: one thread of what the machine gives.

/** More than any cache near the core holds. */
const READ_BYTES = 384 * 2 ** 20;

/** @type {Record<string, Function>} */
let plain;
/** @type {Record<string, Function> | null} */
let relaxed;

/** @param {string} name */
async function instantiate(name) {
  const bytes = await (await fetch(`/bench/limits-${name}.wasm`)).arrayBuffer();
  if (!WebAssembly.validate(bytes)) return null;
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports;
}

/** The best of a few, in units of `amount` a nanosecond. @param {() => unknown} run @param {number} amount */
function best(run, amount) {
  run(); // compiled by then
  let least = Infinity;
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return amount / least / 1e6;
}

/** @param {string} what @param {Record<string, number>} operations of one turn */
async function measure(what, operations) {
  if (what === "prepare") {
    const exports = await instantiate("plain");
    if (!exports) throw new Error("no SIMD");
    plain = /** @type {Record<string, Function>} */ (exports);
    relaxed = /** @type {Record<string, Function> | null} */ (await instantiate("relaxed"));
    const memory = /** @type {WebAssembly.Memory} */ (exports.memory);
    memory.grow(READ_BYTES / 65536);
    new Uint8Array(memory.buffer, 65536).fill(1);
    return 0;
  }
  if (what === "read") return best(() => plain.read(READ_BYTES), READ_BYTES);
  const [kind, type] = what.split(" ");
  const turns = 3_000_000;
  const exports = kind === "plain" ? plain : relaxed;
  return exports && best(() => exports[type](turns), turns * operations[what]);
}

self.onmessage = async ({ data }) => self.postMessage(await measure(data.what, data.operations));
