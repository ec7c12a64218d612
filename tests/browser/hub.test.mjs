// Models from Hugging Face, against a stand-in of it: names, hashes, shards, and what is kept.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, beforeEach, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readFolder, retrained } from "./support/host.mjs";
import { Hub } from "./support/hub.mjs";
import { damage, keptModels, load } from "./support/load.mjs";
import { inTwo, zeros } from "./support/safetensors.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** @type {Map<string, Buffer>} */
let files;
/** @type {Hub} */
let hub;
let address = "";
/** @type {import("playwright-core").Page} */
let page;
let rightHash = "";
before(async () => {
  files = await readFolder(fileURLToPath(new URL("../golden/chat/", import.meta.url)));
  files.delete("expected.safetensors");
});
beforeEach(async () => {
  hub = new Hub();
  address = await hub.listen();
  const context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${site.origin}/empty/`);
  rightHash ||= (await load(page, module(), "/golden/chat/", { keep: false })).hash ?? "";
});
afterEach(async () => {
  await page.context().close();
  await hub.close();
});

const module = () => `${site.page()}mamba.js`;
/** @param {string} model @param {object} [options] */
const get = (model, options) => load(page, module(), model, { hub: address, ...options });

test("a name, a revision and the addresses of the hub's pages all find the model", async () => {
  hub.add("owner/mamba-tiny.v1", files);
  hub.publish("owner/mamba-tiny.v1", "refs/pr/3");
  for (const model of [
    "hf:owner/mamba-tiny.v1",
    "hf:owner/mamba-tiny.v1@main",
    "hf:owner/mamba-tiny.v1@refs/pr/3",
    `${address}owner/mamba-tiny.v1`,
    `${address}owner/mamba-tiny.v1/tree/main`,
    `${address}owner/mamba-tiny.v1/tree/refs%2Fpr%2F3`,
    `${address}owner/mamba-tiny.v1/blob/main/model.safetensors`,
    `${address}owner/mamba-tiny.v1/resolve/main/model.safetensors?download=true`,
  ]) {
    const { hash, message } = await get(model);
    assert.equal(hash, rightHash, `${model}: ${message}`);
  }
});

test("owner/name, folders of a repository and GGUF files in them are loaded, and kept as what they are", async () => {
  const gguf = await readFile(new URL("../golden/gguf/chat.f16.gguf", import.meta.url));
  /** @type {Map<string, Buffer>} */
  const laidOut = new Map([["README.md", Buffer.from("x")]]);
  for (const [name, bytes] of files) laidOut.set(`a folder #1/${name}`, bytes);
  laidOut.set("gguf/chat 100%.f16.gguf", gguf);
  const host = hub.add("owner/several", laidOut);
  hub.add("owner/whole", files);
  hub.add("owner/gguf", new Map([["README.md", Buffer.from("x")], ["chat.f16.gguf", gguf]]));
  assert.equal((await get("owner/whole")).hash, rightHash);
  const folder = `${address}owner/several/tree/main/a%20folder%20%231`;
  assert.equal((await get(folder)).hash, rightHash);
  const file = `${address}owner/several/blob/main/gguf/chat%20100%25.f16.gguf`;
  const { hash, message } = await get(file);
  assert.ok(hash && hash !== rightHash, message);
  assert.equal((await get("hf:owner/gguf")).hash, hash, "the only file");
  const { length } = host.asked;
  for (const kept of await keptModels(page, module())) {
    assert.ok([rightHash, hash].includes((await get(kept.address)).hash ?? ""), kept.address);
  }
  assert.equal(host.asked.length, length, "nothing is asked for again");
});

test("several GGUF files are named with their sizes, and other pages of the hub are refused", async () => {
  const gguf = await readFile(new URL("../golden/gguf/chat.f16.gguf", import.meta.url));
  hub.add("owner/two", new Map([["m-F16.gguf", gguf], ["m-Q8_0.gguf", gguf]]));
  const told = await get("hf:owner/two");
  assert.equal(told.code, "bad-argument");
  assert.match(told.message ?? "", /^owner\/two has 2 models as GGUF files: m-F16\.gguf \([\d.]+ kB\), m-Q8_0\.gguf \([\d.]+ kB\)\.$/);
  assert.match(told.hint ?? "", /hf:owner\/two\/m-F16\.gguf/);
  assert.ok((await get("hf:owner/two:F16")).hash);
  assert.match((await get(`${address}datasets/owner/two`)).message ?? "", /is a dataset on Hugging Face/);
});

test("the second visit asks the hub nothing, until the model is deleted", async () => {
  const host = hub.add("owner/name", files);
  assert.deepEqual((await get("hf:owner/name")).storage, { isKept: true, problem: null });
  const [kept] = await keptModels(page, module());
  assert.equal(kept.address, "hf:owner/name");
  const { length } = host.asked;
  host.files = retrained(files);
  hub.publish("owner/name");
  assert.equal((await get("hf:owner/name")).hash, rightHash);
  assert.equal(hub.lists, 1);
  assert.equal(host.asked.length, length);
  await page.evaluate(async ([module, id]) => (await import(module)).deleteKeptModel(id), [module(), kept.id]);
  const { hash } = await get("hf:owner/name");
  assert.ok(hash && hash !== rightHash, "the new commit");
});

