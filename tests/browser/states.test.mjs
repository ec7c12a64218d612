// Kept states against the browser's own file system, through mamba.js and without it.
//
// A worker of the test's own has the modules of www/engine/states/ as the site's build makes them: minified, which matters
// to Chromium's garbage collector (storage.test.mjs).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { lookUp } from "./support/find-browser.mjs";
import { openSite } from "./support/site.mjs";
import { workerProgram } from "./support/worker-program.mjs";

const firefox = process.env.FIREFOX || lookUp(["firefox-esr", "firefox"]);
const { site, browser } = await openSite();

const WORKER = `
import { StateKeeper } from "./keeper.js";
import { StateFiles } from "./state-files.js";
import { roomLeft } from "../keep/store.js";
const keeper = (model) => new StateKeeper(model, new StateFiles(model), roomLeft);
Object.assign(self, { keeper, StateFiles });
self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ result: await (0, eval)("(" + data + ")")() });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
`;

let program = "";
before(async () => {
  program = await workerProgram(WORKER, "states");
});

/** In the worker; declared for the type check. @type {any} */
let keeper;
/** @type {any} */
let StateFiles;

/** A tab: what it does in a worker of its own. @param {{ goto: Function, evaluate: Function }} page */
async function openTab(page) {
  await page.goto(`${site.origin}/empty/`);
  await page.evaluate((/** @type {string} */ program) => {
    const worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })), { type: "module" });
    Object.assign(window, {
      inWorker: (/** @type {string} */ work) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.result));
          worker.postMessage(work);
        }),
    });
  }, program);
  return (/** @type {() => unknown} */ work) =>
    page.evaluate((/** @type {string} */ work) => /** @type {any} */ (window).inWorker(work), String(work));
}

/** @param {(work: () => unknown) => Promise<any>} tab @param {(work: () => unknown) => Promise<any>} other of the same site */
async function keepsStates(tab, other) {
  const placed = await tab(async () => {
    Object.assign(self, { it: keeper("aa") });
    const { it } = /** @type {any} */ (self);
    const content = (/** @type {number} */ fill) => new Uint8Array(300_000).fill(fill);
    return [await it.put("chat/1", content(1)), await it.put("chat/1", content(2)), await it.put("b/2", content(3))];
  });
  assert.deepEqual(placed.map((/** @type {any} */ { where }) => where), ["disk", "disk", "disk"]);
  const found = await other(async () => {
    Object.assign(self, { it: keeper("aa") });
    const { it } = /** @type {any} */ (self);
    const content = await it.get("chat/1");
    const names = await new StateFiles("aa").keys();
    return { length: content?.length, fill: content?.[299_999], has: await it.has(["x", "b/2"]), names: [...names].sort(), none: await it.get("x") };
  });
  assert.deepEqual(found, { length: 300_000, fill: 2, has: ["b/2"], names: ["b/2", "chat/1"], none: null });
  // Both tabs write the same state at once, again and again: one of the two is there in the end, and whole.
  const both = (/** @type {(work: () => unknown) => Promise<any>} */ tab) =>
    tab(async () => {
      const { it } = /** @type {any} */ (self);
      const fill = Math.floor(Math.random() * 256);
      const places = [];
      for (let i = 0; i < 15; i++) places.push((await it.put("chat/both", new Uint8Array(200_000).fill(fill))).where);
      return places;
    });
  const places = (await Promise.all([both(tab), both(other)])).flat();
  assert.ok(places.every((where) => where === "disk" || where === "memory"), String(places));
  const whole = await tab(async () => {
    const content = await keeper("aa").get("chat/both");
    return content === null || (content.length === 200_000 && content.every((/** @type {number} */ byte) => byte === content[0]));
  });
  assert.ok(whole, "no torn state");
  // The storage is cleared under it: memory goes on, the disk is used again.
  const cleared = await tab(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry("mamba-web-states", { recursive: true });
    const { it } = /** @type {any} */ (self);
    const inMemory = (await it.get("b/2"))?.[0];
    const gone = await keeper("aa").get("b/2");
    const { where } = await it.put("b/3", new Uint8Array(10));
    return { inMemory, gone, where, has: await keeper("aa").has(["b/2", "b/3"]) };
  });
  assert.deepEqual(cleared, { inMemory: 3, gone: null, where: "disk", has: ["b/3"] });
  // A part that a dead tab left is swept, one that may be written just now is not.
  const swept = await tab(async () => {
    const { it } = /** @type {any} */ (self);
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-states");
    const folder = await root.getDirectoryHandle("aa");
    await folder.getFileHandle("fresh.part", { create: true });
    const { disk } = await it.usage();
    const names = [];
    for await (const name of /** @type {any} */ (folder).keys()) names.push(name);
    await it.drop("");
    return { states: disk.states, names: names.sort(), left: (await it.usage()).disk.states };
  });
  assert.deepEqual(swept, { states: 1, names: ["b.3.mstate", "fresh.part"], left: 0 });
}

