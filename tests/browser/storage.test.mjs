// What is kept of models, against the browser's own file system: nothing waits for ever for it, whatever the browser
// collects or forgets to answer.
//
// A worker of the test's own has the modules of www/engine/keep/ as the site's build makes them: minified, which matters here.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { workerProgram } from "./support/worker-program.mjs";

const WORKER = `
import { Keeper } from "./keeper.js";
import { ModelStore } from "./store.js";
// The waits for what never comes take a twentieth: real work still fits into them on a slow machine. Returns the real clock.
const shortenWaits = () => {
  const { setTimeout: original } = self;
  self.setTimeout = (work, ms) => original(work, ms >= 10_000 ? ms / 20 : ms);
  return original;
};
Object.assign(self, { Keeper, ModelStore, shortenWaits });
self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ result: await (0, eval)("(" + data + ")")() });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
`;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let server;
let origin = "";
before(async () => {
  const text = await workerProgram(WORKER, "keep");
  server = createServer(({ url }, response) => {
    const isWorker = url === "/worker.js";
    response.writeHead(200, { "Content-Type": isWorker ? "text/javascript" : "text/html" });
    response.end(isWorker ? text : "<!doctype html><title>Empty</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const at = server.address();
  origin = `http://127.0.0.1:${typeof at === "object" && at ? at.port : 0}/`;
  browser = await launchChromium(["--js-flags=--expose-gc"]);
});
after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/**
 * Runs a function in a worker of a fresh browser.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inWorker(work) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(origin);
    const { result, error } = await page.evaluate(
      (source) =>
        new Promise((resolve) => {
          const worker = new Worker("/worker.js", { type: "module" });
          Object.assign(window, { worker });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => resolve({ error: message });
          worker.postMessage(source);
        }),
      String(work),
    );
    assert.equal(error, undefined);
    return result;
  } finally {
    await context.close();
  }
}

// In the worker; declared for the type check.
/** @type {any} */
let Keeper;
/** @type {any} */
let ModelStore;
/** @type {any} */
let shortenWaits;

test("a file is opened to write although everything that can be collected is collected meanwhile", async () => {
  const { written, of } = await inWorker(async () => {
    const { port1, port2 } = new MessageChannel();
    let isOn = true;
    port1.onmessage = () => {
      if (!isOn) return;
      /** @type {any} */ (globalThis).gc();
      port2.postMessage(null);
    };
    port2.postMessage(null);
    const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const of = 40;
    let written = 0;
    const write = async (/** @type {number} */ i) => {
      const store = await ModelStore.open(`hf:owner/model-${i}`);
      const file = await store.create("config.json", null);
      await file.continueAt(0);
      await file.append(new Uint8Array(2 ** 20 + 5));
      await file.commit();
      await store.record("config.json", { state: "whole", version: null });
      written += 1;
    };
    for (let i = 0; i < of; i++) {
      void write(i);
      await wait(4);
    }
    // Far longer than it takes; whatever hangs, hangs for ever.
    for (let i = 0; i < 80 && written < of; i++) await wait(100);
    isOn = false;
    return { written, of };
  });
  assert.equal(written, of);
});

test("a browser that never opens a file keeps nothing, and the load goes on", async () => {
  const { writer, problem, isKept } = await inWorker(async () => {
    shortenWaits();
    const keeper = await Keeper.open("hf:owner/model", true);
    const { createSyncAccessHandle } = FileSystemFileHandle.prototype;
    FileSystemFileHandle.prototype.createSyncAccessHandle = () => new Promise(() => {});
    const file = { name: "config.json", version: null, size: 10, stored: null, from: 0 };
    const writer = await keeper.openWriter(file);
    const { problem, isKept } = keeper;
    FileSystemFileHandle.prototype.createSyncAccessHandle = createSyncAccessHandle;
    await keeper.succeed();
    return { writer, problem: problem.message, isKept };
  });
  assert.equal(writer, null);
  assert.equal(isKept, false);
  assert.match(problem, /could not keep the model/);
});

test("a file that is opened after the time was up is closed again", async () => {
  const { first, second } = await inWorker(async () => {
    const original = shortenWaits();
    const { createSyncAccessHandle } = FileSystemFileHandle.prototype;
    FileSystemFileHandle.prototype.createSyncAccessHandle = async function () {
      const access = await createSyncAccessHandle.call(this);
      await new Promise((resolve) => original(resolve, 1500));
      return access;
    };
    const open = async () => {
      const keeper = await Keeper.open("hf:owner/model", true);
      const writer = await keeper.openWriter({ name: "config.json", version: null, size: 10, stored: null, from: 0 });
      writer?.close();
      await keeper.fail(null);
      return writer !== null;
    };
    const first = await open();
    FileSystemFileHandle.prototype.createSyncAccessHandle = createSyncAccessHandle;
    await new Promise((resolve) => original(resolve, 2000));
    return { first, second: await open() };
  });
  assert.equal(first, false);
  assert.equal(second, true);
});

test("a browser whose storage does not answer at all keeps nothing", async () => {
  const problem = await inWorker(async () => {
    shortenWaits();
    StorageManager.prototype.getDirectory = () => new Promise(() => {});
    const keeper = await Keeper.open("hf:owner/model", true);
    return keeper.problem.message;
  });
  assert.match(problem, /keeps no models/);
});

test("a damaged record of kept files is as good as none", async () => {
  const states = await inWorker(async () => {
    const address = "hf:owner/model";
    const store = await ModelStore.open(address);
    await store.record("config.json", { state: "missing", version: null });
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
    /** @type {any} */
    let folder;
    for await (folder of /** @type {any} */ (root).values());
    const states = [Object.keys((await ModelStore.open(address)).manifest.files).length];
    for (const record of [
      { format: 1, address, isComplete: true, listing: null, files: { "config.json": null } },
      { format: 1, address, isComplete: true, listing: {}, files: {} },
      { format: 1, address, isComplete: true, listing: null, files: { "config.json": { state: "whole", version: { size: "x" } } } },
      { format: 1, address, isComplete: true, listing: null, files: 7 },
      [],
    ]) {
      const access = await (await folder.getFileHandle("model.json")).createSyncAccessHandle();
      access.truncate(0);
      access.write(new TextEncoder().encode(JSON.stringify(record)));
      access.close();
      const { manifest } = await ModelStore.open(address);
      states.push(Object.keys(manifest.files).length, Number(manifest.isComplete));
    }
    return states;
  });
  assert.deepEqual(states, [1, ...Array(10).fill(0)]);
});

test("a model that another tab is downloading is waited for, and then is there", async () => {
  const { told, isEarly, isComplete, bytes } = await inWorker(async () => {
    const original = shortenWaits();
    const wait = (/** @type {number} */ ms) => new Promise((resolve) => original(resolve, ms));
    const address = "hf:owner/model";
    const first = await Keeper.open(address, true);
    await first.takeTurn();
    const writer = await first.openWriter({ name: "config.json", version: null, size: null, stored: null, from: 0 });
    const second = await Keeper.open(address, true);
    /** @type {any} */
    let told = null;
    const turn = second.takeTurn().catch((/** @type {any} */ error) => (told = error));
    // All of it takes longer than a tab may be stuck, but something is written all the time.
    for (let i = 0; i < 8; i++) {
      await wait(300);
      await first.append(writer, new Uint8Array(2 ** 20));
    }
    const isEarly = told !== null;
    await first.commit("config.json", writer, null);
    await first.succeed();
    await turn;
    await second.fail(null);
    const third = await Keeper.open(address, true);
    await third.takeTurn();
    const bytes = (await third.find("config.json")).size;
    const { isComplete } = third;
    await third.fail(null);
    return { told: told && { times: told.times, told: told.told.message }, isEarly, isComplete, bytes };
  });
  assert.equal(isEarly, false);
  assert.match(told?.told ?? "", /Another tab/);
  assert.ok(told.times > 1);
  assert.equal(isComplete, true);
  assert.equal(bytes, 8 * 2 ** 20);
});

test("a tab that is stuck with a model is not waited for, and the model is not kept a second time", async () => {
  const { problem, writer } = await inWorker(async () => {
    shortenWaits();
    const first = await Keeper.open("hf:owner/model", true);
    await first.takeTurn();
    await first.openWriter({ name: "config.json", version: null, size: null, stored: null, from: 0 });
    const second = await Keeper.open("hf:owner/model", true);
    await second.takeTurn();
    const writer = await second.openWriter({ name: "config.json", version: null, size: null, stored: null, from: 0 });
    return { problem: second.problem.message, writer };
  });
  assert.match(problem, /^Another tab is downloading this model/);
  assert.equal(writer, null);
});
