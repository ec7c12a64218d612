// What people call a model: names on the hub, addresses as they are pasted, folders of the site and files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { firstPart, ggufModels, theGguf } from "../../www/engine/source/gguf-files.js";
import { readHubName, writeHubName } from "../../www/engine/source/hub.js";
import { findModel } from "../../www/engine/source/model-source.js";

/** @param {Partial<import("../../www/engine/source/hub.js").HubName>} [other] */
const name = (other) => ({ repository: "o/n", revision: "main", folder: "", weights: null, tag: null, ...other });

/** A name, and what it means; null where it is not one on the hub. @type {[string, ReturnType<typeof name> | null][]} */
const NAMES = [
  ["hf:o/n", name()],
  ["hf:o/n@main", name()],
  ["hf:o/n@refs/pr/4", name({ revision: "refs/pr/4" })],
  ["hf:o/n/", name()],
  ["hf:o/n/small", name({ folder: "small/" })],
  ["hf:o/n/a/b/", name({ folder: "a/b/" })],
  ["hf:o/n/small@v1.0", name({ folder: "small/", revision: "v1.0" })],
  ["hf:o/n/m-Q4_K_M.gguf", name({ weights: "m-Q4_K_M.gguf" })],
  ["hf:o/n/gguf/m #1 100%?.gguf@v2", name({ folder: "gguf/", weights: "gguf/m #1 100%?.gguf", revision: "v2" })],
  ["hf:o/n/small/config.json", name({ folder: "small/" })],
  ["hf:o/n:Q4_K_M", name({ tag: "Q4_K_M" })],
  ["hf:o/n:latest", name()],
  ["hf:o/n:Q8_0@v1", name({ tag: "Q8_0", revision: "v1" })],
  ["hf://o/n", name()],
  ["hf://o/n@v1/small", name({ revision: "v1", folder: "small/" })],
  ["hf://o/n@refs/pr/4/gguf/m.gguf", name({ revision: "refs/pr/4", folder: "gguf/", weights: "gguf/m.gguf" })],
  ["hf://o/n@refs%2Fpr%2F4/m.gguf", name({ revision: "refs/pr/4", weights: "m.gguf" })],
  ["https://huggingface.co/o/n", name()],
  ["https://huggingface.co/o/n/", name()],
  ["http://huggingface.co/o/n", name()],
  ["huggingface.co/o/n", name()],
  ["www.huggingface.co/o/n", name()],
  ["hf.co/o/n", name()],
  ["https://hf.co/o/n", name()],
  ["HuggingFace.co/o/n", name()],
  ["hf.co/o/n:Q4_K_M", name({ tag: "Q4_K_M" })],
  ["https://huggingface.co/o/n?library=transformers#usage", name()],
  ["https://huggingface.co/o/n/tree/main", name()],
  ["https://huggingface.co/o/n/tree/refs%2Fpr%2F4", name({ revision: "refs/pr/4" })],
  ["https://huggingface.co/o/n/tree/refs/pr/4/small", name({ revision: "refs/pr/4", folder: "small/" })],
  ["https://huggingface.co/o/n/tree/main/small", name({ folder: "small/" })],
  ["https://huggingface.co/o/n/tree/main/a/b?x=1", name({ folder: "a/b/" })],
  ["https://huggingface.co/o/n/tree/v1/with%20a%20space%23", name({ revision: "v1", folder: "with a space#/" })],
  ["https://huggingface.co/o/n/blob/main/config.json", name()],
  ["https://huggingface.co/o/n/blob/main/small/config.json", name({ folder: "small/" })],
  ["https://huggingface.co/o/n/blob/main/LICENSE", name()],
  ["https://huggingface.co/o/n/blob/main/gguf/m.gguf", name({ folder: "gguf/", weights: "gguf/m.gguf" })],
  ["https://huggingface.co/o/n/resolve/v1/sub/m.Q4_K.gguf?download=true", name({ revision: "v1", folder: "sub/", weights: "sub/m.Q4_K.gguf" })],
  ["https://huggingface.co/o/n/resolve/main/m%20%231%20100%25%3F.gguf", name({ weights: "m #1 100%?.gguf" })],
  ["https://huggingface.co/o/n/resolve/main/100%.gguf", name({ weights: "100%.gguf" })],
  ["https://huggingface.co/o/n/raw/main/config.json", name()],
  ["https://huggingface.co/o/n/blame/main/config.json", name()],
  ["https://huggingface.co/o/n/commits/v1", name({ revision: "v1" })],
  ["https://huggingface.co/o/n/commit/0123abcd", name({ revision: "0123abcd" })],
  ["https://huggingface.co/o/n/discussions/3#x", name()],
  ["hf.co/o/n/blob/main/m.gguf", name({ weights: "m.gguf" })],
  ["o/n", name()],
  ["state-spaces/mamba-130m-hf", name({ repository: "state-spaces/mamba-130m-hf" })],
  ["o/mamba.v1", name({ repository: "o/mamba.v1" })],
  ["o/n@v1", name({ revision: "v1" })],
  ["o/n:Q4_0", name({ tag: "Q4_0" })],
  // Of the site.
  ["models/default", null],
  ["models/x", null],
  ["./o/n", null],
  ["/o/n", null],
  ["o/n/", null],
  ["o/n/x", null],
  ["o", null],
  ["o/m.gguf", null],
  ["o/config.json", null],
  ["../o/n", null],
  ["https://other.example/o/n", null],
  ["https://huggingface.co.evil.example/o/n", null],
  ["hf.company/o", null],
  // Of the hub, but no model.
  ["hf:mamba", null],
  ["hf:../x", null],
  ["hf:o/n@", null],
  ["hf:o/n@../../x", null],
  ["hf:o/n/../x", null],
  ["hf:datasets/o", null],
  ["hf://datasets/o/n", null],
  ["https://huggingface.co/", null],
  ["https://huggingface.co/o", null],
  ["https://huggingface.co/datasets/o", null],
  ["https://huggingface.co/datasets/o/n", null],
  ["https://huggingface.co/spaces/o/n", null],
  ["https://huggingface.co/o/n/whatever", null],
  ["https://huggingface.co/o/n/tree/main/../../x", null],
];

