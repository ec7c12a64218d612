// The browser's half of the GPU benchmark (benches/README.md): a model through mamba.js, as any page would use it.

import { load } from "/mamba.js";

const ROUNDS = 5;

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** @param {number} count */
const ids = (count) => Uint32Array.from({ length: count }, (_, i) => 100 + (Math.imul(i + 1, 2654435761) >>> 8) % 3900);

/** The marks with which models end a text have the first ids; here a text ends when it is long enough. */
const NO_END = Object.fromEntries([0, 1, 2, 3, 4].map((id) => [id, -100]));
const settings = { temperature: 0.8, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, logitBias: NO_END };

/** @param {import("../../www/mamba.js").Session} session @param {number} tokens */
async function generate(session, tokens) {
  const start = performance.now();
  let first = 0;
  for await (const { id } of session.generate({ ...settings, prompt: "", maxTokens: tokens })) {
    if (id !== null) first ||= performance.now();
  }
  return { firstMs: first - start, rate: ((tokens - 1) * 1000) / (performance.now() - first), stats: session.stats };
}

/** @param {string} model @param {string} precision @param {string} backend */
async function measure(model, precision, backend) {
  const start = performance.now();
  const engine = await load({ model: new URL(model, location.href).href, backend, precision });
  const { adapter, weightBytes, backendReason } = engine.info;
  /** @type {Record<string, unknown>} */
  const got = { model, precision, backend: engine.info.backend, backendReason, adapter, weightBytes, loadMs: performance.now() - start };
  const warm = await engine.session();
  for (let round = 0; round < 4; round++) {
    await warm.prefill(ids(600));
    await generate(warm, 64);
  }
  for (const tokens of [512, 4096]) {
    const reads = [];
    const firsts = [];
    for (let round = 0; round < ROUNDS; round++) {
      const session = await engine.session();
      const from = performance.now();
      await session.prefill(ids(tokens));
      reads.push((tokens * 1000) / (performance.now() - from));
      await session.close();
      const again = await engine.session();
      const begin = performance.now();
      let first = 0;
      // A prompt of ids is read, and goes on as an empty prompt.
      await again.prefill(ids(tokens));
      for await (const { id } of again.generate({ ...settings, prompt: "", maxTokens: 1 })) {
        if (id !== null) first ||= performance.now();
      }
      firsts.push(first - begin);
      await again.close();
    }
    got[`prefill${tokens}`] = median(reads);
    got[`firstTokenMs${tokens}`] = median(firsts);
  }
  const decodes = [];
  for (let round = 0; round < ROUNDS; round++) decodes.push(await generate(warm, 256));
  got.decode = median(decodes.map(({ rate }) => rate));
  got.decodeInWorker = median(decodes.map(({ stats }) => stats.tokensPerSecond));
  got.position = warm.position;
  await warm.prefill(ids(20000));
  const late = [];
  for (let round = 0; round < ROUNDS; round++) late.push(await generate(warm, 256));
  got.decodeLate = median(late.map(({ rate }) => rate));
  got.latePosition = warm.position;
  await engine.dispose();
  return got;
}

Object.assign(window, {
  /** @param {string[]} models @param {string[]} precisions @param {string} [backend] */
  async runBenchmark(models, precisions, backend = "gpu") {
    const all = [];
    for (const model of models) {
      for (const precision of precisions) {
        try {
          all.push(await measure(model, precision, backend));
        } catch (error) {
          all.push({ model, precision, error: String(error) });
        }
        console.log(JSON.stringify(all.at(-1)));
      }
    }
    return all;
  },
});
