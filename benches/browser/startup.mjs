// From a navigation to the first token of the default model: in a browser that has never seen the
// site, and at the second and third visit. The parts come from a copy of the site whose worker
// keeps times; the sums from the site as it is.
//
//   node benches/browser/startup.mjs [--repeats N]
//
// All single figures go to target/bench/startup.json.

import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "./support/browser.mjs";
import { machine, median, save, say, short, table } from "./support/report.mjs";
import { serve, siteFolder } from "./support/server.mjs";

/** @typedef {{ name: string, start: number, end: number }} Span */
/** @typedef {Record<string, number>} Figures milliseconds */

const VISITS = ["first visit", "second visit", "third visit"];
const { values: options } = parseArgs({ options: { repeats: { type: "string", default: "5" } } });
const repeats = Number(options.repeats);

/** @param {string} file */
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const site = await siteFolder();
const page = { "startup.html": here("startup.html"), "startup.js": here("startup.js") };
/** @param {string} folder */
const withPage = (folder) => Object.fromEntries(Object.entries(page).map(([name, file]) => [folder + name, file]));
const stamp = await readFile(here("startup-worker.js"));
// The programs lie in a folder of their build.
const [build] = await readdir(path.join(site, "build"));
const server = await serve({
  mounts: {
    "/": site,
    ...withPage("/"),
    "/timed/": site,
    ...withPage("/timed/"),
    [`/timed/build/${build}/worker.js`]: () => stamp,
    [`/timed/build/${build}/worker-as-it-is.js`]: path.join(site, "build", build, "worker.js"),
  },
  // As static hosts send it: kept for ten minutes.
  cacheControl: "max-age=600",
});

/**
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} address
 * @returns {Promise<Figures>}
 */
async function visit(context, address) {
  const tab = await context.newPage();
  try {
    await tab.goto(`${server.origin}${address}startup.html`);
    await tab.waitForFunction(() => "startup" in globalThis, undefined, { timeout: 120_000, polling: 50 });
    const { marks, prefillMs, timeOrigin } = await tab.evaluate(() => /** @type {any} */ (globalThis).startup);
    /** @type {Figures} */
    const figures = { "first token": marks.firstToken, "model loaded": marks.loaded, "first prefill": prefillMs };
    if (address === "/timed/") {
      const worker = tab.workers().find((worker) => worker.url().endsWith(`/timed/build/${build}/worker.js`));
      if (!worker) throw new Error("The engine's worker is gone.");
      const { began, spans, files } = await worker.evaluate(() => /** @type {any} */ (globalThis).startupSpans());
      // The page fetches the wasm, and compiles it.
      const ofPage = await tab.evaluate(() =>
        performance.getEntriesByType("resource").map((entry) => ({
          name: entry.name.replace(/.*\//, ""),
          start: performance.timeOrigin + entry.startTime,
          end: performance.timeOrigin + /** @type {PerformanceResourceTiming} */ (entry).responseEnd,
        })),
      );
      Object.assign(figures, parts(timeOrigin, began, spans, [...files, ...ofPage]));
    }
    return figures;
  } finally {
    await tab.close();
  }
}

/**
 * @param {number} navigation
 * @param {number} workerBegan
 * @param {Span[]} spans
 * @param {Span[]} files
 * @returns {Figures}
 */
function parts(navigation, workerBegan, spans, files) {
  /** @param {Span[]} list @param {(name: string) => boolean} isIt */
  const total = (list, isIt) => list.filter(({ name }) => isIt(name)).reduce((sum, { start, end }) => sum + end - start, 0);
  /** @param {RegExp} pattern */
  const fetched = (pattern) => total(files, (name) => pattern.test(name));
  return {
    "worker running": workerBegan - navigation,
    "wasm fetched": fetched(/\.wasm$/),
    "wasm compiled": (spans.find(({ name }) => name === "instantiate")?.start ?? NaN) - navigation,
    "wasm started": total(spans, (name) => name === "instantiate"),
    "tokenizer fetched": fetched(/^tokenizer\.json$/),
    "tokenizer and config read, GPU looked for": total(spans, (name) => name === "modelloader_open"),
    "weights fetched": fetched(/\.safetensors$/),
    "weights laid out": total(spans, (name) => name === "modelloader_push"),
    "engine made": total(spans, (name) => name === "modelloader_finish"),
  };
}

const ran = machine();
/** @type {Record<string, Figures[]>} by visit and site */
const samples = {};
let version = "";
try {
  for (let round = 0; round < repeats; round++) {
    for (const address of ["/", "/timed/"]) {
      say(`${round + 1}/${repeats}  ${address === "/" ? "the site" : "the site with times"}`);
      const profile = await mkdtemp(path.join(tmpdir(), "mamba-web-startup-"));
      // A profile on disk: what an incognito window may keep is too little for the weights.
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: findChromium(),
        args: CHROMIUM_FLAGS,
      });
      version ||= `Chromium ${context.browser()?.version() ?? ""}`;
      try {
        for (const name of VISITS) {
          (samples[`${address} ${name}`] ??= []).push(await visit(context, address));
          // The browser writes its caches after the page is done.
          await new Promise((resolve) => setTimeout(resolve, 2000));
        }
      } finally {
        await context.close();
        await rm(profile, { recursive: true, force: true });
      }
    }
  }
  /** @param {string} address @param {string} name @param {string} figure */
  const middle = (address, name, figure) => median((samples[`${address} ${name}`] ?? []).map((s) => s[figure] ?? NaN));
  const names = Object.keys(samples[`/timed/ ${VISITS[0]}`][0]);
  const isWhole = (/** @type {string} */ figure) => figure === "first token" || figure === "model loaded";
  console.log(`${version}; ${ran.cores} cores, ${ran.memoryGiB} GiB; load before ${ran.loadBefore.join(" ")}`);
  console.log(`\nMilliseconds from the navigation, medians of ${repeats}. Parts overlap: files are fetched side by side.\n`);
  console.log(
    table(
      ["", ...VISITS],
      names.map((figure) => [
        figure,
        ...VISITS.map((name) => short(middle(isWhole(figure) ? "/" : "/timed/", name, figure))),
      ]),
    ),
  );
  const result = { browser: version, date: new Date().toISOString(), machine: ran, repeats, samples };
  console.log(`\nAll figures: ${await save("startup", result)}`);
} finally {
  await server.stop();
}