test("files that are not in the list are not asked for", async () => {
  const host = hub.add("owner/name", files);
  await get("hf:owner/name");
  assert.deepEqual(host.asked.map(({ file }) => file).sort(), [...files.keys()].sort());
});

test("weights that are not the published ones are refused, and fetched once more before that is said", async () => {
  const host = hub.add("owner/name", files);
  hub.wrongHash = "0".repeat(64);
  const told = await get("hf:owner/name");
  assert.equal(told.code, "integrity");
  assert.match(told.message ?? "", /model\.safetensors is not the file that was published: its SHA-256 differs/);
  assert.equal(host.weights().length, 2);
  assert.deepEqual(await keptModels(page, module()), [], "nothing of it is kept");
  hub.wrongHash = null;
  assert.equal((await get("hf:owner/name")).hash, rightHash);
});

test("weights that were spoilt on the way once are fetched again, without a word", async () => {
  const host = hub.add("owner/name", files);
  const { answer } = host;
  host.answer = (request, response, file) => {
    const right = host.files;
    if (file === "model.safetensors" && host.weights().length === 0) host.files = retrained(files);
    answer.call(host, request, response, file);
    host.files = right;
  };
  assert.equal((await get("hf:owner/name")).hash, rightHash);
  assert.equal(host.weights().length, 2);
});

test("a broken connection goes on through the redirect, without a preflight", async () => {
  let breaks = 0;
  const host = hub.add("owner/name", files, { etag: false, expose: [], breakAfter: () => (breaks++ < 3 ? 70_000 : null) });
  assert.equal((await get("hf:owner/name")).hash, rightHash);
  assert.equal(host.weights().length, 4);
  assert.equal(host.weights("OPTIONS").length, 0);
  assert.equal(host.weights()[3].status, 206);
});

test("a file that is shorter than the hub says is asked for again, from where it ended", async () => {
  const host = hub.add("owner/name", files, { cut: 100_000 });
  const { answer } = host;
  host.answer = (request, response, file) => {
    answer.call(host, request, response, file);
    if (host.weights().length > 0) host.manners.cut = null;
  };
  assert.equal((await get("hf:owner/name")).hash, rightHash);
  assert.equal(host.weights()[1].from, 100_000);
});

test("a download goes on under a new commit that has the same weights, and its hash is that of all of it", async () => {
  const large = await readFolder(fileURLToPath(new URL(`../../${process.env.MAMBA_WEB_SITE ?? "dist"}/models/default/`, import.meta.url)));
  const host = hub.add("owner/large", large);
  const size = large.get("model.safetensors")?.length ?? 0;
  assert.equal((await get("hf:owner/large", { abortAt: 0.5 })).code, "cancelled");
  host.files.set("README.md", Buffer.from("new"));
  hub.publish("owner/large");
  const { hash } = await get("hf:owner/large");
  assert.ok(hash);
  assert.ok(host.weights()[1].from > 0.4 * size, `the second request began at ${host.weights()[1].from}`);

  await damage(page, "model.safetensors.whole", 20_000_000);
  assert.equal((await get("hf:owner/large")).hash, hash);
  assert.equal(host.weights()[2].from, 19 * 2 ** 20);
  assert.equal(hub.lists, 2, "the list is kept with the model");

  // What is kept of older weights is of no use to newer ones.
  await damage(page, "model.json", 0);
  host.files = retrained(large);
  hub.publish("owner/large");
  const newer = await get("hf:owner/large");
  assert.ok(newer.hash && newer.hash !== hash);
});

test("weights in several files are fetched side by side and kept", async () => {
  const { index, shards } = inTwo(await readFile(fileURLToPath(new URL("../golden/chat/model.safetensors", import.meta.url))));
  const sharded = new Map(files);
  sharded.delete("model.safetensors");
  sharded.set("model.safetensors.index.json", Buffer.from(index));
  for (const [name, bytes] of Object.entries(shards)) sharded.set(name, bytes);
  const host = hub.add("owner/name", sharded);
  const { hash } = await get("hf:owner/name");
  assert.ok(hash);
  assert.equal(host.weights().length, 2);
  const again = await get("hf:owner/name");
  assert.equal(again.hash, hash);
  assert.equal(host.weights().length, 2);
  const unkept = await get("hf:owner/name", { keep: false });
  assert.equal(unkept.hash, hash);
});

