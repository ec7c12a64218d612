// What a browser keeps of a model, on a disk of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MambaError } from "../../www/engine/errors.js";
import { PATIENCE } from "../../www/engine/fetch/download.js";
import { ProgressMeter } from "../../www/engine/fetch/progress.js";
import { openFolder } from "../../www/engine/files/files.js";
import { loadModel } from "../../www/engine/files/load-model.js";
import { PrivateFolder, startStorage } from "./support/private-files.mjs";

const ADDRESS = "https://models.example/m/";
const source = /** @type {const} */ ({ kind: "web", folder: ADDRESS, weights: null });

/** @param {import("node:test").TestContext} t */
function visit(t) {
  const root = startStorage();
  const bytes = new Uint8Array(3 * 2 ** 20).fill(7);
  t.mock.method(globalThis, "fetch", async () => new Response(bytes, { headers: { ETag: '"a"' } }));
  const meter = new ProgressMeter(() => {});
  t.after(() => meter.end());
  const kept = () => [...(/** @type {any} */ (root.all.get("mamba-web-models"))?.all.values() ?? [])];
  const open = () => openFolder(source, { keep: true, hub: "https://hub.example/", patience: PATIENCE }, meter, "meanwhile");
  const hang = () => [root.all.get("mamba-web-models"), ...kept()].forEach((one) => (one.hangs = true));
  return { kept, open, hang };
}

test("weights that prove wrong with their last byte are not kept", async (t) => {
  const { kept, open } = visit(t);
  const folder = await open();
  const file = await folder.open("pytorch_model.bin");
  for await (const _ of file.chunks); // all of it
  assert.equal(kept().length, 1);
  await folder.fail(new MambaError("bad-checkpoint", "It is damaged.", "Load another one."));
  assert.equal(kept().length, 0, "the next visit would read the same bytes again");
});

test("weights that are right are kept whole", async (t) => {
  const { kept, open } = visit(t);
  const folder = await open();
  const file = await folder.open("model.safetensors");
  for await (const _ of file.chunks); // all of it
  await file.keep();
  await folder.succeed();
  assert.deepEqual([...kept()[0].all.keys()].sort(), ["model.json", "model.safetensors.pieces", "model.safetensors.whole"]);
  assert.deepEqual(folder.storage(), { isKept: true, problem: null });
});

for (const at of ["before the first byte", "before the last name"]) {
  test(`a disk that answers no more ${at} holds up no load`, { timeout: 20_000 }, async (t) => {
    const { open, hang } = visit(t);
    const folder = await open();
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let isLoaded = false;
    const load = async () => {
      if (at === "before the first byte") hang();
      const file = await folder.open("model.safetensors");
      let bytes = 0;
      for await (const chunk of file.chunks) bytes += chunk.length;
      if (at === "before the last name") hang();
      await file.keep();
      await folder.succeed();
      isLoaded = true;
      return bytes;
    };
    const loading = load();
    // Hours of the mocked clock: what the load does besides takes real time.
    for (let minutes = 0; !isLoaded && minutes < 3000; minutes++) {
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(60_000);
    }
    assert.ok(isLoaded, "it waits for ever");
    assert.equal(await loading, 3 * 2 ** 20);
    assert.equal(folder.storage().problem?.code, "no-storage");
  });
}

/** What the loader needs of a model's folder. */
const FILES = /** @type {Record<string, Uint8Array<ArrayBuffer>>} */ ({
  "config.json": new TextEncoder().encode("{}"),
  "tokenizer.json": new TextEncoder().encode("{}"),
  "model.safetensors": new Uint8Array(3 * 2 ** 20).fill(7),
});

/**
 * @typedef {object} Server
 * @property {Record<string, Uint8Array>} files
 * @property {string[]} weights
 * @property {string | null} etag
 * @property {(method: string, name: string) => Response | null} instead what it answers in the place of files
 * @property {string[]} asked
 * @property {number[]} poured the first byte of each chunk that the loader was given
 * @property {(name: string) => string | null} etagOf its version of one file, if they are not all of one
 * @property {number} refuses the first byte of weights that are no model
 * @property {string[]} ranges what was asked for in the place of a whole file
 * @property {() => any} folder
 * @property {(name: string) => any} kept
 * @property {(mib: number) => void} room leaves so many MiB beside what is kept now, and what the engine spares
 * @property {(keep?: boolean) => Promise<any>} load
 */

/**
 * A model's server, and a loader that takes every model.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} origin of the page
 */
