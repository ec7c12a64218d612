// The page's half of the comparison: each peer behind the same three functions.

/**
 * @typedef {{ tokens: number, ms: number, wallMs: number }} Timing `ms` as the peer itself reports it
 *
 * @typedef {object} Peer
 * @property {(tokens: number) => Promise<Timing>} prefill
 * @property {(tokens: number) => Promise<Timing>} decode from a prompt of one token
 */

/** wllama's characters are tokens: peers/make_gguf.py. @param {number} length @param {number} salt */
const text = (length, salt) =>
  Array.from({ length }, (_, i) => String.fromCharCode(97 + ((Math.imul(i + salt + 1, 2654435761) >>> 8) % 26))).join("");

/** @param {{ file: string, threads: number }} wanted @returns {Promise<Peer>} */
async function wllama({ file, threads }) {
  // Named at run time: it is installed only where the comparison is made.
  const address = "/peers/wllama/index.js";
  const { Wllama, LoggerWithoutDebug } = await import(address);
  const engine = new Wllama(
    { default: new URL("/peers/wllama/wasm/wllama.wasm", location.href).href },
    { logger: LoggerWithoutDebug, suppressNativeLog: true },
  );
  const blob = await (await fetch(`/gguf/${file}`)).blob();
  await engine.loadModel([blob], { n_ctx: 8192, n_threads: threads, n_gpu_layers: 0, n_parallel: 1, warmup: false });
  if (engine.getNumThreads() !== threads) throw new Error(`wllama runs on ${engine.getNumThreads()} threads`);
  let salt = 0;
  /** @param {number} prompt @param {number} tokens */
  const complete = async (prompt, tokens) => {
    const start = performance.now();
    const { timings } = await engine.createCompletion({
      // Another prompt each time, so that none of it is in a cache.
      prompt: text(prompt, (salt += 1000)),
      max_tokens: tokens,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: false,
      timings_per_token: true,
      stream: false,
    });
    if (!timings) throw new Error("wllama gives no times");
    return { timings, wallMs: performance.now() - start };
  };
  return {
    async prefill(tokens) {
      const { timings, wallMs } = await complete(tokens, 1);
      if (timings.prompt_n !== tokens) throw new Error(`wllama read ${timings.prompt_n} tokens, not ${tokens}`);
      return { tokens, ms: timings.prompt_ms, wallMs };
    },
    async decode(tokens) {
      const { timings, wallMs } = await complete(1, tokens);
      return { tokens: timings.predicted_n, ms: timings.predicted_ms, wallMs };
    },
  };
}

/** @param {{ file: string }} wanted @returns {Promise<Peer>} */
async function candle({ file }) {
  const worker = new Worker("/bench/peers/candle-worker.js", { type: "module" });
  /** @param {object} message @returns {Promise<any>} */
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
  /** @param {object} message */
  const timed = async (message) => {
    const start = performance.now();
    const { tokens, ms } = await ask(message);
    return { tokens, ms, wallMs: performance.now() - start };
  };
  await ask({ load: file });
  return { prefill: (tokens) => timed({ prefill: tokens }), decode: (tokens) => timed({ decode: tokens }) };
}

/** @type {Peer | undefined} */
let peer;

const peers = {
  /** @param {{ kind: string, file: string, threads: number }} wanted @returns {Promise<number>} ms */
  async begin({ kind, file, threads }) {
    const start = performance.now();
    peer = await (kind === "wllama" ? wllama({ file, threads }) : candle({ file }));
    return performance.now() - start;
  },
  /** @param {{ what: "prefill" | "decode", tokens: number }} asked */
  async run({ what, tokens }) {
    if (!peer) throw new Error("no peer is loaded");
    return peer[what](tokens);
  },
};

/** @typedef {typeof peers} Peers */
Object.assign(globalThis, { peers });

export {};
