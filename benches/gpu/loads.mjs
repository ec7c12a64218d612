// How long models take to load onto a GPU, in sites in turn, each time in a new browser: as at a first visit, nothing is
// compiled yet.
//
//   node benches/gpu/loads.mjs MODELS SITE [SITE ...] [--repeats 3] [--precisions f16]
//
// MODELS is a folder with a folder for each model (benches/make_model.mjs makes them). It prints the median and each time,
// in seconds, from the import of mamba.js to the engine, and to the first word of an answer to eight tokens.

import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { median } from "../browser/support/report.mjs";
import { open } from "./site.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: "string", default: "3" }, precisions: { type: "string", default: "f16" } },
});
const [models, ...sites] = positionals;
if (!models || sites.length === 0) throw new Error("Give the folder of the models, and one site or more.");

/** @param {{ address: string, model: string, precision: string }} what @returns {Promise<number[]>} */
async function load({ address, model, precision }) {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1e3;
  const mamba = await import(`${address}mamba.js`);
  const engine = await mamba.load({ model: `${address}m/${model}/`, backend: "gpu", build: "relaxed", precision, keep: false });
  const ready = since();
  const session = await engine.session();
  await session.prefill(Uint32Array.from({ length: 8 }, (_, i) => 100 + i));
  for await (const _ of session.generate({ prompt: "", maxTokens: 1, temperature: 0 }));
  return [ready, since()];
}

const show = (/** @type {number} */ seconds) => seconds.toFixed(2);
for (const model of await readdir(models)) {
  for (const precision of values.precisions.split(",")) {
    const times = sites.map(() => /** @type {number[][]} */ ([]));
    for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
      for (const [i, site] of sites.entries()) {
        const { page, address, close } = await open(site, models);
        times[i].push(await page.evaluate(load, { address, model, precision }));
        await close();
      }
    }
    for (const [i, site] of sites.entries()) {
      const [ready, word] = [0, 1].map((at) => times[i].map((one) => one[at]));
      console.log(`${model}, ${precision}, ${site}: loaded ${show(median(ready))} (${ready.map(show).join(", ")}), first word ${show(median(word))} s`);
    }
  }
}
