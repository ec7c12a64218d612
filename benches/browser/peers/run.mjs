// mamba-web and its peers at the same work with the same weights (mamba-130m's shape, or a hybrid's), in the
// same Chromium, interleaved; natively llama.cpp as well, where it can be built.
//
//   node benches/browser/peers/run.mjs [--model NAME] [--repeats N] [--quick] [--no-setup] [--help]
//
// Half an hour on a quiet machine of two cores, after a set-up of about as long, once.
//
// All single figures go to target/bench/peers.json, or peers-NAME.json.

import { execFile, execFileSync } from "node:child_process";
import { access } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { makeModel } from "../../make_model.mjs";
import { launch } from "../support/browser.mjs";
import { call, findOffered, label, timed, wanted } from "../support/ours.mjs";
import { machine, median, percent, save, say, short, spread, table } from "../support/report.mjs";
import { root, serve, siteFolder, work } from "../support/server.mjs";

/** @typedef {import("./peers.js").Peers} Peers */
/** @typedef {{ tokens: number, ms: number, wallMs: number, cpuSeconds: number | null }} Sample */
/** @typedef {{ prefill: Sample, decode: Sample }} Samples */
/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {"mamba-web" | "browser" | "native"} group
 * @property {number} threads
 * @property {() => Promise<Samples>} measure in a fresh page or process
 */

const HELP = `node benches/browser/peers/run.mjs [options]
  --model NAME       130m (Mamba), falcon-h1-90m or granite-350m; the hybrids need the Python packages of
                     tests/golden/requirements.txt (PYTHON, or .venv)
  --repeats N        5
  --prefill N        tokens of the prompt (512)
  --decode N         tokens generated (64)
  --only PATTERN     contestants whose name matches it, such as "int8 relaxed|q8_0"
  --quick            one repetition with 64 and 16 tokens: to try the comparison itself
  --no-setup         take what is in target/bench as it is`;

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "130m" },
    repeats: { type: "string" },
    prefill: { type: "string" },
    decode: { type: "string" },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    "no-setup": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const repeats = Number(options.repeats ?? (options.quick ? 1 : 5));
const PREFILL = Number(options.prefill ?? (options.quick ? 64 : 512));
const DECODE = Number(options.decode ?? (options.quick ? 16 : 64));
/** What llama.cpp's files are called, and what of ours is measured beside them. */
const PLAN = {
  "130m": { folder: "mamba-130m", files: ["f32", "q8_0", "q4_0", "q4_k_m"], precisions: ["f32", "int8", "int4"], builds: ["plain", "relaxed", "threads"] },
  hybrid: { folder: `smoke/${options.model}-BF16`, files: ["f16", "q8_0", "q4_0"].map((kind) => `${options.model}-BF16.${kind}`), precisions: ["int8", "int4"], builds: ["relaxed", "threads"] },
};
const isHybrid = options.model !== "130m";
const plan = isHybrid ? PLAN.hybrid : PLAN["130m"];

/** @param {string} file */
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
/** @param {string} file */
const exists = (file) => access(file).then(() => true, () => false);

if (!options["no-setup"]) execFileSync(here("setup.sh"), { stdio: ["ignore", "inherit", "inherit"] });
if (isHybrid) {
  const folder = await makeModel(path.join(work, plan.folder), /** @type {import("../../model_shapes.mjs").Kind} */ (options.model), "BF16");
  execFileSync(process.env.PYTHON ?? path.join(root, ".venv/bin/python"), [here("make_hybrid_gguf.py"), folder, path.join(work, "gguf")], { stdio: ["ignore", "inherit", "inherit"] });
}

const ran = machine();
const python = path.join(work, "venv/bin/python");
const server = await serve({
  mounts: {
    "/": await siteFolder(),
    "/bench/": here(".."),
    [`/bench-models/${options.model}/`]: path.join(work, plan.folder),
    "/models/default/": path.join(root, "www/models/default"),
    "/gguf/": path.join(work, "gguf"),
    "/peers/wllama/": path.join(work, "peers/node_modules/@wllama/wllama/esm"),
    "/peers/candle/": path.join(work, "candle-web"),
  },
});
const browser = await launch(false);

/** @param {import("../support/ours.mjs").Configuration} c @returns {Contestant} */
const ours = (c) => ({
  name: label({ ...c, model: "mamba-web" }),
  group: "mamba-web",
  threads: c.threads,
  async measure() {
    const page = await open(c.build);
    try {
      await call(page, "begin", wanted(c));
      await call(page, "warmUp");
      await call(page, "prepare", null);
      const prefill = await timed(browser, () => call(page, "prefill", PREFILL));
      await call(page, "prepare", null);
      const decode = await timed(browser, () => call(page, "decode", DECODE));
      return { prefill, decode };
    } finally {
      await page.close();
    }
  },
});

