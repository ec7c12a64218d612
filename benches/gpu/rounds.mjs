// Two sites in turn on a GPU, in headless Chromium: each in a browser of its own, with one model loaded in both.
//
//   node benches/gpu/rounds.mjs OLD_SITE NEW_SITE MODELS [--rounds 15] [--precisions f16,int8,int4]
//
// MODELS is a folder with a folder for each model (benches/make_model.mjs makes them). For each of them and each precision it
// prints medians, their ratio, and how far the quarters of the rounds lie apart. Then two sessions of the new site read and
// generate at once, and their scores are compared with those of each one alone.

import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { open } from "./site.mjs";

/** @typedef {import("../../www/mamba.js").Session} Session */
/** @typedef {{ engine: import("../../www/mamba.js").Engine, session: Session, ids: (count: number) => Uint32Array, settings: object }} Loaded */
/** @typedef {Record<string, number>} Measures */

const PREFILL_TOKENS = [512, 4096];
const DECODE_TOKENS = 256;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, precisions: { type: "string", default: "f16,int8,int4" } },
});
const [oldSite, newSite, models] = positionals;
if (!models) throw new Error("Give the old site, the new one, and the folder of the models.");
const rounds = Number(values.rounds);

/** Loads a model, and warms it up; how long the load took, in ms. @param {{ address: string, model: string, precision: string }} what */
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
    ids: (count) => Uint32Array.from({ length: count }, (_, i) => 100 + ((Math.imul(i + 1, 2654435761) >>> 8) % 3900)),
    settings: { prompt: "", temperature: 0.8, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, logitBias: noEnd },
  };
  for (let i = 0; i < 3; i++) {
    await session.prefill(loaded.ids(600));
    for await (const _ of session.generate({ ...loaded.settings, maxTokens: 64 }));
  }
  Object.assign(globalThis, { loaded });
  return ms;
}

/** One round. @param {{ prefills: number[], decode: number }} what @returns {Promise<Measures>} */
async function measure({ prefills, decode }) {
  const { engine, session, ids, settings } = /** @type {{ loaded: Loaded }} */ (/** @type {unknown} */ (globalThis)).loaded;
  /** @type {Measures} */
  const got = {};
  for (const count of prefills) {
    const fresh = await engine.session();
    const start = performance.now();
    await fresh.prefill(ids(count));
    got[`prefill ${count}`] = (count * 1e3) / (performance.now() - start);
    await fresh.close();
  }
  let [first, count] = [0, 0];
  for await (const { id } of session.generate({ ...settings, maxTokens: decode })) {
    if (id === null) continue;
    first ||= performance.now();
    count += 1;
  }
  got.decode = ((count - 1) * 1e3) / (performance.now() - first);
  got["decode in the worker"] = session.stats.tokensPerSecond;
  return got;
}

/** In how many rounds two sessions at once say what each says alone. @param {number} count */
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
  let same = 0;
  for (let round = 0; round < count; round++) {
    const both = await Promise.all(texts.map(run));
    if (both.every((scores, i) => scores.every((score, at) => score === alone[i][at]))) same += 1;
  }
  return same;
}

/** @param {number[]} numbers @param {number} share */
const quantile = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.floor(share * (numbers.length - 1))];
/** @param {number[]} numbers */
const median = (numbers) => quantile(numbers, 0.5);
/** Per cent. @param {number[]} numbers */
const spread = (numbers) => Math.round((100 * (quantile(numbers, 0.75) - quantile(numbers, 0.25))) / median(numbers));

const sites = [await open(oldSite, models), await open(newSite, models)];
for (const model of await readdir(models)) {
  for (const precision of values.precisions.split(",")) {
    const loads = [];
    for (const { page, address } of sites) loads.push(await page.evaluate(load, { address, model, precision }));
    /** @type {Measures[][]} */
    const got = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const at of round % 2 ? [1, 0] : [0, 1]) got[at].push(await sites[at].page.evaluate(measure, { prefills: PREFILL_TOKENS, decode: DECODE_TOKENS }));
    }
    console.log(`\n${model}, ${precision}\n  load, once each: ${loads.map((ms) => ms.toFixed(0)).join(" -> ")} ms`);
    for (const key of Object.keys(got[0][0])) {
      const [before, now] = got.map((all) => all.map((one) => one[key]));
      console.log(`  ${key}: ${median(before).toFixed(0)} -> ${median(now).toFixed(0)} tokens/s (${(median(now) / median(before)).toFixed(3)}), spread ${spread(before)} and ${spread(now)} %`);
    }
    console.log(`  two sessions at once: ${await sites[1].page.evaluate(together, rounds)} of ${rounds} rounds as alone`);
    for (const { page } of sites) await page.evaluate("loaded.engine.dispose()");
  }
}
await Promise.all(sites.map((site) => site.close()));
