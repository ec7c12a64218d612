// Writes a checkpoint with random weights in the shape of state-spaces/mamba-130m, the model
// that the speed tables are about, or of another kind that model_shapes.mjs lists. The same bytes on every machine:
//
//   node benches/make_model.mjs [folder [mamba|mamba2|mamba-1.4b|falcon-h1-90m|granite-350m|granite-1b [BF16|F32]]]
//                                                                                 (target/bench/mamba-130m by default)
//
// Speed does not depend on what the weights say, as long as nothing overflows or becomes
// denormal, so they are drawn as Mamba's initialisation draws them (258 MB in bf16, 2.7 GB for 1.4b).

import { createWriteStream } from "node:fs";
import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { shapeOf } from "./model_shapes.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
/** @typedef {import("./model_shapes.mjs").Kind} Kind */
/** @typedef {import("./model_shapes.mjs").Tensor} Tensor */
/** @typedef {"BF16" | "F32"} Type */

/** Raised when the bytes change, so that states and GGUF files made from others are not taken for these. */
export const MODEL_VERSION = 1;

/** Marsaglia's xorshift32, a number in [0, 1). @param {number} seed */
function uniform(seed) {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** @param {number[]} shape */
const size = (shape) => shape.reduce((product, n) => product * n, 1);

/** Round to nearest, ties to even. @param {Float32Array} values @returns {Uint16Array} */
function toBf16(values) {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) rounded[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  return rounded;
}

/** @param {string} file @param {Tensor[]} list @param {Type} type */
async function writeWeights(file, list, type) {
  const bytes = type === "F32" ? 4 : 2;
  /** @type {Record<string, object>} */
  const header = { __metadata__: { format: "pt" } };
  let at = 0;
  for (const [name, shape] of list) {
    header[name] = { dtype: type, shape, data_offsets: [at, (at += bytes * size(shape))] };
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));

  const out = createWriteStream(file);
  /** @param {Uint8Array | string} bytes */
  const write = async (bytes) => {
    if (!out.write(bytes)) await new Promise((resolve) => out.once("drain", () => resolve(undefined)));
  };
  await write(length);
  await write(text);
  for (const [index, [, shape, draw]] of list.entries()) {
    const random = uniform(0x9e3779b9 ^ (index + 1));
    for (let warm = 0; warm < 16; warm++) random();
    const values = new Float32Array(size(shape));
    for (let i = 0; i < values.length; i++) values[i] = draw(random, i);
    await write(new Uint8Array(type === "F32" ? values.buffer : toBf16(values).buffer));
  }
  out.end();
  await finished(out);
}

/** NeoX's tokenizer, without the tokens for which a smaller vocabulary has no rows. @param {string} file @param {number} rows */
async function writeTokenizer(file, rows) {
  const tokenizer = JSON.parse(await readFile(path.join(root, "tests/golden/neox/tokenizer.json"), "utf8"));
  /** @type {Record<string, number>} */
  const vocab = tokenizer.model.vocab;
  const has = (/** @type {string} */ token) => vocab[token] < rows;
  tokenizer.model.merges = tokenizer.model.merges.filter((/** @type {string} */ merge) => has(merge.replace(" ", "")));
  tokenizer.model.vocab = Object.fromEntries(Object.entries(vocab).filter(([token]) => has(token)));
  tokenizer.added_tokens = tokenizer.added_tokens.filter((/** @type {{ id: number }} */ { id }) => id < rows);
  await writeFile(file, JSON.stringify(tokenizer));
}

/**
 * Makes what is missing; returns the folder.
 *
 * @param {string} [folder]
 * @param {Kind} [kind]
 * @param {Type} [type] of the weights in the file
 */
export async function makeModel(folder = path.join(root, "target/bench/mamba-130m"), kind = "mamba", type = "BF16") {
  const weights = path.join(folder, "model.safetensors");
  const stamp = path.join(folder, `.version-${MODEL_VERSION}`);
  if (await access(stamp).then(() => true, () => false)) return folder;
  await mkdir(folder, { recursive: true });
  const { config, tensors } = shapeOf(kind);
  await writeFile(path.join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  await writeTokenizer(path.join(folder, "tokenizer.json"), config.vocab_size);
  await writeWeights(`${weights}.part`, tensors, type);
  await rename(`${weights}.part`, weights);
  await writeFile(stamp, "");
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, kind, type] = process.argv.slice(2);
  console.log(await makeModel(folder, /** @type {Kind | undefined} */ (kind), /** @type {Type | undefined} */ (type)));
}