/** @param {string} name @param {{ kind: string, file: string, threads: number }} what @returns {Contestant} */
const inBrowser = (name, what) => ({
  name,
  group: "browser",
  threads: what.threads,
  async measure() {
    const page = await browser.open(`${server.origin}/bench/peers/peers.html`);
    /** @template {keyof Peers} Name @param {Name} name @param {Parameters<Peers[Name]>[0]} argument */
    const ask = (name, argument) =>
      page.evaluate(({ name, argument }) => /** @type {any} */ (globalThis).peers[name](argument), { name, argument });
    /** @param {"prefill" | "decode"} what @param {number} tokens */
    const run = (what, tokens) => timed(browser, () => ask("run", { what, tokens }));
    try {
      await ask("begin", what);
      for (let round = 0; round < 2; round++) {
        await run("prefill", Math.min(64, PREFILL));
        await run("decode", 8);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return { prefill: await run("prefill", PREFILL), decode: await run("decode", DECODE) };
    } finally {
      await page.close();
    }
  },
});

/** @param {string} kind @param {number} threads @returns {Contestant} */
const native = (kind, threads) => ({
  name: `native llama.cpp ${kind} ${threads} thread${threads === 1 ? "" : "s"}`,
  group: "native",
  threads,
  async measure() {
    const file = path.join(work, "gguf", `${kind}.gguf`);
    const { stdout } = await promisify(execFile)(python, [here("native_llama.py"), file, threads, PREFILL, DECODE].map(String));
    return JSON.parse(stdout);
  },
});

/** @param {string | null} build */
const open = (build) => browser.open(`${server.origin}/bench/bench.html${build ? `?build=${build}` : ""}`);

try {
  const asked = { precisions: plan.precisions, builds: plan.builds, threads: [1, 2] };
  const { offered, missing } = await findOffered(open, asked);
  const hasLlama = !isHybrid && await promisify(execFile)(python, ["-c", "import llama_cpp"]).then(() => true, () => false);
  if (!hasLlama && !isHybrid) missing.push("not here: llama.cpp natively (setup.sh could not build it, or LLAMA=0)");

  /** @type {Contestant[]} */
  let contestants = offered.map((c) => ours({ ...c, model: options.model }));
  for (const kind of plan.files) {
    if (!(await exists(path.join(work, "gguf", `${kind}.gguf`)))) {
      missing.push(`not here: ${kind}.gguf (llama.cpp itself makes it)`);
      continue;
    }
    for (const threads of [1, 2]) {
      const words = `${kind.split(".").at(-1)} ${threads} thread${threads === 1 ? "" : "s"}`;
      contestants.push(inBrowser(`wllama ${words}`, { kind: "wllama", file: `${kind}.gguf`, threads }));
      if (hasLlama) contestants.push(native(kind, threads));
    }
  }
  if (!isHybrid) contestants.push(inBrowser("candle wasm f32 1 thread", { kind: "candle", file: "/bench-models/130m/", threads: 1 }));
  contestants = contestants.filter(({ name }) => new RegExp(options.only).test(name));

  /** @type {Map<Contestant, Samples[]>} */
  const results = new Map(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < repeats; round++) {
    for (const contestant of contestants) {
      say(`${round + 1}/${repeats}  ${contestant.name}`);
      try {
        results.get(contestant)?.push(await contestant.measure());
      } catch (error) {
        const line = `failed: ${contestant.name}: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
        say(line);
        missing.push(line);
      }
    }
  }

  const rows = [...results].map(([{ name, group, threads }, samples]) => {
    /** @param {"prefill" | "decode"} what @param {(sample: Sample) => number} of */
    const each = (what, of) => samples.map((sample) => of(sample[what]));
    /** @param {"prefill" | "decode"} what */
    const figures = (what) => ({
      rate: median(each(what, ({ tokens, ms }) => (tokens / ms) * 1e3)),
      wallRate: median(each(what, ({ tokens, wallMs }) => (tokens / wallMs) * 1e3)),
      cpuMsPerToken: median(each(what, ({ tokens, cpuSeconds }) => ((cpuSeconds ?? NaN) / tokens) * 1e3)),
      spread: samples.length ? spread(each(what, ({ tokens, ms }) => tokens / ms)) : NaN,
    });
    return { name, group, threads, prefill: figures("prefill"), decode: figures("decode"), samples };
  });

  /** The best of a group with so many threads. @param {string} group @param {"prefill" | "decode"} what @param {number} threads */
  const best = (group, what, threads) =>
    Math.max(...rows.filter((r) => r.group === group && r.threads === threads).map((r) => r[what].rate).filter(Number.isFinite));
  console.log(`${browser.version}; ${ran.cores} cores, ${ran.memoryGiB} GiB; load before ${ran.loadBefore.join(" ")}`);
  for (const line of missing) console.log(line);
  console.log(`\nTokens per second, medians of ${repeats}; ratios to the best peer in a browser with as many threads.\n`);
  console.log(
    table(
      ["", `prefill ${PREFILL}`, "decode", "ratio prefill", "ratio decode", "CPU ms a token, prefill", "CPU ms a token, decode", "spread"],
      rows.map((row) => [
        row.name,
        short(row.prefill.rate),
        short(row.decode.rate),
        short(row.prefill.rate / best("browser", "prefill", row.threads)),
        short(row.decode.rate / best("browser", "decode", row.threads)),
        short(row.prefill.cpuMsPerToken),
        short(row.decode.cpuMsPerToken),
        percent(Math.max(row.prefill.spread, row.decode.spread)),
      ]),
    ),
  );
  const result = { browser: browser.version, date: new Date().toISOString(), machine: ran, repeats, prefill: PREFILL, decode: DECODE, missing, rows };
  console.log(`\nAll figures: ${await save(isHybrid ? `peers-${options.model}` : "peers", result)}`);
} finally {
  await browser.close();
  await server.stop();
}
