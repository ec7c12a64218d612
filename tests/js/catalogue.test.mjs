// The list of known models says what follows from their shapes.

import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { readHubName } from "../../www/engine/source/hub.js";
import { DEFAULT_MODEL, LARGER_MODEL, OWN_MODELS } from "../../www/page/own-models.js";
import { shapeOf } from "../../benches/model_shapes.mjs";
import { inGroups } from "../../www/page/catalogue.js";
import { count, memory, state } from "./support/sizes.mjs";

const { models } = JSON.parse(await readFile(new URL("../../www/models/catalogue.json", import.meta.url), "utf8"));

test("parameters and memory are those of the shapes", () => {
  assert.ok(models.length >= 10);
  for (const { name, architecture, shape, parameters, memory: stated, state: ofSession } of models) {
    assert.equal(parameters, count(architecture, shape), name);
    assert.deepEqual(stated, memory(architecture, shape), name);
    assert.equal(ofSession, state(architecture, shape), name);
  }
});

test("the hybrids have the tensors that the benchmarks load", () => {
  for (const [name, kind] of /** @type {const} */ ([["Falcon-H1-Tiny 90M Instruct", "falcon-h1-90m"], ["Granite 4.0 H 350M", "granite-350m"], ["Granite 4.0 H 1B", "granite-1b"]])) {
    const { parameters } = models.find((/** @type {any} */ entry) => entry.name === name);
    assert.equal(parameters, shapeOf(kind).tensors.reduce((sum, [, shape]) => sum + shape.reduce((product, n) => product * n, 1), 0), name);
  }
});

test("the list begins with the page's own model, the small one that chats, and the best that this device can hold", () => {
  const names = (/** @type {object} */ device) =>
    inGroups(models, { backend: "auto", precision: "auto" }, { deviceGiB: 8, tabBytes: 4 * 2 ** 30, isIos: false, hasGpu: false, whyNoGpu: "", ...device }).map(({ title, models: of }) => [title, ...of.map(({ name }) => name)]);
  const groups = names({});
  assert.deepEqual(groups.slice(0, 3), [["Small and quick", "Mamba 22M chat"], ["Chats well", "Mamba 158M chat", "Falcon-H1-Tiny 90M Instruct"], ["The best here", "Granite 4.0 H 350M"]]);
  assert.deepEqual(groups.slice(3).map(([title]) => title), ["Others that chat", "Models that continue a text"]);
  assert.equal(groups.flatMap(([, ...of]) => of).length, models.length + OWN_MODELS.length, "each once");
  // A device of half a GiB cannot hold it.
  assert.ok(!names({ deviceGiB: 0.5 }).some(([title]) => title === "The best here"));
  const kinds = new Map(models.map((/** @type {any} */ { name, kind }) => [name, kind]));
  for (const name of groups[4].slice(1)) assert.equal(kinds.get(name), "base");
});

test("the page's own model is described by its files", async () => {
  const folder = new URL("../../www/models/default/", import.meta.url);
  const config = JSON.parse(await readFile(new URL("config.json", folder), "utf8"));
  describes(DEFAULT_MODEL, { D: config.hidden_size, L: config.num_hidden_layers, V: config.vocab_size, N: config.state_size });
  await weighs(DEFAULT_MODEL, folder, ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]);
});

test("so is the larger one, whose first part has its shape", async () => {
  const first = new URL(`../../www/${LARGER_MODEL.model}`, import.meta.url);
  const folder = new URL("./", first);
  const parts = (await readdir(folder)).filter((name) => name.endsWith(".gguf")).sort();
  assert.equal(parts[0], path.basename(first.pathname));
  assert.ok(parts.at(-1)?.endsWith(`-of-${String(parts.length).padStart(5, "0")}.gguf`), "none is missing");
  const header = await readFile(first);
  const number = (/** @type {string} */ key) => header.readUInt32LE(header.indexOf(`granitehybrid.${key}`) + `granitehybrid.${key}`.length + 4);
  const [D, L, F, heads, N, E] = ["embedding_length", "block_count", "feed_forward_length", "ssm.time_step_rank", "ssm.state_size", "ssm.inner_size"].map(number);
  const V = number("vocab_size");
  describes(LARGER_MODEL, { D, L, V, N, E, F, H: heads, G: number("ssm.group_count"), Q: heads, J: 0, S: E / heads, attention: [] });
  await weighs(LARGER_MODEL, folder, parts);
});

/** @param {import("../../www/page/own-models.js").OwnModel} own @param {Parameters<typeof count>[1]} shape */
function describes(own, shape) {
  assert.equal(own.parameters, count(own.architecture, shape));
  assert.deepEqual(own.memory, memory(own.architecture, shape));
  assert.equal(own.state, state(own.architecture, shape));
}

/** @param {import("../../www/page/own-models.js").OwnModel} own @param {URL} folder @param {string[]} names */
async function weighs({ downloadBytes }, folder, names) {
  let bytes = 0;
  for (const name of names) {
    const { size } = await stat(new URL(name, folder));
    assert.ok(size <= 32e6, `${name}: large files cannot be kept by all hosts`);
    bytes += size;
  }
  assert.ok(Math.abs(downloadBytes / bytes - 1) < 0.01, String(bytes));
}

test("downloads are as large as that many parameters in 2 or 4 bytes, and a tokenizer", () => {
  for (const { name, parameters, downloadBytes } of models) {
    const fits = [2, 4].some((bytes) => Math.abs(downloadBytes - parameters * bytes) < Math.max(10e6, 0.01 * downloadBytes));
    assert.ok(fits, `${name}: ${downloadBytes} bytes for ${parameters} parameters`);
  }
});

test("each entry has all that the page shows, once", () => {
  for (const { name, model, kind, licence, licenceUrl, source, languages, use } of models) {
    assert.ok(readHubName(model), model);
    assert.match(kind, /^(base|chat)$/, name);
    assert.ok(licence && languages, name);
    assert.match(use, /^[A-Z].*\.$/, name);
    for (const url of [licenceUrl, source]) assert.equal(new URL(url).origin, "https://huggingface.co", name);
  }
  for (const key of ["name", "model"]) {
    assert.equal(new Set(models.map((/** @type {any} */ entry) => entry[key])).size, models.length);
  }
});
