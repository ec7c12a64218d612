// Writes a checkpoint with random weights in the shape of state-spaces/mamba-130m, the model
// that the speed tables are about, of mamba2-130m or of mamba-1.4b. The same bytes on every machine:
//
//   node benches/make_model.mjs [folder [mamba|mamba2|mamba-1.4b [BF16|F32]]]     (target/bench/mamba-130m by default)
//
// Speed does not depend on what the weights say, as long as nothing overflows or becomes
// denormal, so they are drawn as Mamba's initialisation draws them (258 MB in bf16, 2.7 GB for 1.4b).

import { createWriteStream } from "node:fs";
import { access, copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const K = 4;

/** Mamba has R; Mamba-2 has H, and one group. R and H are 0 where there are none. */
const SHAPES = {
  mamba: { V: 50280, D: 768, L: 24, N: 16, R: 48, H: 0 },
  mamba2: { V: 50288, D: 768, L: 24, N: 128, R: 0, H: 24 },
  "mamba-1.4b": { V: 50280, D: 2048, L: 48, N: 16, R: 128, H: 0 },
};

/** @typedef {(typeof SHAPES)["mamba"]} Shape */

/** @typedef {keyof typeof SHAPES} Kind */
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

/** @typedef {(random: () => number, index: number) => number} Draw */

/** @type {(bound: number) => Draw} */
const within = (bound) => (random) => (2 * random() - 1) * bound;
/** @type {(value: number) => Draw} */
const all = (value) => () => value;
/** The inverse softplus of a step between 0.001 and 0.1, even in its logarithm. @type {Draw} */
const stepBias = (random) => {
  const dt = Math.exp(random() * (Math.log(0.1) - Math.log(0.001)) + Math.log(0.001));
  return dt + Math.log(-Math.expm1(-dt));
};

/** @param {Shape} shape @returns {[name: string, shape: number[], draw: Draw][]} */
function tensors2({ V, D, L, N, H }) {
  const E = 2 * D;
  const width = E + 2 * N;
  /** @type {[string, number[], Draw][]} */
  const list = [["backbone.embeddings.weight", [V, D], within(0.02 * Math.sqrt(3))]];
  for (let layer = 0; layer < L; layer++) {
    const at = `backbone.layers.${layer}`;
    list.push(
      [`${at}.norm.weight`, [D], all(1)],
      [`${at}.mixer.in_proj.weight`, [E + width + H, D], within(1 / Math.sqrt(D))],
      [`${at}.mixer.conv1d.weight`, [width, 1, K], within(1 / Math.sqrt(K))],
      [`${at}.mixer.conv1d.bias`, [width], within(1 / Math.sqrt(K))],
      [`${at}.mixer.dt_bias`, [H], stepBias],
      [`${at}.mixer.A_log`, [H], (random) => Math.log(1 + 15 * random())],
      [`${at}.mixer.D`, [H], all(1)],
      [`${at}.mixer.norm.weight`, [E], all(1)],
      [`${at}.mixer.out_proj.weight`, [D, E], within(1 / Math.sqrt(E * L))],
    );
  }
  list.push(["backbone.norm_f.weight", [D], all(1)]);
  return list;
}

/** @param {Shape} shape @returns {[name: string, shape: number[], draw: Draw][]} */
function tensors({ V, D, L, N, R }) {
  const E = 2 * D;
  /** @type {[string, number[], Draw][]} */
  const list = [["backbone.embeddings.weight", [V, D], within(0.02 * Math.sqrt(3))]];
  for (let layer = 0; layer < L; layer++) {
    const at = `backbone.layers.${layer}`;
    list.push(
      [`${at}.norm.weight`, [D], all(1)],
      [`${at}.mixer.in_proj.weight`, [2 * E, D], within(1 / Math.sqrt(D))],
      [`${at}.mixer.conv1d.weight`, [E, 1, K], within(1 / Math.sqrt(K))],
      [`${at}.mixer.conv1d.bias`, [E], within(1 / Math.sqrt(K))],
      [`${at}.mixer.x_proj.weight`, [R + 2 * N, E], within(1 / Math.sqrt(E))],
      [`${at}.mixer.dt_proj.weight`, [E, R], within(1 / Math.sqrt(R))],
      [`${at}.mixer.dt_proj.bias`, [E], stepBias],
      [`${at}.mixer.A_log`, [E, N], (_, index) => Math.log(1 + (index % N))],
      [`${at}.mixer.D`, [E], all(1)],
      [`${at}.mixer.out_proj.weight`, [D, E], within(1 / Math.sqrt(E * L))],
    );
  }
  list.push(["backbone.norm_f.weight", [D], all(1)]);
  return list;
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

/** @param {string} file @param {ReturnType<typeof tensors>} list @param {Type} type */
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
  const shape = SHAPES[kind];
  const { V, D, L, N, R, H } = shape;
  const E = 2 * D;
  const is2 = H > 0;
  const config = {
    architectures: [is2 ? "Mamba2ForCausalLM" : "MambaForCausalLM"],
    model_type: is2 ? "mamba2" : "mamba",
    vocab_size: V,
    hidden_size: D,
    intermediate_size: is2 ? undefined : E,
    num_hidden_layers: L,
    state_size: N,
    conv_kernel: K,
    expand: 2,
    time_step_rank: is2 ? undefined : R,
    ...(is2 && { num_heads: H, head_dim: E / H, n_groups: 1 }),
    use_bias: false,
    use_conv_bias: true,
    hidden_act: "silu",
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: true,
    // No token ends a text: a benchmark decides itself how long it is.
  };
  await writeFile(path.join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  await copyFile(path.join(root, "tests/golden/neox/tokenizer.json"), path.join(folder, "tokenizer.json"));
  await writeWeights(`${weights}.part`, is2 ? tensors2(shape) : tensors(shape), type);
  await rename(`${weights}.part`, weights);
  await writeFile(stamp, "");
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, kind, type] = process.argv.slice(2);
  console.log(await makeModel(folder, /** @type {Kind | undefined} */ (kind), /** @type {Type | undefined} */ (type)));
}
