// `dispose` gives back what the engine holds of the GPU. The engine's worker counts the bytes of its buffers, as WebGPU
// itself hands them out; what a worker holds is gone with the worker.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite(["--enable-unsafe-webgpu"]);
const LOADS = 10;

/** Runs in the worker, before the engine: a buffer counts until it, or its device, is destroyed. */
function count() {
  /** @type {Map<GPUBuffer, GPUDevice>} */
  const buffers = new Map();
  const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
  const { destroy: destroyBuffer } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    buffers.set(buffer, this);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    buffers.delete(this);
    destroyBuffer.call(this);
  };
  GPUDevice.prototype.destroy = function () {
    for (const [buffer, device] of buffers) if (device === this) buffers.delete(buffer);
    destroyDevice.call(this);
  };
  Object.assign(globalThis, { gpuBytes: () => [...buffers.keys()].reduce((sum, { size }) => sum + size, 0) });
}

/** The workers of the engine that live; their helpers hold nothing and never answer. @param {Page} page */
const workers = (page) => page.workers().filter((worker) => new URL(worker.url()).pathname.endsWith("/worker.js"));

/** @param {Page} page */
async function gpuBytes(page) {
  const each = workers(page).map((worker) => worker.evaluate(() => /** @type {any} */ (globalThis).gpuBytes()));
  return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
}

test("an engine that is loaded and disposed of ten times leaves no byte on the GPU", async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    await page.route("**/worker.js*", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `(${count})();\n${await response.text()}` });
    });
    const held = [];
    for (let i = 0; i < LOADS; i++) {
      assert.equal(await gpuBytes(page), 0);
      await page.evaluate(async (module) => {
        const { load } = await import(module);
        const engine = await load({ model: "/golden/chat/", backend: "gpu", precision: "f32", threads: 1 });
        await engine.session();
        Object.assign(window, { engine });
      }, `${site.page()}mamba.js`);
      held.push(await gpuBytes(page));
      const ended = Promise.all(workers(page).map((worker) => worker.waitForEvent("close")));
      await page.evaluate(() => /** @type {any} */ (window).engine.dispose());
      await ended;
    }
    assert.equal(await gpuBytes(page), 0);
    assert.ok(held[0] > 100_000, `a model is in it: ${held[0]}`);
    assert.deepEqual(held, Array(LOADS).fill(held[0]), "each load takes what the first took");
  });
});