test("Chromium: states are kept, shared between tabs, and never torn", async () => {
  const context = await browser.newContext();
  try {
    await keepsStates(await openTab(await context.newPage()), await openTab(await context.newPage()));
  } finally {
    await context.close();
  }
});

test("Chromium: a full disk makes room for what fits, and is a sentence for what does not", async () => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const tab = await openTab(page);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize: 5_000_000 });
    const placed = await tab(async () => {
      const it = keeper("aa");
      const first = await it.put("a/1", new Uint8Array(1_000_000));
      const second = await it.put("a/2", new Uint8Array(9_000_000).fill(5));
      const others = [];
      for (let i = 3; i < 9; i++) others.push((await it.put(`a/${i}`, new Uint8Array(1_500_000))).where);
      const { disk } = await it.usage();
      return { first: first.where, second, got: (await it.get("a/2"))?.[8_999_999], others, bytes: disk.bytes, has: await it.has(["a/8"]) };
    });
    assert.deepEqual([placed.first, placed.second.where, placed.second.problem?.code, placed.got], ["disk", "memory", "no-storage", 5]);
    assert.ok(placed.others.every((/** @type {string} */ where) => where === "disk"), String(placed.others));
    assert.ok(placed.bytes <= 5_000_000, `${placed.bytes} bytes`);
    assert.deepEqual(placed.has, ["a/8"]);
  } finally {
    await context.close();
  }
});

/**
 * Runs in the page: what mamba.js keeps, and what becomes of a file that is changed.
 *
 * @param {string} module
 */
async function throughTheModule(module) {
  const { load } = await import(module);
  const open = () => load({ model: "/golden/chat/", backend: "cpu" });
  const text = async (/** @type {any} */ session, /** @type {object} */ options) => {
    let all = "";
    for await (const piece of session.generate({ temperature: 0, maxTokens: 6, ...options })) all += piece.text;
    return all;
  };
  const engine = await open();
  const session = await engine.session();
  await text(session, { message: "Hello" });
  const { ids } = session.lastRun;
  const placed = await engine.states.put("chat/1", session, { text: '{"a":1}' });
  const packed = await engine.states.put("chat/packed", session, { packing: "int8" });
  const want = await text(session, { message: "And then?" });
  const { position } = session;
  await engine.states.put("chat/2", session);
  await engine.dispose();

  const again = await open();
  const { states } = again;
  const reopened = await states.open("chat/1");
  const got = await text(reopened, { message: "And then?" });
  const read = reopened.stats.readTokens;
  const usage = await states.usage();
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-states");
  const files = await folder.getDirectoryHandle(again.info.modelHash);
  const file = await files.getFileHandle("chat.2.mstate");
  const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
  const writable = await file.createWritable();
  await writable.write(bytes.subarray(0, bytes.length >> 1));
  await writable.close();
  const has = await states.has(["chat/1", "chat/2", "chat/3"]);
  const damaged = await states.open("chat/2");
  const after = await states.has(["chat/1", "chat/2"]);
  const small = (await (await (await files.getFileHandle("chat.packed.mstate")).getFile()).size) / bytes.length;
  await states.drop("chat/");
  const dropped = await states.open("chat/1");
  await again.dispose();
  return {
    placed, packed, same: got === want, text: reopened.text, read, ran: ids.length, position, reached: reopened.position,
    stored: usage.disk.states, has, damaged, after, small, dropped,
  };
}

/** @param {Awaited<ReturnType<typeof throughTheModule>>} seen */
function isRight({ small, read, position, reached, ran, ...seen }) {
  assert.deepEqual(seen, {
    placed: { where: "disk", problem: null },
    packed: { where: "disk", problem: null },
    same: true,
    text: '{"a":1}',
    stored: 3,
    has: ["chat/1", "chat/2"],
    damaged: null,
    after: ["chat/1"],
    dropped: null,
  });
  assert.equal(reached, position);
  assert.equal(read, position - ran, "only the new turn was read");
  assert.ok(small < 0.8, `a packed file has ${small} of the bytes`);
}

test("Chromium: engine.states, a visit later", async () => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${site.origin}/empty/`);
    isRight(await page.evaluate(throughTheModule, `${site.page()}mamba.js`));
  } finally {
    await context.close();
  }
});

test("Firefox: the same", { skip: firefox ? false : "no Firefox" }, async () => {
  if (!firefox) return;
  const other = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
  after(() => other.close());
  await keepsStates(await openTab(await other.newPage()), await openTab(await other.newPage()));
  const page = await other.newPage();
  await page.goto(`${site.origin}/empty/`);
  isRight(await page.evaluate(throughTheModule, `${site.page()}mamba.js`));
});