test("names on the hub", () => {
  for (const [model, means] of NAMES) assert.deepEqual(readHubName(model), means, model);
});

test("a name that is written is read as what it was", () => {
  for (const [, means] of NAMES) {
    if (means) assert.deepEqual(readHubName(writeHubName(means)), means, writeHubName(means));
  }
  for (const short of ["hf:o/n", "hf:o/n@refs/pr/1", "hf:o/n:Q4_K_M@v1"]) {
    assert.equal(writeHubName(/** @type {any} */ (readHubName(short))), short);
  }
});

test("a mirror's addresses are the hub's, and the hub's are the mirror's", () => {
  const mirror = "https://mirror.example/hub/";
  for (const model of [`${mirror}o/n/tree/main/small`, "mirror.example/hub/o/n/tree/main/small", "https://huggingface.co/o/n/tree/main/small", "hf:o/n/small"]) {
    assert.deepEqual(readHubName(model, mirror), name({ folder: "small/" }), model);
  }
  assert.match(writeHubName(name({ folder: "small/" }), mirror), /^https:\/\/mirror\.example\/hub\/o\/n\/tree\//);
});

const base = "https://page.example/sub/";
const find = (/** @type {any} */ model) => /** @type {any} */ (findModel(model, base));

test("where a model is", () => {
  const folder = "https://a.example/m/";
  assert.deepEqual(find("models/x"), { kind: "web", folder: "https://page.example/sub/models/x/", weights: null });
  assert.deepEqual(find("./o/n"), { kind: "web", folder: "https://page.example/sub/o/n/", weights: null });
  assert.deepEqual(find("https://a.example/m/config.json?x#y"), { kind: "web", folder, weights: null });
  assert.deepEqual(find("https://a.example/m/chat_template.jinja"), { kind: "web", folder, weights: null });
  const weights = "https://a.example/m/w.safetensors?token=1";
  assert.deepEqual(find(weights), { kind: "web", folder, weights });
  assert.equal(find(" hf:o/n ").kind, "hub");
  assert.equal(find("o/n").kind, "hub");
  const files = [new File([], "config.json"), new File([], "model.safetensors")];
  assert.deepEqual(find(files), { kind: "files", files });
  for (const model of ["", "hf:o", "ftp://x/", "https://[", 7, null, {}, [], [7], "a.bin", "hf:o/n/a.onnx", [new File([], "a.pt")]]) {
    assert.throws(() => find(model), { code: "bad-argument" }, String(model));
  }
});

test("files have addresses in Node, where the base is one, and nowhere else", () => {
  const inNode = (/** @type {unknown} */ model) => findModel(model, "file:///home/me/");
  assert.deepEqual(inNode("file:///a%23b/m"), { kind: "web", folder: "file:///a%23b/m/", weights: null });
  assert.deepEqual(inNode("./m"), { kind: "web", folder: "file:///home/me/m/", weights: null });
  assert.deepEqual(inNode(new URL("file:///m/x.gguf")), { kind: "web", folder: "file:///m/", weights: "file:///m/x.gguf" });
  assert.deepEqual(find(new URL("https://a.example/m")), { kind: "web", folder: "https://a.example/m/", weights: null });
  for (const file of ["file:///m/", new URL("file:///m/")]) assert.throws(() => find(file), { code: "bad-argument" });
});

test("one shard stands for all of them", () => {
  assert.deepEqual(find("https://a.example/m/model-00002-of-00003.safetensors"), { kind: "web", folder: "https://a.example/m/", weights: null });
  assert.equal(find("https://a.example/m/pytorch_model-00001-of-00002.bin").weights, null);
  const onHub = find("https://huggingface.co/o/n/blob/main/small/model-00001-of-00002.safetensors");
  assert.deepEqual([onHub.folder, onHub.weights], ["small/", null]);
});

test("signs in the names of files and folders", () => {
  for (const [model, folder, weights] of [
    ["https://a.example/m/w #1.gguf", "https://a.example/m/", "https://a.example/m/w%20%231.gguf"],
    ["https://a.example/m/w%20%231.gguf", "https://a.example/m/", "https://a.example/m/w%20%231.gguf"],
    ["https://a.example/m/what?.gguf", "https://a.example/m/", "https://a.example/m/what%3F.gguf"],
    ["https://a.example/m/100%.gguf", "https://a.example/m/", "https://a.example/m/100%25.gguf"],
    ["https://a.example/c#/model.safetensors", "https://a.example/c%23/", "https://a.example/c%23/model.safetensors"],
    ["https://a.example/get?file=m.gguf", "https://a.example/", "https://a.example/get?file=m.gguf"],
    ["https://a.example/c#/", "https://a.example/c%23/", null],
    ["https://a.example/100%/", "https://a.example/100%25/", null],
    ["https://a.example/m/#usage", "https://a.example/m/", null],
    ["a folder/x y/", "https://page.example/sub/a%20folder/x%20y/", null],
  ]) {
    assert.deepEqual(find(model), { kind: "web", folder, weights }, String(model));
  }
});

test("what is on the hub and no model is told as that", () => {
  for (const [model, message] of /** @type {[string, RegExp][]} */ ([
    ["https://huggingface.co/datasets/o/n", /is a dataset on Hugging Face and not a model\.$/],
    ["huggingface.co/datasets/o/n/tree/main", /is a dataset/],
    ["hf://datasets/o/n", /is a dataset/],
    ["https://hf.co/spaces/o/n", /is a space on Hugging Face/],
    ["https://huggingface.co/o", /not a name on Hugging Face that a model has\.$/],
    ["https://huggingface.co/", /not a name on Hugging Face/],
    ["https://huggingface.co/papers/2312.00752", /not a name on Hugging Face/],
    ["hf:o", /not a name on Hugging Face/],
  ])) {
    assert.throws(() => find(model), { code: "bad-argument", message }, model);
  }
});

test("files that cannot be read, and lists without an end", () => {
  const endless = { *[Symbol.iterator]() { for (;;) yield new File([], "a.json"); } };
  assert.throws(() => find(endless), { code: "bad-argument", message: /More than 100,000 files/ });
  assert.throws(() => find({ *[Symbol.iterator]() { for (;;) yield 1; } }), { code: "bad-argument" });
});

test("the parts of a GGUF file are one model, and what is beside models is none", () => {
  assert.equal(firstPart("a/m-00003-of-00005.gguf"), "a/m-00001-of-00005.gguf");
  assert.equal(firstPart("m.gguf"), "m.gguf");
  const files = [
    { name: "m-00002-of-00002.gguf", size: 5 },
    { name: "m-00001-of-00002.gguf", size: 7 },
    { name: "mmproj-m-f16.gguf", size: 1 },
    { name: "m.imatrix.gguf", size: 1 },
    { name: "README.md", size: 1 },
    { name: "n.GGUF", size: null },
  ];
  const models = ggufModels(files);
  assert.deepEqual(models, [{ name: "m-00001-of-00002.gguf", size: 12 }, { name: "n.GGUF", size: null }]);
  const where = { place: "o/n", howToName: (/** @type {string} */ file) => `Write ${file}.` };
  assert.equal(theGguf([], where), null);
  assert.equal(theGguf(models.slice(1), where), "n.GGUF");
  assert.throws(() => theGguf(models, where), {
    code: "bad-argument",
    message: "o/n has 2 models as GGUF files: m-00001-of-00002.gguf (12 bytes), n.GGUF.",
    hint: "Name the one that you want. Write m-00001-of-00002.gguf.",
  });
  const many = Array.from({ length: 40 }, (_, i) => ({ name: `m-Q${i}.gguf`, size: 4_123_456_789 }));
  assert.throws(() => theGguf(many, where), { message: /m-Q11\.gguf \(4\.12 GB\) and 28 more\.$/ });
  assert.equal(theGguf(many, { ...where, tag: "q4" }), "m-Q4.gguf", "not Q40");
  assert.throws(() => theGguf(many, { ...where, tag: "F16" }), { code: "not-found", message: /no GGUF file F16\. It has m-Q0\.gguf/ });
});
