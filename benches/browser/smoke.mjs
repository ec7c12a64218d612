// Models of real size through the page's engine in Chromium, with random weights: 130M of Mamba and of Mamba-2 (f32 files of
// 516 MB, kept in int8), and the hybrids in their published shapes (bf16 files, kept in int8, Granite-4.0-H-1B in int4).
//
//   node benches/browser/smoke.mjs [KIND...]
//
// Exit status 1 when the peak of wasm memory passes 1.3 times the kept bytes plus 64 MiB, or when a
// prompt read at once and token by token do not lead to the same greedy text. That is asked of f32
// weights: with int8 a product rounds its inputs too, and random weights have near ties.

import path from "node:path";
import { makeModel } from "../make_model.mjs";
import { launch } from "./support/browser.mjs";
import { megabytes, say, short, table } from "./support/report.mjs";
import { serve, siteFolder, work } from "./support/server.mjs";

const PROMPT = "The lighthouse keeper counted the ships, wrote their names into his book, and waited for the night. ".repeat(6);

/** In the page. @param {{ model: string, precision: string, prompt: string }} of */
async function run({ model, precision, prompt }) {
  // @ts-ignore: an address of the served site
  const { load } = await import("/mamba.js");
  const from = performance.now();
  const engine = await load(/** @type {import("/mamba.js").LoadOptions} */ ({ model, precision, backend: "cpu", keep: false }));
  const loadSeconds = (performance.now() - from) / 1000;
  const loadedBytes = await engine.memoryBytes();
  const greedy = { maxTokens: 24, temperature: 0 };

  const ids = await engine.tokenize(prompt);
  const atOnce = await engine.session();
  let text = "";
  for await (const piece of atOnce.generate({ prompt, ...greedy })) text += piece.text;
  const { promptTokens, prefillMs, tokens, decodeMs } = atOnce.stats;

  const stepwise = await engine.session();
  for (const id of ids) await stepwise.prefill(Uint32Array.of(id));
  let stepText = "";
  for await (const piece of stepwise.generate(greedy)) stepText += piece.text;

  const peakBytes = await engine.memoryBytes();
  const { info } = engine;
  await engine.dispose();
  const rates = { prefill: (1000 * promptTokens) / prefillMs, decode: (1000 * tokens) / decodeMs };
  return { info, loadSeconds, loadedBytes, peakBytes, ...rates, promptTokens, tokens, text, stepText };
}

/** `exact`: f32 weights fit too, so its texts are compared. @type {Record<string, { type: "F32" | "BF16", precision: string, exact: boolean }>} */
const MODELS = {
  mamba: { type: "F32", precision: "int8", exact: true },
  mamba2: { type: "F32", precision: "int8", exact: true },
  "falcon-h1-90m": { type: "BF16", precision: "int8", exact: true },
  "granite-350m": { type: "BF16", precision: "int8", exact: true },
  "granite-1b": { type: "BF16", precision: "int4", exact: false },
};

const asked = process.argv.slice(2);
const kinds = asked.length ? asked : Object.keys(MODELS);
/** @type {Record<string, string>} */
const mounts = {};
for (const kind of kinds) {
  const folder = path.join(work, `smoke/${kind}-${MODELS[kind].type}`);
  mounts[`/models/${kind}/`] = await makeModel(folder, /** @type {import("../model_shapes.mjs").Kind} */ (kind), MODELS[kind].type);
}
const server = await serve({
  mounts: {
    "/": await siteFolder(),
    ...mounts,
    "/empty.html": () => "<!doctype html><title>Smoke</title>",
  },
});
const browser = await launch(false);
const rows = [];

/** @param {string} kind @param {string} precision */
async function measure(kind, precision) {
  const page = await browser.open(`${server.origin}/empty.html`);
  try {
    return await page.evaluate(run, { model: `/models/${kind}/`, precision, prompt: PROMPT });
  } finally {
    await page.close();
  }
}

try {
  for (const kind of kinds) {
    const got = await measure(kind, MODELS[kind].precision);
    const exact = MODELS[kind].exact ? await measure(kind, "f32") : null;
    const kept = got.info.weightBytes;
    // The ring is a part of each of the two states that are open.
    const bound = 1.3 * kept + 2 * got.info.stateBytes + 64 * 2 ** 20;
    const isSame = !exact || (exact.text === exact.stepText && exact.tokens === 24);
    const isSmall = got.peakBytes <= bound;
    rows.push([
      `${kind} ${got.info.precision}, ${got.info.build ?? "one build"}, ${got.info.threads} threads`,
      short(got.loadSeconds),
      ...[kept, got.loadedBytes, got.peakBytes, bound].map(megabytes),
      short(got.prefill),
      short(got.decode),
    ]);
    if (!isSmall) say(`${kind}: the peak of wasm memory is beyond the bound.`);
    if (!isSame) say(`${kind}: greedy text differs: “${exact?.text}” at once, “${exact?.stepText}” token by token.`);
    if (!isSmall || !isSame) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${browser.version}; MB (10^6 bytes), and tokens a second over a prompt of six sentences and 24 tokens\n`);
console.log(table(["random weights", "load, s", "kept", "loaded", "peak", "bound", "prefill", "decode"], rows));
