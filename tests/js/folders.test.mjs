// Which files a name leads to: folders and GGUF files in repositories, split files, and files that were chosen. Only the
// reading; what the engine makes of them is tested in the browser.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openFolder } from "../../www/engine/files/files.js";
import { readSmallFiles } from "../../www/engine/files/small-files.js";
import { readListing } from "../../www/engine/source/hub.js";
import { findModel } from "../../www/engine/source/model-source.js";
import { ProgressMeter } from "../../www/engine/fetch/progress.js";
import { ModelHost } from "../browser/support/host.mjs";
import { Hub } from "../browser/support/hub.mjs";

Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

/** @type {Hub} */
let hub;
let address = "";
before(async () => {
  hub = new Hub();
  address = await hub.listen();
});
after(() => hub.close());
beforeEach(() => hub.repositories.clear());

/** @param {Record<string, string>} files by their paths; each path is its contents */
const bytes = (files) => new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
/** @param {string[]} names @returns {Map<string, Buffer>} each file says its name */
const named = (...names) => bytes(Object.fromEntries(names.map((name) => [name, `this is ${name}`])));

/** @param {AsyncIterable<Uint8Array>} chunks */
async function read(chunks) {
  const parts = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return String(Buffer.concat(parts));
}

/** @param {string | File[]} model */
async function open(model) {
  const options = { keep: false, hub: address, patience: { tries: 2, firstDelayMs: 5, stallMs: 2000 } };
  const meter = new ProgressMeter(() => {});
  try {
    return await openFolder(findModel(model, "http://page.invalid/", address), options, meter, "meanwhile");
  } finally {
    meter.end();
  }
}

/** The config and the weights that are loaded. @param {string | File[]} model */
async function load(model) {
  const folder = await open(model);
  const config = await folder.textIfThere("config.json");
  const weights = await folder.openWeights();
  return { name: folder.weights, config, weights: weights && (await read(weights.chunks)), size: weights && folder.sizeOf([weights.name]) };
}

const LAID_OUT = [
  "config.json",
  "tokenizer.json",
  "model.safetensors",
  "small/config.json",
  "small/model.safetensors",
  "with a space #1/100%?/config.json",
  "with a space #1/100%?/model.safetensors",
  "gguf/m-Q4_K_M.gguf",
  "gguf/m-Q8_0.gguf",
  "one/only.gguf",
  "one/config.json",
  "parts/m-00001-of-00002.gguf",
  "parts/m-00002-of-00002.gguf",
];

test("a folder of a repository, and a file in one, are what is loaded", async () => {
  hub.add("o/r", named(...LAID_OUT));
  hub.publish("o/r", "refs/pr/1");
  const page = (/** @type {string} */ path) => `https://huggingface.co/o/r/${path}`;
  for (const [model, name, weights] of /** @type {[string, string | null, string][]} */ ([
    ["o/r", null, "model.safetensors"],
    [page("tree/main/small"), null, "small/model.safetensors"],
    [page("tree/refs%2Fpr%2F1/small"), null, "small/model.safetensors"],
    [page("tree/refs/pr/1/small/"), null, "small/model.safetensors"],
    [page("blob/main/small/config.json"), null, "small/model.safetensors"],
    [page("resolve/main/small/model.safetensors?download=true"), "model.safetensors", "small/model.safetensors"],
    ["hf:o/r/small", null, "small/model.safetensors"],
    ["hf.co/o/r/tree/main/with%20a%20space%20%231/100%25%3F", null, "with a space #1/100%?/model.safetensors"],
    ["hf:o/r/with a space #1/100%?", null, "with a space #1/100%?/model.safetensors"],
    [page("blob/main/gguf/m-Q4_K_M.gguf"), "m-Q4_K_M.gguf", "gguf/m-Q4_K_M.gguf"],
    ["hf:o/r/gguf/m-Q8_0.gguf", "m-Q8_0.gguf", "gguf/m-Q8_0.gguf"],
    ["hf.co/o/r:Q4_K_M", "gguf/m-Q4_K_M.gguf", "gguf/m-Q4_K_M.gguf"],
    [page("tree/main/one"), "only.gguf", "one/only.gguf"],
    [page("tree/main/parts"), "m-00001-of-00002.gguf", "parts/m-00001-of-00002.gguf"],
    [page("blob/main/parts/m-00002-of-00002.gguf"), "m-00001-of-00002.gguf", "parts/m-00001-of-00002.gguf"],
  ])) {
    const got = await load(model);
    assert.equal(got.weights, `this is ${weights}`, model);
    assert.equal(got.name, name, model);
    assert.equal(got.size, got.weights?.length, model);
    const folder = weights.slice(0, -(name ?? "model.safetensors").length);
    const config = `${folder}config.json`;
    assert.equal(got.config, LAID_OUT.includes(config) ? `this is ${config}` : undefined, model);
  }
});

