// Where the time of a prefill goes, by function of the wasm: Chromium's sampling profiler on the engine's worker, while
// mamba-130m's shape reads 512 tokens on one thread. Prints microseconds a token.
//
//   node benches/browser/profile.mjs [--all]     --all lists every function
//
// The site's wasm is optimised once more with its functions' names kept; the code is the same.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { makeModel } from "../make_model.mjs";
import { CHROMIUM_FLAGS, findChromium } from "./support/browser.mjs";
import { selfTimes } from "./support/cpu-profile.mjs";
import { call } from "./support/ours.mjs";
import { median, short, table } from "./support/report.mjs";
import { root, serve, siteFolder, work } from "./support/server.mjs";

const TOKENS = 512;
const ROUNDS = 3;
const CONFIGURATIONS = [
  { precision: "f32", build: "plain", file: "mamba_web_bg.wasm" },
  { precision: "int8", build: "plain", file: "mamba_web_bg.wasm" },
  { precision: "int8", build: "relaxed", file: "mamba_web_relaxed_bg.wasm" },
  { precision: "int4", build: "relaxed", file: "mamba_web_relaxed_bg.wasm" },
];

/** The functions of a part, by what their names contain; the scan stands in its stage's own. @type {[string, RegExp][]} */
const PARTS = [
  ["products", /::(packed|dense|matrix)::/],
  ["laying out the activations", /::tiles::/],
  ["convolution", /::conv::Conv::/],
  ["scan and gate", /::scan::Scan::|::layer::Work::mamba::/],
  ["norm, sum with the residual", /::layer::Work::(norm|out_proj)|::norm::rms_norm|Cpu as .*::prefill/],
];

/** @param {string} file */
function named(file) {
  const from = path.join(root, "target/wasm-opt-O1", `${file}.in`);
  const to = path.join(work, "named", file);
  if ((statSync(to, { throwIfNoEntry: false })?.mtimeMs ?? 0) < statSync(from).mtimeMs) {
    mkdirSync(path.dirname(to), { recursive: true });
    const features = file.includes("relaxed") ? ["--enable-relaxed-simd"] : [];
    execFileSync(path.join(root, "node_modules/.bin/wasm-opt"), ["-O1", "-g", ...features, from, "-o", to]);
  }
  return to;
}

const files = [...new Set(CONFIGURATIONS.map(({ file }) => file))];
const server = await serve({
  mounts: {
    "/": await siteFolder(),
    ...Object.fromEntries(files.map((file) => [`/${file}`, named(file)])),
    "/bench/": path.join(root, "benches/browser"),
    "/bench.html": fileURLToPath(new URL("bench.html", import.meta.url)),
    "/model/": await makeModel(),
  },
});
const browser = await puppeteer.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS, protocolTimeout: 0 });

/** @param {{ precision: string, build: string }} wanted */
async function measure({ precision, build }) {
  const tab = await (await browser.createBrowserContext()).newPage();
  await tab.goto(`${server.origin}/bench.html`);
  // Puppeteer's own type of what may go to a page is narrower than it needs to be here.
  const page = /** @type {import("./support/browser.mjs").BenchPage} */ (/** @type {unknown} */ (tab));
  const { notOffered } = await call(page, "begin", { model: "/model/", precision, build, threads: 1 });
  if (notOffered) throw new Error(`not offered: ${notOffered}`);
  await call(page, "warmUp");
  await call(page, "prepare", null);
  const { client } = tab.workers()[0];
  await client.send("Profiler.enable");
  await client.send("Profiler.setSamplingInterval", { interval: 200 });
  await client.send("Profiler.start");
  await call(page, "prefill", TOKENS);
  const { profile } = await client.send("Profiler.stop");
  await tab.browserContext().close();
  const times = selfTimes(profile, ({ functionName }) => functionName);
  times.delete("(idle)");
  return times;
}

/** @type {Map<string, number>[][]} */
const profiles = CONFIGURATIONS.map(() => []);
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, wanted] of CONFIGURATIONS.entries()) profiles[i].push(await measure(wanted));
  }
} finally {
  await browser.close();
  await server.stop();
}

/** A row of the table: of each configuration the median over the rounds. @param {string} label @param {(name: string) => boolean} belongs */
const row = (label, belongs) => [
  label,
  ...profiles.map((rounds) =>
    short(median(rounds.map((times) => [...times].reduce((sum, [name, us]) => sum + (belongs(name) ? us : 0), 0) / TOKENS))),
  ),
];
const all = new Set(profiles.flat().flatMap((times) => [...times.keys()]));
const rows = process.argv.includes("--all")
  ? [...all].sort().map((name) => row(name, (other) => other === name))
  : [
      ...PARTS.map(([label, pattern]) => row(label, (name) => pattern.test(name))),
      row("all else", (name) => PARTS.every(([, pattern]) => !pattern.test(name))),
      row("together", () => true),
    ];
console.log(table(["us a token", ...CONFIGURATIONS.map(({ precision, build }) => `${precision}, ${build}`)], rows));
