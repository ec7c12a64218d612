// Measures the built site in a browser through its own module, and prints tables; all single
// figures go to target/bench/bench.json.
//
//   node benches/browser/run.mjs [--firefox] [--quick] [--help]
//
// Each repetition goes through all configurations, each in a fresh page (load, warm up,
// measure), so that whatever else the machine does falls on all of them alike; the figures
// are medians over the repetitions.

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeModel } from "../make_model.mjs";
import { launch } from "./support/browser.mjs";
import { limitModules, OPERATIONS } from "./support/limits.mjs";
import { call, findOffered, label, timed, wanted } from "./support/ours.mjs";
import { machine, median, megabytes, percent, save, say, short, spread, table } from "./support/report.mjs";
import { root, serve, siteFolder, work } from "./support/server.mjs";

/** @typedef {import("./support/browser.mjs").BenchBrowser} BenchBrowser */
/** @typedef {import("./support/browser.mjs").BenchPage} BenchPage */
/** @typedef {import("./support/ours.mjs").Configuration} Configuration */
/** @typedef {{ what: string, tokens: number, ms: number, wallMs: number, cpuSeconds: number | null, firstTokenMs?: number }} Sample */
/**
 * @typedef {Configuration & { info: Record<string, any>, samples: Sample[], loadMs: number[], loadedBytes: number[],
 *   peakBytes: number[] }} Row
 */

const HELP = `node benches/browser/run.mjs [options]
  --firefox              in Firefox instead of Chromium
  --models LIST          130m,default
  --precisions LIST      f32,int8,int4
  --builds LIST          plain,relaxed,threads; what is not offered is left out and named
  --threads LIST         1,2
  --repeats N            5
  --long-repeats N       how many of these also read 4,096 tokens (2)
  --far N                the far position (100000)
  --quick                two repetitions, nothing long: to try the benchmark itself`;

const NEAR = 1000;
const DECODED = 64;
const TOGETHER = 3;

/** @param {string} page */
const here = (page) => fileURLToPath(new URL(page, import.meta.url));

