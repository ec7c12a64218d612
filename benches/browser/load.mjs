// How fast a checkpoint is loaded: from the network and kept, from what is kept, and from the network without being
// kept. On the CPU with one thread of work; the shape of mamba-130m in bf16 (258 MB), or another one of model_shapes.mjs.
//
//   node benches/browser/load.mjs [--model mamba-1.4b] [--repeats N] [--precisions int8,f32] [--build relaxed] [--profile]
//       [--backend gpu] [--flags="--enable-unsafe-webgpu ..."]
//
// Chromium wants flags for a GPU. With --use-webgpu-adapter=swiftshader it takes one in software, which is slow at everything
// but says where the worker's own time goes.
//
// --profile prints where the worker's time goes, too, by function. The site's wasm has no names of functions, unless they are
// put there: wasm-opt -O1 -g target/wasm-opt-O1/FILE.wasm.in -o dist/build/…/FILE.wasm

import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";
import { makeModel } from "../make_model.mjs";
import { CHROMIUM_FLAGS, findChromium } from "./support/browser.mjs";
import { selfTimes } from "./support/cpu-profile.mjs";
import { machine, median, save, say, short, table } from "./support/report.mjs";
import { serve, siteFolder, work } from "./support/server.mjs";

const { values: options } = parseArgs({
  options: {
    repeats: { type: "string", default: "3" },
    model: { type: "string", default: "mamba" },
    precisions: { type: "string", default: "int8,f32" },
    build: { type: "string", default: "relaxed" },
    backend: { type: "string", default: "cpu" },
    flags: { type: "string", default: "" },
    profile: { type: "boolean", default: false },
  },
});
/** Lines of a profile. */
const FUNCTIONS = 24;
/** In the order in which they are done: what the first keeps, the second reads. */
const WAYS = /** @type {const} */ (["network, kept", "from what is kept", "network, not kept"]);

const kind = /** @type {import("../model_shapes.mjs").Kind} */ (options.model);
const model = await makeModel(path.join(work, kind === "mamba" ? "mamba-130m" : kind), kind);
const { size } = await stat(path.join(model, "model.safetensors"));
const server = await serve({
  mounts: {
    "/": await siteFolder(),
    "/bench.html": fileURLToPath(new URL("bench.html", import.meta.url)),
    "/bench/": fileURLToPath(new URL(".", import.meta.url)),
    "/model/": model,
  },
});

/** Loads the model. Runs in the page. @param {{ backend: string, precision: string, build: string, keep: boolean }} wanted */
async function load({ backend, precision, build, keep }) {
  const module = "/mamba.js";
  const { load } = await import(module);
  const began = performance.now();
  await load({ model: "/model/", backend, threads: 1, precision, build, keep });
  return performance.now() - began;
}

/** The longest functions, in ms. @param {any} profile */
function functions(profile) {
  const times = selfTimes(profile, ({ functionName, url }) => `${functionName} ${url.replace(/.*\//, "")}`);
  return [...times].sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS).map(([name, us]) => [name, short(us / 1000)]);
}

/** @param {import("puppeteer-core").Browser} browser @param {string} way @param {string} precision */
async function visit(browser, way, precision) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${server.origin}/bench.html`);
    /** @type {Promise<import("puppeteer-core").CDPSession>} */
    const worker = new Promise((resolve) => {
      tab.on("workercreated", async ({ client }) => {
        if (options.profile) {
          await client.send("Profiler.enable");
          await client.send("Profiler.setSamplingInterval", { interval: 300 });
          await client.send("Profiler.start");
        }
        resolve(client);
      });
    });
    const ms = await tab.evaluate(load, { backend: options.backend, precision, build: options.build, keep: way !== WAYS[2] });
    if (options.profile) {
      const { profile } = await (await worker).send("Profiler.stop");
      console.log(`\n${precision}, ${way}: ${short(ms)} ms\n\n${table(["function", "ms"], functions(profile))}`);
    }
    return ms;
  } finally {
    await tab.close();
  }
}

const ran = machine();
const precisions = options.precisions.split(",");
/** @type {Record<string, number[]>} milliseconds */
const samples = {};
let version = "";
try {
  for (let round = 0; round < Number(options.repeats); round++) {
    for (const precision of precisions) {
      say(`${round + 1}/${options.repeats}  ${precision}`);
      // A profile on disk: what an incognito window may keep is too little for the weights.
      const userDataDir = await mkdtemp(path.join(tmpdir(), "mamba-web-load-"));
      const browser = await puppeteer.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS, ...options.flags.split(" ").filter(Boolean)], userDataDir, protocolTimeout: 0 });
      version ||= await browser.version();
      try {
        for (const way of WAYS) (samples[`${precision} ${way}`] ??= []).push(await visit(browser, way, precision));
      } finally {
        await browser.close();
        await rm(userDataDir, { recursive: true, force: true });
      }
    }
  }
} finally {
  await server.stop();
}
/** @param {string} precision @param {string} way */
const figures = (precision, way) => {
  const ms = median(samples[`${precision} ${way}`]);
  return `${short(ms)} (${short(size / 1000 / ms)})`;
};
console.log(`${version}; ${ran.cores} cores; load before ${ran.loadBefore.join(" ")}; ${options.build}, ${options.backend === "cpu" ? "one thread" : options.backend}`);
console.log(`\nMilliseconds (MB/s) of ${short(size / 1e6)} MB in bf16, medians of ${options.repeats}.\n`);
console.log(table(["", ...WAYS], precisions.map((precision) => [precision, ...WAYS.map((way) => figures(precision, way))])));
console.log(`\nAll figures: ${await save("load", { browser: version, date: new Date().toISOString(), machine: ran, options, samples })}`);