function server(t, origin) {
  const root = startStorage();
  const before = Object.getOwnPropertyDescriptor(globalThis, "location");
  Object.defineProperty(globalThis, "location", { value: { origin, href: `${origin}/` }, configurable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, "location", before) : Reflect.deleteProperty(globalThis, "location")));
  /** @type {Server} */
  const it = {
    files: FILES,
    weights: ["model.safetensors"],
    etag: '"1"',
    instead: () => null,
    asked: [],
    poured: [],
    etagOf: () => it.etag,
    refuses: -1,
    ranges: [],
    folder: () => [.../** @type {any} */ (root.all.get("mamba-web-models")).all.values()][0]?.all,
    kept: (name) => it.folder()?.get(name),
    room: (mib) => {
      const usage = () => [...it.folder().values()].reduce((/** @type {number} */ sum, { bytes }) => sum + bytes.length, 0);
      const quota = usage() + (32 + mib) * 2 ** 20;
      navigator.storage.estimate = async () => ({ quota, usage: usage() });
    },
    load: async (keep = true) => {
      it.asked = [];
      it.poured = [];
      it.ranges = [];
      const { storage } = await loadModel({
        source,
        options: { backend: "cpu", precision: "f32" },
        fetching: { keep, hub: "https://hub.example/", patience: { tries: 2, firstDelayMs: 1, stallMs: 1000 } },
        wasmIsReady: Promise.resolve(/** @type {any} */ ({ wasm: { ModelLoader: { open: async () => loader } }, threads: 1 })),
        helpers: Promise.resolve(),
        report: () => {},
      });
      return storage;
    },
  };
  const loader = {
    weightFiles: () => it.weights,
    beginFile() {},
    push: async (/** @type {Uint8Array} */ chunk) => {
      it.poured.push(chunk[0]);
      if (chunk[0] === it.refuses) throw new MambaError("bad-checkpoint", "It is damaged.", "Load another one.");
    },
    endFile() {},
    kernels: 0,
    kernelsReady: 0,
    free() {},
    finish: async () => ({}),
  };
  t.mock.method(globalThis, "fetch", async (/** @type {string} */ url, { method = "GET", headers = {} } = /** @type {any} */ ({})) => {
    const name = String(url.split("/").pop());
    it.asked.push(`${method} ${name}`);
    const instead = it.instead(method, name);
    const bytes = it.files[name];
    if (instead) return instead;
    if (!bytes) return new Response(null, { status: 404 });
    const from = Number(/^bytes=(\d+)-$/.exec(headers.Range ?? "")?.[1] ?? 0);
    const answer = /** @type {Record<string, string>} */ ({ "content-length": String(bytes.length - from) });
    const etag = it.etagOf(name);
    if (etag) answer.etag = etag;
    if (headers.Range) it.ranges.push(headers.Range);
    if (from > 0) answer["content-range"] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    const response = new Response(method === "HEAD" ? null : bytes.slice(from), { status: from > 0 ? 206 : 200, headers: answer });
    // Of its own site a page may see all headers, so it knows the size.
    return Object.defineProperty(response, "type", { value: origin === OWN ? "basic" : "cors" });
  });
  return it;
}

const OWN = "https://models.example";
const page = () => new Response("<!doctype html><title>Back soon</title>", { headers: { "content-type": "text/html" } });
const weightsOf = (/** @type {string[]} */ asked) => asked.filter((one) => one === "GET model.safetensors");

for (const [what, answer] of /** @type {[string, () => Response][]} */ ([
  ["404", () => new Response(null, { status: 404 })],
  ["a web page", page],
  ["403", () => new Response(null, { status: 403 })],
  ["501", () => new Response(null, { status: 501 })],
])) {
  test(`a model that is kept whole is used where its site answers all with ${what}, and stays`, async (t) => {
    const site = server(t, OWN);
    await site.load();
    site.instead = answer;
    for (const _ of [1, 2]) assert.deepEqual(await site.load(), { isKept: true, problem: null });
    // A refusal says nothing of the model, so it is as if there were no network; another answer has the site asked once more.
    assert.equal(site.asked.filter((one) => one === "HEAD model.safetensors").length, what === "403" || what === "501" ? 1 : 2);
    site.instead = () => {
      throw new TypeError("no network");
    };
    await site.load();
    assert.deepEqual(new Set(site.poured), new Set([7]));
    // And the site's next model is not missed for it.
    site.instead = () => null;
    site.etag = '"2"';
    site.files = { ...FILES, "model.safetensors": new Uint8Array(3 * 2 ** 20).fill(8) };
    await site.load();
    assert.equal(site.poured.pop(), 8);
  });
}

test("a model that is kept in part is deleted where the server has none", async (t) => {
  const site = server(t, OWN);
  site.files = { "config.json": FILES["config.json"], "model.safetensors": FILES["model.safetensors"] };
  await assert.rejects(site.load(), { code: "not-found" });
  assert.equal(site.kept("model.json"), undefined);
});

