// Computes the examples that the Lab shows until it has computed something itself: node scripts/lab-examples.mjs [ID...]
// It runs the chapters' own jobs with the Lab's wasm of the built site (dist/).

import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { JOBS } from "../www/lab/jobs/all.js";
import { unpack } from "../www/lab/jobs/dna.js";
import { ASKING, FORK, MESSAGES } from "../www/lab/jobs/experiments.js";
import { LAYER, SENTENCE } from "../www/lab/jobs/duality.js";
import { passage } from "../www/lab/jobs/passage.js";
import { SIGNALS } from "../www/lab/jobs/signals.js";
import { HIPPO } from "../www/lab/jobs/systems.js";
import { question } from "../www/lab/jobs/tasks.js";
import { SENTENCE as WATCHED } from "../www/lab/jobs/watch.js";
import { split } from "../www/lab/jobs/words.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const [build] = await readdir(path.join(root, "dist/build"));
const folder = path.join(root, "dist/build", build);
const wasm = await import(pathToFileURL(path.join(folder, "mamba_web_lab.js")).href);
wasm.initSync({ module: await readFile(path.join(folder, "mamba_web_lab_bg.wasm")) });

/** @param {string} job @param {unknown} input @returns {Promise<{ answer: any, said: any[] }>} */
async function run(job, input) {
  /** @type {unknown[]} */
  const said = [];
  return { answer: await JOBS[job](wasm, input, (part) => said.push(part)), said };
}

/** The files that www/lab/files.js fetches. */
async function pageModel() {
  const [config, tokenizer, tokenizerConfig, generationConfig] = await Promise.all(["config", "tokenizer", "tokenizer_config", "generation_config"].map((name) => readFile(path.join(root, `www/models/default/${name}.json`), "utf8")));
  return { config, tokenizer, tokenizerConfig, generationConfig, weights: new Uint8Array(await readFile(path.join(root, "www/models/default/model.safetensors"))) };
}

/** @type {Record<string, () => Promise<unknown>>} */
const EXAMPLES = {
  async price() {
    const config = await readFile(path.join(root, "www/models/default/config.json"), "utf8");
    const { said, answer } = await run("price.measure", { config, positions: [1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000], mostSeconds: 3 });
    return rounded({ said, answer });
  },
  async linear() {
    const { answer: modes } = await run("linear.hippo", HIPPO);
    const { answer: linear } = await run("linear.run", { modes, step: 0.05, method: "zoh", signal: SIGNALS.heartbeat() });
    return { modes, linear: rounded(linear) };
  },
  async watch() {
    await run("watch.load", await pageModel());
    const { answer: reading } = await run("watch.read", { sentence: WATCHED });
    return rounded({ reading });
  },
  // The curves of training, on the machine that trained.
  async memory() {
    const kinds = ["lti", "h3", "gated", "selective"];
    const results = await Promise.all(kinds.map(async (kind) => JSON.parse(await readFile(path.join(root, `training/lab/results/${kind}.results.json`), "utf8")).accuracy));
    const curve = (/** @type {string} */ task) =>
      Object.keys(results[0][task]).map((length) => ({ length: Number(length), right: Object.fromEntries(kinds.map((kind, at) => [kind, results[at][task][length]])) }));
    return { points: { copy: curve("copy"), induction: curve("induction"), book: curve("book") } };
  },
  // One token of one layer: the boxes hold too many numbers for more.
  async block() {
    const folder = path.join(root, "www/models/lab");
    const [h3, gated, mamba] = await Promise.all(["h3", "gated", "selective"].map(async (name) => new Uint8Array(await readFile(path.join(folder, `${name}.safetensors`)))));
    await run("block.load", { config: await readFile(path.join(folder, "selective.json"), "utf8"), weights: { h3, gated, mamba } });
    const [seed, token] = [1, 20];
    const { ids } = question("copy", 20, seed);
    const { answer } = await run("block.read", { ids });
    /** @type {Record<string, number>} */
    const most = {};
    /** @type {Record<string, Record<string, number[]>>} */
    const boxes = {};
    for (const [kind, tokens] of Object.entries(answer)) {
      const names = Object.keys(tokens[token][0]);
      boxes[kind] = Object.fromEntries(names.map((name) => [name, Array.from(tokens[token][0][name], (/** @type {number} */ value) => Number(value.toPrecision(3)))]));
      for (const name of names) most[`${kind} ${name}`] = Math.max(...tokens.map((/** @type {Record<string, Float32Array>[]} */ [values]) => Math.hypot(...values[name]) / Math.sqrt(values[name].length)));
    }
    return { seed, ids, token, boxes, most: rounded(most) };
  },
  async dna() {
    const config = await readFile(path.join(root, "www/models/lab/dna.json"), "utf8");
    const weights = new Uint8Array(await readFile(path.join(root, "www/models/lab/dna.safetensors")));
    const letters = passage(unpack(new Uint8Array(await readFile(path.join(root, "www/models/lab/genome.2bit")))), { mutation: 120, hasRepeat: true });
    await run("dna.load", { config, weights });
    const { answer: bits } = await run("dna.read", { letters });
    return { letters: [...letters], bits };
  },
  async experiments() {
    await run("experiments.load", await pageModel());
    const { answer: forked } = await run("experiments.fork", { ...split(FORK), question: ASKING.question });
    const { answer: bench } = await run("experiments.begin", { messages: MESSAGES, ...ASKING });
    return rounded({ forked, bench });
  },
  async duality() {
    await run("duality.load", await pageModel());
    const { answer } = await run("duality.attend", { sentence: SENTENCE, layer: LAYER, channel: null });
    const { said: timed } = await run("duality.measure", { lengths: [16, 32, 64, 128, 256, 512, 1024, 2048], chunk: 64 });
    return rounded({ attention: { ...answer, matrix: [...answer.matrix] }, timed });
  },
};

/** As many digits as a picture shows. @param {unknown} what */
function rounded(what) {
  const shorten = (/** @type {string} */ _, /** @type {unknown} */ value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value);
  return JSON.parse(JSON.stringify(what, shorten));
}

const wanted = process.argv.slice(2);
for (const [name, compute] of Object.entries(EXAMPLES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const text = JSON.stringify(await compute());
  await writeFile(path.join(root, `www/lab/examples/${name}.json`), `${text}\n`);
  console.log(`${name}: ${text.length.toLocaleString("en")} bytes`);
}