test("names that are not there, and models that ask for a login, are told as that", async () => {
  hub.add("owner/name", files);
  for (const [model, message] of /** @type {const} */ ([
    ["hf:owner/other", /no public model owner\/other\.$/],
    ["hf:owner/name@v2", /no public model owner\/name with a revision v2\.$/],
  ])) {
    const told = await get(model);
    assert.equal(told.code, "not-found");
    assert.match(told.message ?? "", message);
  }
  hub.isLoginAsked = true;
  assert.equal((await get("hf:owner/name")).code, "not-found");
});

test("a repository without a config, or with other weights only, is told as that", async () => {
  const bare = new Map(files);
  bare.delete("config.json");
  hub.add("owner/bare", bare);
  assert.match((await get("hf:owner/bare")).message ?? "", /no config\.json/);
  const other = new Map(files).set("flax_model.msgpack", Buffer.from("x"));
  other.delete("model.safetensors");
  hub.add("owner/other-weights", other);
  assert.match((await get("hf:owner/other-weights")).message ?? "", /no model\.safetensors/);
});

test("weights that are there only as pytorch_model.bin are read, and kept", async () => {
  const folder = new URL("../golden/mamba2-original/", import.meta.url);
  /** A token for each id. @type {Record<string, number>} */
  const vocab = Object.fromEntries(Array.from({ length: 187 }, (_, id) => [String.fromCharCode(0x4e00 + id), id]));
  const pickled = new Map([
    ["config.json", await readFile(new URL("config.json", folder))],
    ["tokenizer.json", Buffer.from(JSON.stringify({ version: "1.0", model: { type: "BPE", vocab, merges: [] } }))],
    ["pytorch_model.bin", await readFile(new URL("pytorch_model.bin", folder))],
  ]);
  const host = hub.add("owner/pickled", pickled);
  const { hash, message } = await get("hf:owner/pickled");
  assert.ok(hash, message);
  const { length } = host.asked;
  assert.equal((await get("hf:owner/pickled")).hash, hash);
  assert.equal(host.asked.length, length);
});

/** A model of the size of GPT-NeoX's vocabulary, and otherwise tiny. */
const tiny = zeros({
  "backbone.embedding.weight": [50280, 4],
  "backbone.layers.0.norm.weight": [4],
  "backbone.layers.0.mixer.in_proj.weight": [16, 4],
  "backbone.layers.0.mixer.conv1d.weight": [8, 1, 4],
  "backbone.layers.0.mixer.conv1d.bias": [8],
  "backbone.layers.0.mixer.x_proj.weight": [33, 8],
  "backbone.layers.0.mixer.dt_proj.weight": [8, 1],
  "backbone.layers.0.mixer.dt_proj.bias": [8],
  "backbone.layers.0.mixer.A_log": [8, 16],
  "backbone.layers.0.mixer.D": [8],
  "backbone.layers.0.mixer.out_proj.weight": [4, 8],
  "backbone.norm_f.weight": [4],
});

test("a state-spaces repository, which holds no tokenizer, has GPT-NeoX's", async () => {
  const neox = new Map([["tokenizer.json", await readFile(new URL("../golden/neox/tokenizer.json", import.meta.url))]]);
  const original = { d_model: 4, n_layer: 1, vocab_size: 50277, ssm_cfg: {}, pad_vocab_size_multiple: 8 };
  const converted = { model_type: "mamba", hidden_size: 4, num_hidden_layers: 1, state_size: 16, vocab_size: 50280 };
  const lender = hub.add("EleutherAI/gpt-neox-20b", neox);
  for (const [name, config] of Object.entries({ original, converted })) {
    const model = `hf:state-spaces/${name}`;
    hub.add(`state-spaces/${name}`, new Map([["config.json", Buffer.from(JSON.stringify(config))], ["model.safetensors", tiny]]));
    const before = lender.asked.length;
    const ids = () =>
      page.evaluate(
        async ([module, model, hub]) => {
          const { load } = await import(module);
          const engine = await load({ model, hub });
          const ids = [...(await engine.tokenize("Hello world"))];
          await engine.dispose();
          return ids;
        },
        [module(), model, address],
      );
    assert.deepEqual(await ids(), [12092, 1533], name);
    assert.equal(lender.asked.length, before + 1);
    assert.deepEqual(await ids(), [12092, 1533], "from what is kept");
    assert.equal(lender.asked.length, before + 1);
  }

  const bare = new Map(files);
  bare.delete("tokenizer.json");
  hub.add("owner/bare", bare);
  assert.match((await get("hf:owner/bare")).message ?? "", /^There is no tokenizer\.json/);
  assert.equal(lender.asked.length, 2, "another vocabulary has no use for it");
});

test("a hub that cannot be reached is told as that, and a hub that answers nonsense", async () => {
  await hub.close();
  const told = await get("hf:owner/name");
  assert.equal(told.code, "network");
  hub = new Hub();
  address = await hub.listen();
  hub.add("owner/name", files);
  hub.commits.set("owner/name@main", "not a commit");
  assert.match((await get("hf:owner/name")).message ?? "", /answer about owner\/name cannot be read/);
});
