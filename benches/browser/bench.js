// The page's half of the benchmark: everything that is measured goes through mamba.js, as any
// page would use it. run.mjs calls these functions and says when.

import { load } from "/mamba.js";

/**
 * @typedef {object} Wanted
 * @property {string} model
 * @property {string} precision
 * @property {number} threads
 * @property {string | null} build
 *
 * @typedef {object} Loaded
 * @property {number} loadMs
 * @property {number} memoryBytes
 * @property {Record<string, any>} info
 *
 * @typedef {object} Read
 * @property {number} tokens
 * @property {number} ms in the worker's token loop
 * @property {number} wallMs on the page
 * @property {number} firstTokenMs on the page, until the first token after the prompt was there
 *
 * @typedef {object} Decoded
 * @property {number} position where it began
 * @property {number} tokens
 * @property {number} ms in the worker's token loop
 * @property {number} wallMs on the page
 *
 * @typedef {object} Reached
 * @property {number} position
 * @property {number} memoryBytes
 * @property {number} snapshotBytes
 * @property {number} msPerToken of the last tokens before it
 */

/** @type {import("../../www/mamba.js").Engine | undefined} */
let engine;
/** @type {import("../../www/mamba.js").Session | undefined} */
let session;

function theEngine() {
  if (!engine) throw new Error("nothing is loaded");
  return engine;
}

function theSession() {
  if (!session) throw new Error("there is no session");
  return session;
}

/** The same ids everywhere; below 4,000, so that every model has them. @param {number} count @param {number} [from] */
function ids(count, from = 0) {
  return Uint32Array.from({ length: count }, (_, i) => 100 + (Math.imul(i + from + 1, 2654435761) >>> 8) % 3900);
}

