// The engine's program from a server that stops in the middle of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bothOf, compileWasm } from "../../www/engine/program/wasm.js";
import { load } from "../../www/mamba.js";

/** The smallest module. */
const WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const STALLED = { code: "network", message: /stopped sending/ };
const never = new Promise(() => {});

/** An answer whose bytes a test sends, one by one. */
function answerOf() {
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  let body;
  const stream = new ReadableStream({ start: (controller) => void (body = controller) });
  const response = new Response(stream, { headers: { "content-type": "application/wasm" } });
  return { response, send: (/** @type {Uint8Array} */ bytes) => body?.enqueue(bytes), end: () => body?.close() };
}

/**
 * Lets the mocked clock run, a second at a time.
 *
 * @param {import("node:test").TestContext} t
 * @param {number} seconds
 */
async function pass(t, seconds) {
  for (let second = 0; second < seconds; second++) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** @param {Promise<unknown>} work */
function outcomeOf(work) {
  const it = { isOver: false };
  work.catch(() => {}).finally(() => (it.isOver = true));
  return it;
}

test("a wasm of which no more comes is given up, and its request ended", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { response, send } = answerOf();
  const abort = new AbortController();
  const compiling = compileWasm(Promise.resolve(response), abort);
  const it = outcomeOf(compiling);
  send(WASM.subarray(0, 3));
  await pass(t, 50);
  assert.equal(it.isOver, false);
  await pass(t, 15);
  assert.equal(it.isOver, true, "it waits for ever");
  await assert.rejects(compiling, STALLED);
  assert.ok(abort.signal.aborted);
});

test("a wasm for which no answer comes is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const compiling = compileWasm(/** @type {Promise<Response>} */ (never), new AbortController());
  const it = outcomeOf(compiling);
  await pass(t, 170);
  assert.equal(it.isOver, false, "a service worker may hand it on as a whole");
  await pass(t, 15);
  assert.equal(it.isOver, true, "it waits for ever");
  await assert.rejects(compiling, STALLED);
});

test("a slow wasm is waited for, however long it takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { response, send, end } = answerOf();
  const compiling = compileWasm(Promise.resolve(response), new AbortController());
  for (const byte of WASM) {
    await pass(t, 50);
    send(new Uint8Array([byte]));
  }
  end();
  assert.ok((await compiling) instanceof WebAssembly.Module);
});

test("the script of a wasm is given up a while after the wasm has come", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {(module: WebAssembly.Module) => void} */
  let come = () => {};
  const both = bothOf(never, new Promise((resolve) => (come = resolve)));
  const it = outcomeOf(both);
  await pass(t, 600);
  assert.equal(it.isOver, false, "the wasm is still on its way");
  come(new WebAssembly.Module(WASM));
  await pass(t, 65);
  assert.equal(it.isOver, true, "it waits for ever");
  await assert.rejects(both, STALLED);
});

test("a load ends where the worker's script does not come", async (t) => {
  class Silent {
    postMessage() {}
    terminate() {}
  }
  for (const [name, value] of Object.entries({ Worker: Silent, navigator: { hardwareConcurrency: 1, onLine: true }, location: new URL("https://site.example/") })) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name)));
  }
  t.mock.method(globalThis, "fetch", async () => new Response(WASM, { headers: { "content-type": "application/wasm" } }));
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const loading = load("https://site.example/model/");
  const it = outcomeOf(loading);
  await pass(t, 50);
  assert.equal(it.isOver, false);
  await pass(t, 15);
  assert.equal(it.isOver, true, "it waits for ever");
  await assert.rejects(loading, { code: "network", message: /stopped sending worker\.js/ });
});
