// Sites in turn on a GPU, in headless Chromium: each in a browser of its own, with one model loaded in all.
//
//   node benches/gpu/rounds.mjs MODELS SITE [SITE ...] [--rounds 15] [--precisions f16,int8,int4]
//
// MODELS is a folder with a folder for each model (benches/make_model.mjs makes them). For each of them and each precision it
// prints medians, the ratio of each to the first site's, and how far the quarters of the rounds lie apart. Three at once is the
// time of a token of each beside that of a token of one. Then two sessions of the last site read and generate at once, and their
// scores are compared with those of each one alone.

import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { open } from "./site.mjs";

/** @typedef {import("../../www/mamba.js").Session} Session */
/** @typedef {{ engine: import("../../www/mamba.js").Engine, session: Session, forks: Session[], ids: (count: number) => Uint32Array, settings: object }} Loaded */
/** @typedef {Record<string, number>} Measures */

const PREFILL_TOKENS = [512, 4096];
const DECODE_TOKENS = 256;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, precisions: { type: "string", default: "f16,int8,int4" } },
});
const [models, ...folders] = positionals;
if (folders.length === 0) throw new Error("Give the folder of the models, and one site or more.");
const rounds = Number(values.rounds);

/** Loads a model, and warms it up; how long the load alone took, in ms. @param {{ address: string, model: string, precision: string }} what */
async function load({ address, model, precision }) {
  const mamba = await import(`${address}mamba.js`);
  const began = performance.now();
  const engine = await mamba.load({ model: `${address}m/${model}/`, backend: "gpu", build: "relaxed", precision, keep: false });
  const ms = performance.now() - began;
  const session = await engine.session();
  const noEnd = Object.fromEntries([0, 1, 2, 3, 4].map((id) => [id, -100]));
  /** @type {Loaded} */
  const loaded = {
    engine,
    session,
    forks: [],
    ids: (count) => Uint32Array.from({ length: count }, (_, i) => 100 + ((Math.imul(i + 1, 2654435761) >>> 8) % 3900)),
    settings: { prompt: "", temperature: 0.8, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, logitBias: noEnd },
  };
  for (let i = 0; i < 3; i++) {
    await session.prefill(loaded.ids(600));
    for await (const _ of session.generate({ ...loaded.settings, maxTokens: 64 }));
  }
  // They take turns while the kernels for that are compiled.
  for (let i = 0; i < 3; i++) loaded.forks.push(await session.fork());
  for (let i = 0; i < 3; i++) {
    for await (const _ of engine.generateTogether(loaded.forks.map((session) => ({ session, ...loaded.settings, maxTokens: 64 }))));
  }
  Object.assign(globalThis, { loaded });
  return ms;
}

/** One round. @param {{ prefills: number[], decode: number }} what @returns {Promise<Measures>} */
async function measure({ prefills, decode }) {
  const { engine, session, forks, ids, settings } = /** @type {{ loaded: Loaded }} */ (/** @type {unknown} */ (globalThis)).loaded;
  /** @type {Measures} */
  const got = {};
  for (const count of prefills) {
    const fresh = await engine.session();
    const start = performance.now();
    await fresh.prefill(ids(count));
    got[`prefill ${count}, tokens/s`] = (count * 1e3) / (performance.now() - start);
    for await (const _ of fresh.generate({ ...settings, maxTokens: 1 }));
    got[`first token after ${count}, ms`] = performance.now() - start;
    await fresh.close();
  }
  const msAPiece = async (/** @type {AsyncIterable<{ id: number | null }>} */ pieces) => {
    let [first, count] = [0, 0];
    for await (const { id } of pieces) {
      if (id === null) continue;
      first ||= performance.now();
      count += 1;
    }
    return (performance.now() - first) / (count - 1);
  };
  const one = await msAPiece(session.generate({ ...settings, maxTokens: decode }));
  got["decode, tokens/s"] = 1e3 / one;
  got["decode in the worker, tokens/s"] = session.stats.tokensPerSecond;
  const atOnce = await msAPiece(engine.generateTogether(forks.map((session) => ({ session, ...settings, maxTokens: decode }))));
  got["three at once beside one"] = (atOnce * forks.length) / one;
  return got;
}

/** How far the scores of two sessions at once are from those of each one alone, of the largest score. @param {number} count */
async function together(count) {
  const { engine, ids, settings } = /** @type {{ loaded: Loaded }} */ (/** @type {unknown} */ (globalThis)).loaded;
  const run = async (/** @type {Uint32Array} */ text) => {
    const session = await engine.session();
    await session.prefill(text);
    for await (const _ of session.generate({ ...settings, temperature: 0, maxTokens: 16 }));
    const scores = await session.logits();
    await session.close();
    return scores;
  };
  const texts = [ids(300), ids(700).slice(400)];
  const alone = [await run(texts[0]), await run(texts[1])];
  let furthest = 0;
  for (let round = 0; round < count; round++) {
    for (const [i, scores] of (await Promise.all(texts.map(run))).entries()) {
      const largest = Math.max(...alone[i].map(Math.abs));
      furthest = Math.max(furthest, ...scores.map((score, at) => Math.abs(score - alone[i][at]) / largest));
    }
  }
  return furthest;
}

/** @param {number[]} numbers @param {number} share */
const quantile = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.floor(share * (numbers.length - 1))];
/** @param {number[]} numbers */
const median = (numbers) => quantile(numbers, 0.5);
/** How far the quarters lie apart, in per cent. @param {number[]} numbers */
const spread = (numbers) => Math.round((100 * (quantile(numbers, 0.75) - quantile(numbers, 0.25))) / median(numbers));

const sites = [];
for (const folder of folders) sites.push(await open(folder, models));
for (const model of await readdir(models)) {
  for (const precision of values.precisions.split(",")) {
    const loads = [];
    for (const { page, address } of sites) loads.push(await page.evaluate(load, { address, model, precision }));
    const got = sites.map(() => /** @type {Measures[]} */ ([]));
    for (let round = 0; round < rounds; round++) {
      const order = [...sites.keys()];
      for (const at of round % 2 ? order.reverse() : order) got[at].push(await sites[at].page.evaluate(measure, { prefills: PREFILL_TOKENS, decode: DECODE_TOKENS }));
    }
    console.log(`\n${model}, ${precision}\n  load, once each: ${loads.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    for (const key of Object.keys(got[0][0])) {
      const all = got.map((rounds) => rounds.map((one) => one[key]));
      const show = (/** @type {number[]} */ numbers, /** @type {number} */ at) =>
        `${median(numbers).toPrecision(4)}${at > 0 ? ` (${(median(numbers) / median(all[0])).toFixed(3)})` : ""} ±${spread(numbers)} %`;
      console.log(`  ${key}: ${all.map(show).join(" -> ")}`);
    }
    const apart = await sites[sites.length - 1].page.evaluate(together, rounds);
    console.log(`  two sessions at once: scores at most ${apart.toExponential(1)} of the largest apart from those of each alone`);
    for (const { page } of sites) await page.evaluate("loaded.engine.dispose()");
  }
}
await Promise.all(sites.map((site) => site.close()));