test("the parts of a split file are found, and their size is that of all", async () => {
  hub.add("o/r", named(...LAID_OUT));
  const folder = await open("hf:o/r/parts/m-00002-of-00002.gguf");
  const names = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
  for (const name of names) assert.equal(await read((await folder.open(name)).chunks), `this is parts/${name}`);
  assert.equal(folder.sizeOf(names), "this is parts/m-00001-of-00002.gguf".length * 2);
  assert.equal(folder.sizeOf(["m-00003-of-00002.gguf"]), null);
});

test("a repository that has only GGUF: one is loaded, of several all are named with their sizes", async () => {
  hub.add("o/one", named("README.md", "m-Q4_K_M.gguf", "m.imatrix.gguf"));
  assert.equal((await load("hf:o/one")).weights, "this is m-Q4_K_M.gguf");
  hub.add("o/beside", named("config.json", "m-Q4_K_M.gguf"));
  assert.equal((await load("hf:o/beside")).weights, "this is m-Q4_K_M.gguf");
  hub.add("o/below", named("README.md", "gguf/m-00001-of-00002.gguf", "gguf/m-00002-of-00002.gguf"));
  assert.equal((await load("hf:o/below")).weights, "this is gguf/m-00001-of-00002.gguf");
  hub.add("o/several", named("config.json", "m-Q4_K_M.gguf", "m-Q8_0.gguf"));
  await assert.rejects(load("hf:o/several@main"), {
    code: "bad-argument",
    message: "o/several has 2 models as GGUF files: m-Q4_K_M.gguf (21 bytes), m-Q8_0.gguf (19 bytes).",
    hint: "Name the one that you want. Write it as hf:o/several/m-Q4_K_M.gguf, or paste the address of its page.",
  });
  assert.equal((await load("hf:o/several/m-Q8_0.gguf")).weights, "this is m-Q8_0.gguf");
  assert.equal((await load("hf:o/several:Q8_0")).weights, "this is m-Q8_0.gguf");
  await assert.rejects(load("hf:o/several:F16"), { code: "not-found", message: /no GGUF file F16\. It has m-Q4_K_M\.gguf/ });
  hub.add("o/weights", named("config.json", "model.safetensors", "m-Q4_K_M.gguf", "m-Q8_0.gguf"));
  assert.equal((await load("hf:o/weights")).weights, "this is model.safetensors");
});

test("what is not there is told with what is", async () => {
  hub.add("o/r", named(...LAID_OUT));
  await assert.rejects(load("hf:o/r/large"), { code: "not-found", message: "There is no folder large in o/r." });
  await assert.rejects(load("hf:o/r/gguf/m-F16.gguf"), {
    code: "not-found",
    message: "There is no gguf/m-F16.gguf in o/r. It has gguf/m-Q4_K_M.gguf (26 bytes), gguf/m-Q8_0.gguf (24 bytes).",
  });
  hub.add("o/folders", named("README.md", "small/config.json", "small/model.safetensors", "large/config.json"));
  await assert.rejects(load("hf:o/folders"), {
    code: "not-found",
    message: "o/folders has its models in folders: small, large.",
    hint: /hf:o\/folders\/small,/,
  });
  hub.add("o/empty", named("README.md"));
  await assert.rejects((await open("hf:o/empty")).text("config.json"), { code: "not-found", message: /no config\.json/ });
});

test("a shard's name leads nowhere else, and may have any signs in it", async () => {
  const host = new ModelHost(named("m/config.json", "m/w #1 100%?.safetensors", "secret"));
  const { answer } = host;
  host.answer = (request, response, file) => answer.call(host, request, response, decodeURIComponent(file.split("?")[0]));
  const origin = await host.listen();
  try {
    const folder = await open(`${origin}m/?x`);
    assert.equal(await read((await folder.open("w #1 100%?.safetensors")).chunks), "this is m/w #1 100%?.safetensors");
    for (const name of ["../secret", "a/../../secret", "https://other.example/x", "//other.example/x", "/etc/passwd"]) {
      await assert.rejects(folder.open(name), { code: "not-found" }, name);
    }
    for (const { file } of host.asked) assert.match(file, /^m\//);
  } finally {
    await host.close();
  }
});

test("parts of a split file behind an address with a query keep the query", async () => {
  /** @type {string[]} */
  const asked = [];
  const host = new ModelHost(named("m-00001-of-00002.gguf", "m-00002-of-00002.gguf"));
  const { answer } = host;
  host.answer = (request, response, file) => {
    asked.push(file);
    answer.call(host, request, response, file.split("?")[0]);
  };
  const origin = await host.listen();
  try {
    const folder = await open(`${origin}m-00002-of-00002.gguf?token=7`);
    assert.equal(folder.weights, "m-00001-of-00002.gguf");
    for (const name of ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]) {
      assert.equal(await read((await folder.open(name)).chunks), `this is ${name}`);
    }
    assert.deepEqual(asked, ["m-00001-of-00002.gguf?token=7", "m-00002-of-00002.gguf?token=7"]);
  } finally {
    await host.close();
  }
});