/** @param {string} address */
async function state(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`no state at ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The marks with which models end a text have the first ids; here a text ends when it is long enough. */
const NO_END = Object.fromEntries([0, 1, 2, 3, 4].map((id) => [id, -100]));

/** Greedy, so that sampling costs the same everywhere. */
const GREEDY = { temperature: 0, repetitionPenalty: 1, logitBias: NO_END };

/** @param {number} tokens */
async function generate(tokens) {
  const start = performance.now();
  let firstAt = 0;
  let count = 0;
  for await (const piece of theSession().generate({ prompt: "", maxTokens: tokens, ...GREEDY })) {
    if (piece.id === null) continue;
    firstAt ||= performance.now();
    count += 1;
  }
  return { start, firstAt, count, wallMs: performance.now() - start };
}

const bench = {
  /**
   * Loads, or says what the engine offers instead.
   *
   * @param {Wanted} wanted
   * @returns {Promise<Loaded & { notOffered: string | null }>}
   */
  async begin({ model, precision, threads, build }) {
    const start = performance.now();
    const options = /** @type {import("/mamba.js").LoadOptions} */ ({ model: new URL(model, location.href).href, backend: "cpu", precision, threads });
    try {
      engine = await load(/** @type {typeof options} */ ({ ...options, ...(build === null ? {} : { build }) }));
    } catch (error) {
      const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
      if (code !== "bad-argument" && code !== "unsupported") throw error;
      return { loadMs: 0, memoryBytes: 0, info: {}, notOffered: message };
    }
    const loadMs = performance.now() - start;
    /** @type {Record<string, any>} */
    const info = { ...engine.info };
    /** @type {string | null} */
    let notOffered = null;
    if (info.precision !== precision) notOffered = `precision ${info.precision}`;
    else if (info.threads !== threads) notOffered = `${info.threads} threads`;
    else if (build !== null && info.build !== build) notOffered = info.build ? `build ${info.build}` : "one build only";
    return { loadMs, info, notOffered, memoryBytes: await engine.memoryBytes() };
  },

  /** So that the optimising compiler is done with it before anything is measured. */
  async warmUp() {
    for (let round = 0; round < 2; round++) {
      session = await theEngine().session();
      await session.prefill(ids(64));
      await generate(8);
      await bench.together({ count: 3, tokens: 16 });
      await session.close();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  },

  /** A session that has read nothing, or one that goes on from a saved state. @param {string | null} saved */
  async prepare(saved) {
    await session?.close();
    session = saved ? await theEngine().restore(await state(saved)) : await theEngine().session();
    return session.position;
  },

  /** @param {number} tokens @returns {Promise<Read>} */
  async prefill(tokens) {
    const prompt = ids(tokens);
    const start = performance.now();
    await theSession().prefill(prompt);
    const wallMs = performance.now() - start;
    const ms = theSession().stats.prefillMs;
    const { firstAt } = await generate(1);
    return { tokens, ms, wallMs, firstTokenMs: firstAt - start };
  },

  /** @param {number} tokens @returns {Promise<Decoded>} */
  async decode(tokens) {
    if (theSession().position === 0) await theSession().prefill(ids(1));
    const { position } = theSession();
    const { count, wallMs } = await generate(tokens);
    return { position, tokens: count, ms: theSession().stats.decodeMs, wallMs };
  },

  /**
   * Several forks of the session at once.
   *
   * @param {{ count: number, tokens: number }} how
   * @returns {Promise<Decoded>} `tokens` are those of one of them
   */
  async together({ count, tokens }) {
    if (theSession().position === 0) await theSession().prefill(ids(1));
    const forks = await Promise.all(Array.from({ length: count }, () => theSession().fork()));
    const start = performance.now();
    for await (const _ of theEngine().generateTogether(forks.map((one) => ({ session: one, prompt: "", maxTokens: tokens, ...GREEDY }))));
    const wallMs = performance.now() - start;
    const ms = Math.max(...forks.map(({ stats }) => stats.decodeMs));
    for (const one of forks) await one.close();
    return { position: theSession().position, tokens, ms, wallMs };
  },

  /**
   * Reads on until `position`, truly, token after token, and saves the state there.
   *
   * @param {{ position: number, save: string | null }} to
   * @returns {Promise<Reached>}
   */
  async reach({ position, save }) {
    let msPerToken = 0;
    while (theSession().position < position) {
      const next = ids(Math.min(1024, position - theSession().position), theSession().position);
      await theSession().prefill(next);
      msPerToken = theSession().stats.prefillMs / next.length;
    }
    const bytes = await theSession().snapshot();
    if (save) await fetch(save, { method: "PUT", body: new Blob([new Uint8Array(bytes)]) });
    return {
      position: theSession().position,
      memoryBytes: await theEngine().memoryBytes(),
      snapshotBytes: bytes.byteLength,
      msPerToken,
    };
  },

  memoryBytes: () => theEngine().memoryBytes(),

  async end() {
    await engine?.dispose();
    engine = session = undefined;
  },

  /**
   * What the machine gives, from the modules of support/limits.mjs.
   *
   * @param {{ threads: number, operations: Record<string, number> }} how
   * @returns {Promise<Record<string, number | null>>}
   */
  async limits({ threads, operations }) {
    const workers = Array.from({ length: threads }, () => new Worker("/bench/limits-worker.js"));
    /** @param {string} what @returns {Promise<(number | null)[]>} */
    const ask = (what) =>
      Promise.all(
        workers.map(
          (worker) =>
            new Promise((resolve, reject) => {
              worker.onmessage = ({ data }) => resolve(data);
              worker.onerror = (event) => reject(new Error(event.message));
              worker.postMessage({ what, operations });
            }),
        ),
      );
    /** @type {Record<string, number | null>} */
    const result = {};
    try {
      await ask("prepare");
      for (const what of ["read", ...Object.keys(operations)]) {
        const each = await ask(what);
        result[what] = each.every((rate) => rate !== null) ? each.reduce((sum, rate) => (sum ?? 0) + (rate ?? 0), 0) : null;
      }
    } finally {
      for (const worker of workers) worker.terminate();
    }
    return result;
  },
};

/** @typedef {typeof bench} Bench */
Object.assign(globalThis, { bench });

document.getElementById("run")?.addEventListener("click", async () => {
  const output = /** @type {HTMLElement} */ (document.getElementById("result"));
  const asked = new URL(location.href).searchParams;
  output.textContent = "measuring ...";
  try {
    const loaded = await bench.begin({
      model: asked.get("model") ?? "/models/default/",
      precision: asked.get("precision") ?? "int8",
      threads: Number(asked.get("threads") ?? 1),
      build: asked.get("build"),
    });
    if (loaded.notOffered) throw new Error(`Not offered: ${loaded.notOffered}`);
    await bench.warmUp();
    await bench.prepare(null);
    const prefill = await bench.prefill(512);
    const decode = await bench.decode(64);
    output.textContent = JSON.stringify({ ...loaded, prefill, decode }, null, 1);
  } catch (error) {
    output.textContent = String(error);
  } finally {
    await bench.end();
  }
});