test("a site of which only a part is there gives no mixture with the copy", async (t) => {
  const site = server(t, OWN);
  await site.load();
  site.instead = (_, name) => (name === "tokenizer.json" ? new Response(null, { status: 403 }) : null);
  site.etag = '"2"';
  site.files = NEXT;
  for (const _ of [1, 2]) {
    await site.load();
    assert.deepEqual(site.poured.slice(-3), [7, 7, 7], "the copy is used");
  }
  site.instead = () => null;
  await site.load();
  assert.equal(site.poured.pop(), 8);
});

/** The next version of it. */
const NEXT = { ...FILES, "model.safetensors": new Uint8Array(3 * 2 ** 20).fill(8) };
/** Has the site's connections break for good, the first one after two thirds of the weights. @param {ReturnType<typeof server>} site */
function breakOff(site) {
  let isDown = false;
  site.instead = (method, name) => {
    if (isDown) throw new TypeError("no network");
    if (`${method} ${name}` !== "GET model.safetensors") return null;
    const bytes = site.files[name];
    const parts = [bytes.slice(0, 2 ** 21 + 9)];
    const pull = (/** @type {ReadableStreamDefaultController} */ body) => {
      const part = parts.pop();
      if (part) return body.enqueue(part);
      isDown = true;
      body.error(new TypeError("It broke."));
    };
    return new Response(new ReadableStream({ pull }), { headers: { etag: String(site.etag), "content-length": String(bytes.length) } });
  };
}

test("a newer version that breaks off leaves the copy, goes on where it was, and takes the copy's place", async (t) => {
  const site = server(t, OWN);
  await site.load();
  const names = () => [...site.folder().keys()].sort();
  // Twice, because each takes the other's names on the disk.
  for (const [files, is, was] of /** @type {const} */ ([[NEXT, 8, 7], [FILES, 7, 8]])) {
    const before = names();
    Object.assign(site, { files, etag: `"${is}"` });
    breakOff(site);
    for (const what of ["the connection breaks", "there is no network"]) {
      await site.load();
      assert.deepEqual(site.poured.slice(-3), [was, was, was], what);
    }
    site.instead = () => null;
    await site.load();
    assert.deepEqual(site.ranges, ["bytes=2097152-"]);
    assert.equal(site.poured.pop(), is);
    assert.equal(names().length, before.length, `nothing is left of the older one: ${names()}`);
    site.instead = () => {
      throw new TypeError("no network");
    };
    await site.load();
    assert.deepEqual(site.poured, [is, is, is]);
  }
});

test("a newer version that is no model leaves the copy", async (t) => {
  const site = server(t, OWN);
  await site.load();
  const before = [...site.folder().keys()].sort();
  Object.assign(site, { files: NEXT, etag: '"2"', refuses: 8 });
  await assert.rejects(site.load(), { code: "bad-checkpoint" });
  assert.deepEqual([...site.folder().keys()].sort(), before);
  site.instead = () => {
    throw new TypeError("no network");
  };
  await site.load();
  assert.deepEqual(site.poured, [7, 7, 7]);
});

test("where there is no room for both, the newer version is written over the copy; where there is none at all, the copy stays", async (t) => {
  const site = server(t, OWN);
  await site.load();
  Object.assign(site, { files: NEXT, etag: '"2"' });
  site.room(1.5);
  assert.deepEqual(await site.load(), { isKept: true, problem: null });
  assert.deepEqual((await site.load(), site.poured), [8, 8, 8]);
  Object.assign(site, { files: { ...FILES, "model.safetensors": new Uint8Array(2 ** 23).fill(9) }, etag: '"3"' });
  const { problem } = await site.load();
  assert.equal(problem?.code, "no-storage");
  assert.equal(site.poured.pop(), 9);
  site.instead = () => {
    throw new TypeError("no network");
  };
  await site.load();
  assert.deepEqual(site.poured, [8, 8, 8]);
});

test("a newer version whose copy proves damaged is loaded and kept all the same", async (t) => {
  const site = server(t, OWN);
  await site.load();
  site.kept("model.safetensors.whole").bytes[2 ** 21 + 5] ^= 1;
  // Only the tokenizer is new.
  site.etagOf = (name) => (name === "tokenizer.json" ? '"2"' : '"1"');
  await site.load();
  assert.deepEqual((await site.load(), site.poured), [7, 7, 7]);
  assert.equal(weightsOf(site.asked).length, 0);
});

