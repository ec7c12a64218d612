// A model of which a test says, phrase by phrase, what it writes. It is a real checkpoint that the engine loads and runs: its
// layer adds nothing, so the scores depend on the last token alone, and the head has the row of each token's successor.

import { safetensors } from "./safetensors.mjs";

const [D, E, N, R, K] = [64, 128, 4, 4, 4];
const END = "<|end|>";

/** GPT-2's letters for bytes, in the order of the bytes. */
function byteLetters() {
  const letters = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isShown = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    letters.push(String.fromCodePoint(isShown ? byte : next++));
  }
  return letters;
}

/**
 * Numbers of both signs, the same in each run: nearly orthogonal for two tokens.
 *
 * @param {number} token
 */
function embedding(token) {
  let seed = Math.imul(token + 1, 0x9e3779b1) | 0;
  return Float32Array.from({ length: D }, () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed < 0 ? -1 : 1;
  });
}

/**
 * The files of the model.
 *
 * @param {string} template its chat template
 * @param {Record<string, string[]>} says mark of the template -> the phrases that follow it, each one token, no phrase in two
 *   places
 * @param {string[]} [special] phrases that are special tokens, whose text the engine leaves out
 * @returns {Map<string, Buffer>}
 */
export function chainModel(template, says, special = []) {
  const marks = [END, ...Object.keys(says)];
  const phrases = Object.values(says).flat();
  const letters = byteLetters();
  const V = 256 + marks.length + phrases.length;
  const idOf = new Map([...marks, ...phrases].map((name, i) => [name, 256 + i]));
  const id = (/** @type {string} */ name) => idOf.get(name) ?? 0;
  if (idOf.size !== marks.length + phrases.length) throw new Error("a phrase stands in two places");

  const embeddings = Array.from({ length: V }, (_, token) => embedding(token));
  const head = new Float32Array(V * D);
  for (const [mark, list] of Object.entries(says)) {
    for (const [i, name] of [mark, ...list].entries()) {
      const row = head.subarray(id(list[i] ?? END) * D).subarray(0, D);
      embeddings[id(name)].forEach((value, d) => (row[d] += value)); // several phrases have the same successor: the end
    }
  }
  /** @type {Record<string, [number[], ArrayLike<number>?]>} shape, and values that are not all zero */
  const tensors = {
    "backbone.embeddings.weight": [[V, D], embeddings.flatMap((row) => [...row])],
    "backbone.norm_f.weight": [[D], new Float32Array(D).fill(1)],
    "lm_head.weight": [[V, D], head],
    "backbone.layers.0.norm.weight": [[D], new Float32Array(D).fill(1)],
  };
  /** @type {Record<string, number[]>} */
  const zeros = { "in_proj.weight": [2 * E, D], "conv1d.weight": [E, 1, K], "conv1d.bias": [E], "x_proj.weight": [R + 2 * N, E], "dt_proj.weight": [E, R], "dt_proj.bias": [E], A_log: [E, N], D: [E], "out_proj.weight": [D, E] };
  for (const [name, shape] of Object.entries(zeros)) tensors[`backbone.layers.0.mixer.${name}`] = [shape];

  const config = { model_type: "mamba", architectures: ["MambaForCausalLM"], vocab_size: V, hidden_size: D, intermediate_size: E, num_hidden_layers: 1, state_size: N, conv_kernel: K, expand: 2, time_step_rank: R, use_bias: false, use_conv_bias: true, hidden_act: "silu", layer_norm_epsilon: 1e-5, tie_word_embeddings: false, eos_token_id: id(END) };
  const added = (/** @type {string} */ content) => ({ id: id(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: marks.includes(content) || special.includes(content) });
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokenizer = {
    version: "1.0",
    added_tokens: [...marks, ...phrases].map(added),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: { type: "Fuse" }, // it writes phrases, never bytes
    model: { type: "BPE", vocab: Object.fromEntries(letters.map((letter, byte) => [letter, byte])), merges: [] },
  };
  const json = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value));
  return new Map([
    ["config.json", json(config)],
    ["tokenizer.json", json(tokenizer)],
    ["tokenizer_config.json", json({ tokenizer_class: "PreTrainedTokenizerFast", eos_token: END, chat_template: template })],
    ["model.safetensors", safetensors(tensors)],
  ]);
}

/** Writes turns with the marks that `says` can have. What a tool says is followed by another mark than a question. */
export const TOOL_TEMPLATE = `{% if tools %}<|tools|>{{ tools | tojson }}<|end|>{% endif %}{% for m in messages %}{% set before = messages[loop.index0 - 1].role if loop.index0 > 0 else '' %}{% if m.role == 'assistant' %}{{ '<|told|>' if before == 'tool' else '<|bot|>' }}{{ m.content.split('</think>')[-1].lstrip() if '<think>' in m.content and not loop.last else m.content }}{% for c in m.tool_calls or [] %}<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}<|end|>{% else %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|told|>' if messages[-1].role == 'tool' else '<|bot|>' }}{% endif %}`;
