// The list of known models says what follows from their shapes.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { test } from "node:test";
import { readHubName } from "../../www/engine/source/hub.js";
import { OWN_ENTRY } from "../../www/page/default-model.js";
import { count, memory } from "./support/sizes.mjs";

const { models } = JSON.parse(await readFile(new URL("../../www/models/catalogue.json", import.meta.url), "utf8"));

test("parameters and memory are those of the shapes", () => {
  assert.ok(models.length >= 10);
  for (const { name, architecture, shape, parameters, memory: stated } of models) {
    assert.equal(parameters, count(architecture, shape), name);
    assert.deepEqual(stated, memory(architecture, shape), name);
  }
});

test("the page's own model is described by its files", async () => {
  const folder = new URL("../../www/models/default/", import.meta.url);
  const config = JSON.parse(await readFile(new URL("config.json", folder), "utf8"));
  const shape = { D: config.hidden_size, L: config.num_hidden_layers, V: config.vocab_size, N: config.state_size };
  assert.equal(OWN_ENTRY.parameters, count("mamba", shape));
  assert.deepEqual(OWN_ENTRY.memory, memory("mamba", shape));
  let bytes = 0;
  for (const name of ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]) {
    bytes += (await stat(new URL(name, folder))).size;
  }
  assert.ok(Math.abs(OWN_ENTRY.downloadBytes / bytes - 1) < 0.01, String(bytes));
});

test("downloads are as large as that many parameters in 2 or 4 bytes, and a tokenizer", () => {
  for (const { name, parameters, downloadBytes } of models) {
    const fits = [2, 4].some((bytes) => Math.abs(downloadBytes / (parameters * bytes) - 1) < 0.01);
    assert.ok(fits, `${name}: ${downloadBytes} bytes for ${parameters} parameters`);
  }
});

test("each entry has all that the page shows, once", () => {
  for (const { name, model, kind, licence, licenceUrl, source } of models) {
    assert.ok(readHubName(model), model);
    assert.match(kind, /^(base|chat)$/, name);
    assert.ok(licence, name);
    for (const url of [licenceUrl, source]) assert.equal(new URL(url).origin, "https://huggingface.co", name);
  }
  for (const key of ["name", "model"]) {
    assert.equal(new Set(models.map((/** @type {any} */ entry) => entry[key])).size, models.length);
  }
});