for (const status of [403, 405, 501]) {
  test(`a host that answers HEAD with ${status} is asked with GET, and sends no weights again that are kept`, async (t) => {
    const site = server(t, OWN);
    site.instead = (method) => (method === "HEAD" ? new Response(null, { status }) : null);
    await site.load();
    await site.load();
    assert.deepEqual(weightsOf(site.asked).length, 1, "for its version");
    site.etag = '"2"';
    site.files = { ...FILES, "model.safetensors": new Uint8Array(3 * 2 ** 20).fill(8) };
    await site.load();
    assert.equal(site.poured.pop(), 8, "a new version is seen");
  });
}

for (const etag of [null, '"2"']) {
  test(`a damaged copy is loaded anew where the host has ${etag ? "another version" : "no versions"}`, async (t) => {
    const site = server(t, "https://page.example");
    site.etag = etag && '"1"';
    await site.load();
    site.kept("model.safetensors.whole").bytes[2 ** 21 + 5] ^= 1;
    site.etag = etag;
    site.files = { ...FILES, "model.safetensors": new Uint8Array(3 * 2 ** 20).fill(8) };
    assert.deepEqual(await site.load(), { isKept: true, problem: null });
    await site.load();
    assert.deepEqual([site.asked, new Set(site.poured)], [[], new Set([8])]);
  });
}

test("a damaged copy whose server has the file no more is told as that, and stays to be repaired", async (t) => {
  const site = server(t, "https://page.example");
  await site.load();
  site.kept("model.safetensors.whole").bytes[2 ** 21 + 5] ^= 1;
  site.instead = () => new Response(null, { status: 404 });
  await assert.rejects(site.load(), { code: "not-found", message: /There is no model\.safetensors/ });
  site.instead = () => null;
  await site.load();
  assert.deepEqual(site.asked, ["GET model.safetensors"], "from the broken piece on");
});

const SHARDS = ["1.safetensors", "2.safetensors", "3.safetensors"];
/** A model in three files, of which each byte is the number of its version. @param {number} number */
const sharded = (number) => ({
  "config.json": FILES["config.json"],
  "tokenizer.json": FILES["tokenizer.json"],
  "model.safetensors.index.json": FILES["config.json"],
  ...Object.fromEntries(SHARDS.map((name) => [name, new Uint8Array(9).fill(number)])),
});

for (const [whose, origin] of [["the page's own site", OWN], ["another site", "https://page.example"]]) {
  for (const keep of [true, false]) {
    test(`a model that ${whose} publishes anew between two of its files is no mixture, ${keep ? "" : "not "}kept`, async (t) => {
      const site = server(t, origin);
      Object.assign(site, { files: sharded(1), weights: SHARDS });
      site.instead = (method, name) => {
        if (`${method} ${name}` === "GET 3.safetensors") Object.assign(site, { files: sharded(2), etag: '"2"' });
        return null;
      };
      await site.load(keep);
      assert.deepEqual(site.poured.slice(-3), [2, 2, 2]);
      await site.load(keep);
      assert.deepEqual(site.poured, [2, 2, 2]);
    });
  }
}

test("a file that is lost from a copy, and that the site has in another version, makes no mixture", async (t) => {
  const site = server(t, "https://page.example");
  Object.assign(site, { files: sharded(1), weights: SHARDS });
  await site.load();
  site.kept("2.safetensors.pieces").bytes = new Uint8Array(0);
  Object.assign(site, { files: sharded(2), etag: '"2"' });
  await site.load();
  assert.deepEqual(site.poured.slice(-3), [2, 2, 2]);
});

for (const [what, change] of /** @type {[string, object][]} */ ([
  ["has no versions", { etag: null }],
  ["answers HEAD with 404", { instead: (/** @type {string} */ method) => (method === "HEAD" ? new Response(null, { status: 404 }) : null) }],
])) {
  test(`a model of several files is loaded once where its host ${what}`, async (t) => {
    const site = server(t, "https://page.example");
    Object.assign(site, { files: sharded(1), weights: SHARDS, ...change });
    await site.load();
    assert.deepEqual(site.poured, [1, 1, 1]);
  });
}

test("nothing is asked twice for a model of one file, however unevenly the disk answers", async (t) => {
  const site = server(t, "https://page.example");
  const open = PrivateFolder.prototype.getDirectoryHandle;
  let times = 0;
  t.mock.method(PrivateFolder.prototype, "getDirectoryHandle", /** @this {any} @param {any[]} named */ async function (...named) {
    await new Promise((resolve) => setTimeout(resolve, 10 * times++));
    return Reflect.apply(open, this, named);
  });
  await site.load();
  assert.deepEqual(site.asked.filter((one) => one.startsWith("HEAD")), []);
});