function readOptions() {
  const { values } = parseArgs({
    options: {
      firefox: { type: "boolean", default: false },
      models: { type: "string", default: "130m,default" },
      precisions: { type: "string", default: "f32,int8,int4" },
      builds: { type: "string", default: "plain,relaxed,threads" },
      threads: { type: "string", default: "1,2" },
      repeats: { type: "string" },
      "long-repeats": { type: "string" },
      far: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  const { quick } = values;
  /** @param {string | undefined} given @param {number} usual @param {number} short */
  const number = (given, usual, short) => Number(given ?? (quick ? short : usual));
  return {
    firefox: values.firefox,
    models: values.models.split(","),
    precisions: values.precisions.split(","),
    builds: values.builds.split(","),
    threads: values.threads.split(",").map(Number),
    repeats: number(values.repeats, 5, 2),
    longRepeats: number(values["long-repeats"], 2, 0),
    far: number(values.far, 100_000, 2000),
  };
}

/**
 * The states that decoding starts from, made by reading every token up to there once, with the
 * fastest configuration, and kept: they hold the same numbers whatever reads them next. With the
 * default model it is done in every run, which shows that memory does not grow.
 *
 * @param {(build: string | null) => Promise<BenchPage>} open
 * @param {Configuration[]} configurations of one model
 * @param {number} far
 */
async function makeStates(open, configurations, far) {
  const fastest = [...configurations].sort((a, b) => rank(b) - rank(a))[0];
  const page = await open(fastest.build);
  try {
    const { info } = await call(page, "begin", wanted(fastest));
    /** @param {number} position */
    const name = (position) => `${info.modelHash}-${position}.mstate`;
    const file = path.join(work, "states", `${info.modelHash}-${far}.json`);
    const known = await readFile(file, "utf8").then(JSON.parse, () => null);
    const positions = [NEAR, far];
    const states = Object.fromEntries(positions.map((position) => [position, `/uploads/${name(position)}`]));
    if (known && fastest.model !== "default") {
      const stillGood = await call(page, "prepare", states[far]).then((at) => at === far, () => false);
      if (stillGood) return { states, growth: known, made: false };
    }
    await rm(file, { force: true });
    say(`${label(fastest)}: reading ${far.toLocaleString("en")} tokens for the states to start from`);
    await call(page, "prepare", null);
    const growth = [];
    for (const position of positions) {
      growth.push({ ...(await call(page, "reach", { position, save: states[position] })), by: label(fastest) });
    }
    await writeFile(file, JSON.stringify(growth));
    return { states, growth, made: true };
  } finally {
    await page.close();
  }
}

/** @param {Configuration} c */
const rank = ({ precision, threads, build }) =>
  (precision === "int8" ? 4 : 0) + Math.min(threads, 3) + (build === "plain" ? 0 : 0.5);

/**
 * @param {BenchBrowser} browser
 * @param {BenchPage} page
 * @param {Row} row
 * @param {{ states: Record<number, string>, prompts: number[], far: number }} work
 */
async function measure(browser, page, row, { states, prompts, far }) {
  const { loadMs, memoryBytes } = await call(page, "begin", wanted(row));
  row.loadMs.push(loadMs);
  row.loadedBytes.push(memoryBytes);
  await call(page, "warmUp");
  for (const tokens of prompts) {
    await call(page, "prepare", null);
    row.samples.push({ what: `prefill ${tokens}`, ...(await timed(browser, () => call(page, "prefill", tokens))) });
  }
  for (const position of [0, NEAR, far]) {
    await call(page, "prepare", position ? states[position] : null);
    row.samples.push({ what: `decode ${position}`, ...(await timed(browser, () => call(page, "decode", DECODED))) });
  }
  await call(page, "prepare", null);
  row.samples.push({ what: "together", ...(await timed(browser, () => call(page, "together", { count: TOGETHER, tokens: DECODED }))) });
  row.peakBytes.push(await call(page, "memoryBytes"));
  await call(page, "end");
}

/** @param {Row} row @param {string} what */
function summary(row, what) {
  const samples = row.samples.filter((sample) => sample.what === what);
  const rates = samples.map(({ tokens, ms }) => (tokens / ms) * 1e3);
  return {
    rate: median(rates),
    wallRate: median(samples.map(({ tokens, wallMs }) => (tokens / wallMs) * 1e3)),
    spread: samples.length ? spread(rates) : NaN,
    cpuMsPerToken: median(samples.map(({ cpuSeconds, tokens }) => ((cpuSeconds ?? NaN) / tokens) * 1e3)),
    firstTokenMs: median(samples.map(({ firstTokenMs }) => firstTokenMs ?? NaN)),
    samples: samples.length,
  };
}

/**
 * @param {Row[]} rows
 * @param {number} far
 * @param {Record<number, Record<string, number | null>>} limits by threads
 */
function print(rows, far, limits) {
  const whats = ["prefill 16", "prefill 512", "prefill 4096", "decode 0", `decode ${NEAR}`, `decode ${far}`];
  for (const model of new Set(rows.map((row) => row.model))) {
    const own = rows.filter((row) => row.model === model);
    const first = own[0];
    const basis = summary(first, "decode 0").rate;
    const basisPrefill = summary(first, "prefill 512").rate;
    console.log(
      `\n### ${model}: ${(first.info.parameters / 1e6).toFixed(1)} M parameters, state ${first.info.stateBytes} bytes\n`,
    );
    console.log("Tokens per second in the worker's token loop, medians; ratios to the first row.\n");
    const head = ["", ...whats, "ratio prefill 512", "ratio decode 0", "share of the read limit", "far / near", "spread"];
    const lines = own.map((row) => {
      const rates = whats.map((what) => summary(row, what).rate);
      const decode = summary(row, "decode 0").rate;
      const read = limits[row.threads]?.read;
      return [
        label({ ...row, model: "" }).trim(),
        ...rates.map(short),
        short(summary(row, "prefill 512").rate / basisPrefill),
        short(decode / basis),
        // Smaller models come out of a cache, which is another limit.
        row.info.weightBytes > 100e6 ? percent((decode * row.info.weightBytes) / ((read ?? NaN) * 1e9)) : "-",
        short(rates[5] / rates[4]),
        percent(Math.max(summary(row, "prefill 512").spread, summary(row, "decode 0").spread)),
      ];
    });
    console.log(table(head, lines));
    console.log("");
    console.log(
      table(
        ["", "load ms", "first token of 16, ms", "first token of 512, ms", "CPU ms a token, prefill 512", "CPU ms a token, decode 0", `CPU ms a step, ${TOGETHER} at once`, "to one", "weights MB", "memory loaded MB", "peak MB"],
        own.map((row) => [
          label({ ...row, model: "" }).trim(),
          short(median(row.loadMs)),
          short(summary(row, "prefill 16").firstTokenMs),
          short(summary(row, "prefill 512").firstTokenMs),
          short(summary(row, "prefill 512").cpuMsPerToken),
          short(summary(row, "decode 0").cpuMsPerToken),
          short(summary(row, "together").cpuMsPerToken),
          short(summary(row, "together").cpuMsPerToken / summary(row, "decode 0").cpuMsPerToken),
          megabytes(row.info.weightBytes),
          megabytes(median(row.loadedBytes)),
          megabytes(Math.max(...row.peakBytes)),
        ]),
      ),
    );
  }
}

const options = readOptions();
const ran = machine();
const modelFolder = options.models.includes("130m") ? await makeModel() : work;
const modules = limitModules();
const uploads = path.join(work, "states");
const server = await serve({
  mounts: {
    "/": await siteFolder(),
    "/bench/": here("."),
    "/bench/limits-plain.wasm": () => modules.plain,
    "/bench/limits-relaxed.wasm": () => modules.relaxed,
    "/bench-models/130m/": modelFolder,
    "/models/default/": path.join(root, "www/models/default"),
    "/uploads/": uploads,
  },
  uploads,
});
const browser = await launch(options.firefox);
try {
  /** @param {string | null} build */
  const open = (build) => browser.open(`${server.origin}/bench/bench.html${build ? `?build=${build}` : ""}`);
  say(`${browser.version}, ${ran.cores} cores, load ${ran.loadBefore.join(" ")}`);

  const { offered, missing } = await findOffered(open, options);
  /** @type {Row[]} */
  const rows = options.models.flatMap((model) =>
    offered.map((c) => ({ ...c, model, info: {}, samples: [], loadMs: [], loadedBytes: [], peakBytes: [] })),
  );
  /** @type {Record<string, Awaited<ReturnType<typeof makeStates>>>} */
  const prepared = {};
  for (const model of options.models) {
    prepared[model] = await makeStates(open, rows.filter((row) => row.model === model), options.far);
  }

  /** @type {Record<number, Record<string, number | null>[]>} */
  const limitSamples = {};
  for (let round = 0; round < options.repeats; round++) {
    for (const threads of [1, 2].filter((count) => count <= ran.cores)) {
      const page = await open(null);
      (limitSamples[threads] ??= []).push(await call(page, "limits", { threads, operations: OPERATIONS }));
      await page.close();
    }
    for (const row of rows) {
      say(`${round + 1}/${options.repeats}  ${label(row)}`);
      const page = await open(row.build);
      if (round === 0) {
        const { info } = await call(page, "begin", wanted(row));
        row.info = info;
        await call(page, "end");
      }
      const prompts = round < options.longRepeats ? [16, 512, 4096] : [16, 512];
      await measure(browser, page, row, { states: prepared[row.model].states, prompts, far: options.far });
      await page.close();
    }
  }
  const limits = Object.fromEntries(
    Object.entries(limitSamples).map(([threads, samples]) => [
      threads,
      Object.fromEntries(Object.keys(samples[0]).map((what) => [what, median(samples.map((s) => s[what] ?? NaN))])),
    ]),
  );

  console.log(`${browser.version}; ${ran.cores} cores, ${ran.memoryGiB} GiB; load before ${ran.loadBefore.join(" ")}`);
  for (const line of missing) console.log(line);
  print(rows, options.far, limits);
  console.log("\n### What the machine gives: read in GB/s, products and sums in 10^9 a second\n");
  console.log(
    table(
      ["threads", "read", "f32 plain", "f32 relaxed", "int8 plain", "int8 relaxed", "in pairs"],
      Object.entries(limits).map(([threads, l]) => [
        threads,
        ...["read", "plain f32", "relaxed f32", "plain int8", "relaxed int8", "relaxed pairs"].map((what) => short(l[what])),
      ]),
    ),
  );
  console.log("\n### Growth: the same session at two positions\n");
  for (const [model, { growth, made }] of Object.entries(prepared)) {
    console.log(`${model}${made ? "" : " (measured when the states were made)"}:`);
    for (const { position, memoryBytes, snapshotBytes, msPerToken, by } of growth) {
      console.log(`  at ${position}: memory ${memoryBytes} bytes, saved state ${snapshotBytes} bytes, ${short(msPerToken)} ms a token (${by})`);
    }
  }
  const summaries = rows.map(({ samples, ...row }) => ({
    ...row,
    summary: Object.fromEntries([...new Set(samples.map(({ what }) => what))].map((what) => [what, summary({ ...row, samples }, what)])),
    samples,
  }));
  const growth = Object.fromEntries(Object.entries(prepared).map(([model, p]) => [model, p.growth]));
  const result = { browser: browser.version, date: new Date().toISOString(), machine: ran, options, missing, limits, growth, rows: summaries };
  console.log(`\nAll figures: ${await save(options.firefox ? "bench-firefox" : "bench", result)}`);
} finally {
  await browser.close();
  await server.stop();
}