test("a host that refuses what it does not have, as S3 does", async () => {
  const host = new ModelHost(named("config.json", "tokenizer.json", "pytorch_model.bin"));
  const { answer } = host;
  host.answer = (request, response, file) => {
    if (host.files.has(file)) return answer.call(host, request, response, file);
    host.asked.push({ file, method: "GET", from: 0, ifRange: undefined, status: 403, sent: 0 });
    response.writeHead(403).end();
  };
  const origin = await host.listen();
  try {
    const folder = await open(origin);
    const { config, tokenizer, generationConfig } = await readSmallFiles(folder, false);
    assert.deepEqual([config, tokenizer, generationConfig], ["this is config.json", "this is tokenizer.json", undefined]);
    assert.equal(await folder.openWeights(), null);
    assert.equal(await folder.textIfThere("model.safetensors.index.json"), undefined);
    assert.equal(await read((await folder.open("pytorch_model.bin")).chunks), "this is pytorch_model.bin");
    // What has to be there is told as refused, because it may be.
    await assert.rejects(folder.open("model.safetensors"), { code: "network", message: /without permission \(status 403\)/ });
    assert.equal(host.weights().length, 1, "no use in asking again");
    host.files.delete("config.json");
    await assert.rejects(readSmallFiles(await open(origin), false), { message: /hand out config\.json without permission/ });
  } finally {
    await host.close();
  }
});

/** @param {string[]} names */
const files = (...names) => names.map((name) => new File([`this is ${name}`], name));

test("files that were chosen: the usual names first, then the only one", async () => {
  for (const [names, weights] of /** @type {[string[], string | null][]} */ ([
    [["config.json", "model.safetensors", "m.gguf"], "model.safetensors"],
    [["config.json", "other #1.safetensors"], "other #1.safetensors"],
    [["config.json", "pytorch_model.bin", "m.gguf"], "pytorch_model.bin"],
    [["config.json", "m.gguf"], "m.gguf"],
    [["config.json", "tokenizer.json", "m.gguf", "notes.txt"], "m.gguf"],
    [["m.gguf"], "m.gguf"],
    [["m-00002-of-00002.gguf", "m-00001-of-00002.gguf", "config.json"], "m-00001-of-00002.gguf"],
    [["config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors", "m.gguf"], null],
    [["config.json", "model.safetensors.index.json", "model.safetensors"], "model.safetensors"],
    [["config.json", "pytorch_model.bin.index.json", "model.safetensors"], "model.safetensors"],
    [["config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model.safetensors"], null],
    [["config.json", "a.safetensors", "b.safetensors"], null],
    [["config.json"], null],
  ])) {
    const got = await load(files(...names));
    assert.equal(got.name, weights, names.join());
    assert.equal(got.weights, weights && `this is ${weights}`);
  }
  await assert.rejects(load(files("config.json", "a.gguf", "b.gguf")), {
    code: "bad-argument",
    message: /^What was chosen has 2 models as GGUF files: a\.gguf \(14 bytes\), b\.gguf \(14 bytes\)\.$/,
  });
  const part = await open(files("m-00002-of-00002.gguf"));
  await assert.rejects(part.openWeights(), {
    code: "not-found",
    message: "There is no m-00001-of-00002.gguf among the chosen files.",
    hint: /^Choose the model's whole folder/,
  });
});

test("of two missing files the error names config.json, whichever answer comes first", async () => {
  for (const first of ["config.json", "tokenizer.json"]) {
    /** @param {string} name */
    const text = async (name) => {
      if (name !== first) await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error(name);
    };
    const folder = /** @type {import("../../www/engine/files/files.js").ModelFolder} */ (
      /** @type {unknown} */ ({ weights: null, text, textIfThere: async () => undefined })
    );
    await assert.rejects(readSmallFiles(folder, false), { message: "config.json" });
  }
});

test("a list of files that breaks off is asked for again, and told in its own words", async (t) => {
  const whole = JSON.stringify({ sha: "a".repeat(40), siblings: [{ rfilename: "config.json", size: 2 }] });
  let breaks = 2;
  t.mock.method(globalThis, "fetch", async () => {
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at++ === 0) controller.enqueue(Buffer.from(breaks > 0 ? whole.slice(0, 8) : whole));
        else if (breaks-- > 0) controller.error(new TypeError("The connection broke."));
        else controller.close();
      },
    });
    return new Response(body, { headers: { ETag: 'W/"a"', "Content-Type": "application/json" } });
  });
  const name = /** @type {const} */ ({ kind: "hub", repository: "o/r", revision: "main", folder: "", weights: null, tag: null });
  const how = { patience: { tries: 3, firstDelayMs: 1, stallMs: 2000 }, onWait: () => {} };
  assert.deepEqual(Object.keys((await readListing(name, address, how)).files), ["config.json"]);
  breaks = Infinity;
  await assert.rejects(readListing(name, address, how), { code: "network", message: /the list of files of o\/r broke off after 8 bytes/i });
});
