// The browser's half of the GPU benchmark (benches/README.md): a model through mamba.js, as any page would use it.
// With ?trace=kernels or ?trace=passes the GPU's own times as well (trace.js).

import { load } from "/mamba.js";

const ROUNDS = 5;

const mode = new URLSearchParams(location.search).get("trace");
if (mode) {
  const trace = new URL(`trace.js?mode=${mode}`, location.href);
  const source = `import ${JSON.stringify(trace)}; import ${JSON.stringify(new URL("/worker.js", location.href))};`;
  const traced = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  globalThis.Worker = class extends Worker {
    /** @param {string | URL} _ @param {WorkerOptions} [options] */
    constructor(_, options) {
      super(traced, options);
    }
  };
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** @param {number} count */
const ids = (count) => Uint32Array.from({ length: count }, (_, i) => 100 + (Math.imul(i + 1, 2654435761) >>> 8) % 3900);

/** The marks with which models end a text have the first ids; here a text ends when it is long enough. */
const NO_END = Object.fromEntries([0, 1, 2, 3, 4].map((id) => [id, -100]));
const settings = { temperature: 0.8, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, logitBias: NO_END };

/** A text of so many tokens. @param {import("../../www/mamba.js").Engine} engine @param {number} tokens */
async function textOf(engine, tokens) {
  const text = await engine.detokenize(ids(2 * tokens));
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await engine.tokenize(text.slice(0, middle))).length < tokens) low = middle + 1;
    else high = middle;
  }
  return text.slice(0, low);
}

/** @param {import("../../www/mamba.js").Session} session @param {number} tokens */
async function generate(session, tokens) {
  const start = performance.now();
  let first = 0;
  for await (const { id } of session.generate({ ...settings, prompt: "", maxTokens: tokens })) {
    if (id !== null) first ||= performance.now();
  }
  return { firstMs: first - start, rate: ((tokens - 1) * 1000) / (performance.now() - first), stats: session.stats };
}

/** When each thing was done, in milliseconds since the load began. */
class LoadTimes {
  #start = performance.now();
  /** @type {Record<string, number>} */
  times = {};

  /** @param {string} what */
  note(what) {
    this.times[what] ??= performance.now() - this.#start;
  }

  /** @param {import("../../www/engine/fetch/progress.js").Progress} progress */
  see({ phase, kernels }) {
    this.note(`${phase} begins`);
    if (kernels?.ready) this.note("first kernel compiled");
    if (kernels && kernels.ready === kernels.of) this.note("all kernels compiled");
  }
}

/** @param {string} model @param {string} precision @param {string} backend */
async function measure(model, precision, backend) {
  const start = performance.now();
  const loading = new LoadTimes();
  const onProgress = (/** @type {import("../../www/engine/fetch/progress.js").Progress} */ progress) => loading.see(progress);
  const engine = await load({ model: new URL(model, location.href).href, backend, precision, onProgress });
  const { adapter, weightBytes, backendReason } = engine.info;
  /** @type {Record<string, unknown>} */
  const got = { model, precision, backend: engine.info.backend, backendReason, adapter, weightBytes, loadMs: performance.now() - start, loadParts: loading.times };
  const warm = await engine.session();
  for (let round = 0; round < 4; round++) {
    await warm.prefill(ids(600));
    await generate(warm, 64);
  }
  for (const tokens of [512, 4096]) {
    const reads = [];
    const firsts = [];
    const prompt = await textOf(engine, tokens);
    for (let round = 0; round < ROUNDS; round++) {
      const session = await engine.session();
      const from = performance.now();
      await session.prefill(ids(tokens));
      reads.push((tokens * 1000) / (performance.now() - from));
      await session.close();
      const again = await engine.session();
      const begin = performance.now();
      let first = 0;
      for await (const { id } of again.generate({ ...settings, prompt, maxTokens: 1 })) {
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

/** What the worker's GPU did since this was asked last. */
function traced() {
  const channel = new BroadcastChannel("gpu-trace");
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage(null);
  });
}

Object.assign(window, {
  /**
   * The GPU's times in a prompt of 512 tokens, in one of 4,096 and in 256 tokens that follow. Needs ?trace.
   *
   * @param {string} model @param {string} precision
   */
  async runTrace(model, precision) {
    const engine = await load({ model: new URL(model, location.href).href, backend: "gpu", precision });
    const warm = await engine.session();
    for (let round = 0; round < 4; round++) {
      await warm.prefill(ids(600));
      await generate(warm, 64);
    }
    /** @type {Record<string, unknown>} */
    const got = {};
    for (const tokens of [512, 4096]) {
      await traced();
      const session = await engine.session();
      const from = performance.now();
      for (let round = 0; round < ROUNDS; round++) await session.prefill(ids(tokens));
      got[`prefill${tokens}`] = { rounds: ROUNDS, ms: performance.now() - from, ...(await traced()) };
      await session.close();
    }
    const from = performance.now();
    await generate(warm, 256);
    got.decode = { tokens: 256, ms: performance.now() - from, ...(await traced()) };
    await engine.dispose();
    return got;
  },

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
