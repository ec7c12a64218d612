// The shapes that benchmarks measure, with random weights: for each kind a config.json and the tensors of the checkpoint, as their
// makers publish them. Letters as in ARCHITECTURE.md.

const K = 4;

/** Mamba has R; Mamba-2 has H, and one group. R and H are 0 where there are none. */
const SHAPES = {
  mamba: { V: 50280, D: 768, L: 24, N: 16, R: 48, H: 0 },
  mamba2: { V: 50288, D: 768, L: 24, N: 128, R: 0, H: 24 },
  "mamba-1.4b": { V: 50280, D: 2048, L: 48, N: 16, R: 128, H: 0 },
};

/** The hybrids: `attention` lists the layers that have it, "beside" says that each has it beside Mamba-2. */
const HYBRIDS = {
  "falcon-h1-90m": { V: 32768, D: 512, L: 24, E: 768, N: 64, H: 24, Q: 8, J: 2, S: 64, F: 768, attention: /** @type {const} */ ("beside") },
  "granite-350m": { V: 100352, D: 768, L: 32, E: 1536, N: 128, H: 48, Q: 12, J: 4, S: 64, F: 2048, attention: [10, 13, 17, 27] },
  "granite-1b": { V: 100352, D: 1536, L: 40, E: 3072, N: 128, H: 48, Q: 12, J: 4, S: 128, F: 4096, attention: [5, 15, 25, 35] },
};

/** @typedef {(typeof SHAPES)["mamba"]} Shape */
/** @typedef {(typeof HYBRIDS)["falcon-h1-90m"] | (typeof HYBRIDS)["granite-350m"]} Hybrid */
/** @typedef {keyof typeof SHAPES | keyof typeof HYBRIDS} Kind */
/** @typedef {[name: string, shape: number[], draw: Draw]} Tensor */
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

/** @param {Shape} shape @returns {Tensor[]} */
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

/** @param {Shape} shape @returns {Tensor[]} */
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

/** Mamba-2 as both hybrids name it. @param {Hybrid} shape @param {string} at @param {boolean} isNormed @returns {Tensor[]} */
function mamba2({ D, L, E, N, H }, at, isNormed) {
  const width = E + 2 * N;
  return [
    [`${at}.in_proj.weight`, [E + width + H, D], within(1 / Math.sqrt(D))],
    [`${at}.conv1d.weight`, [width, 1, K], within(1 / Math.sqrt(K))],
    [`${at}.conv1d.bias`, [width], within(1 / Math.sqrt(K))],
    [`${at}.dt_bias`, [H], stepBias],
    [`${at}.A_log`, [H], (random) => Math.log(1 + 15 * random())],
    [`${at}.D`, [H], all(1)],
    .../** @type {Tensor[]} */ (isNormed ? [[`${at}.norm.weight`, [E], all(1)]] : []),
    [`${at}.out_proj.weight`, [D, E], within(1 / Math.sqrt(E * L))],
  ];
}

/** @param {Hybrid} shape @param {string} at @returns {Tensor[]} */
function attention({ D, L, Q, J, S }, at) {
  return [
    [`${at}.q_proj.weight`, [Q * S, D], within(1 / Math.sqrt(D))],
    [`${at}.k_proj.weight`, [J * S, D], within(1 / Math.sqrt(D))],
    [`${at}.v_proj.weight`, [J * S, D], within(1 / Math.sqrt(D))],
    [`${at}.o_proj.weight`, [D, Q * S], within(1 / Math.sqrt(Q * S * L))],
  ];
}

/** @param {Hybrid} shape @returns {Tensor[]} */
function hybridTensors(shape) {
  const { V, D, L, F } = shape;
  const isFalcon = shape.attention === "beside";
  /** @type {Tensor[]} */
  const list = [["model.embed_tokens.weight", [V, D], within(0.02 * Math.sqrt(3))]];
  for (let layer = 0; layer < L; layer++) {
    const at = `model.layers.${layer}`;
    const isAttention = Array.isArray(shape.attention) && shape.attention.includes(layer);
    list.push([`${at}.input_layernorm.weight`, [D], all(1)]);
    if (!isAttention) list.push(...mamba2(shape, `${at}.mamba`, !isFalcon));
    if (isAttention || isFalcon) list.push(...attention(shape, `${at}.self_attn`));
    if (isFalcon) {
      list.push(
        [`${at}.pre_ff_layernorm.weight`, [D], all(1)],
        [`${at}.feed_forward.gate_proj.weight`, [F, D], within(1 / Math.sqrt(D))],
        [`${at}.feed_forward.up_proj.weight`, [F, D], within(1 / Math.sqrt(D))],
        [`${at}.feed_forward.down_proj.weight`, [D, F], within(1 / Math.sqrt(F * L))],
      );
    } else {
      list.push(
        [`${at}.post_attention_layernorm.weight`, [D], all(1)],
        [`${at}.shared_mlp.input_linear.weight`, [2 * F, D], within(1 / Math.sqrt(D))],
        [`${at}.shared_mlp.output_linear.weight`, [D, F], within(1 / Math.sqrt(F * L))],
      );
    }
  }
  list.push([isFalcon ? "model.final_layernorm.weight" : "model.norm.weight", [D], all(1)]);
  return list;
}

/** @param {Hybrid} shape */
function hybridConfig({ V, D, L, E, N, H, Q, J, S, F, attention }) {
  const common = {
    vocab_size: V,
    hidden_size: D,
    num_hidden_layers: L,
    num_attention_heads: Q,
    num_key_value_heads: J,
    mamba_n_heads: H,
    mamba_d_head: E / H,
    mamba_d_state: N,
    mamba_n_groups: 1,
    mamba_d_conv: K,
    mamba_conv_bias: true,
    mamba_proj_bias: false,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
  };
  if (attention === "beside") {
    return {
      architectures: ["FalconH1ForCausalLM"],
      model_type: "falcon_h1",
      ...common,
      head_dim: S,
      intermediate_size: F,
      mamba_d_ssm: E,
      mamba_rms_norm: false,
      rope_theta: 1e11,
      max_position_embeddings: 262144,
    };
  }
  return {
    architectures: ["GraniteMoeHybridForCausalLM"],
    model_type: "granitemoehybrid",
    ...common,
    layer_types: Array.from({ length: L }, (_, layer) => (attention.includes(layer) ? "attention" : "mamba")),
    mamba_expand: E / D,
    shared_intermediate_size: F,
    num_local_experts: 0,
    position_embedding_type: "nope",
    attention_multiplier: 1 / Math.sqrt(S),
    max_position_embeddings: 32768,
  };
}

/** @param {Shape} shape */
function mambaConfig({ V, D, L, N, R, H }) {
  const E = 2 * D;
  const is2 = H > 0;
  return {
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
}

/** @param {Kind} kind @returns {{ config: { vocab_size: number }, tensors: Tensor[] }} */
export function shapeOf(kind) {
  if (kind in HYBRIDS) {
    const shape = /** @type {Hybrid} */ (HYBRIDS[/** @type {keyof typeof HYBRIDS} */ (kind)]);
    return { config: hybridConfig(shape), tensors: hybridTensors(shape) };
  }
  const shape = SHAPES[/** @type {keyof typeof SHAPES} */ (kind)];
  return { config: mambaConfig(shape), tensors: shape.H > 0 ? tensors2(shape) : tensors(shape) };
}
