// The GPU is taken away, or has no room, while the page uses it: the answer goes on, and the page says where.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerIsDone, lastAnswer, launchChromium, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { beginsAnew, beginWith, engine, isLonger, stops } from "./support/faults.mjs";
import { Site } from "./support/server.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** The GPU is a program here, which takes seconds for a sentence and half a minute to be set up. */
const MOST_MS = 240_000;

/** @type {Site} */
let site;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  site = await Site.start();
  browser = await launchChromium(["--enable-unsafe-webgpu"]);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** The worker remembers its devices. */
const WATCHED = `{
  const { requestDevice } = GPUAdapter.prototype;
  self.devices = [];
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    self.devices.push(device);
    return device;
  };
}`;

/** @param {string} before what the worker begins with @param {(page: Page) => Promise<void>} use */
const withGpuPage = (before, use) =>
  withPage(browser, `${site.origin}/empty/`, async (page) => {
    page.setDefaultTimeout(MOST_MS);
    await beginWith(page, "worker.js", before);
    await page.goto(site.page("?model=/golden/chat/&backend=gpu&precision=f32"));
    await use(page);
  });

/** What a driver's crash does. @param {Page} page */
const loseDevice = (page) => engine(page).evaluate(() => /** @type {any} */ (self).devices.at(-1).destroy());

/** The page tells that the model has moved, and the card where it is. @param {Page} page @param {RegExp} where */
async function tells(page, where) {
  await page.waitForFunction(() => /loaded again|CPU took over/.test(document.querySelector(".notice[data-code=moved] .notice-message")?.textContent ?? ""));
  assert.match((await page.textContent("#model-facts")) ?? "", where);
}

/** An answer's ids by a seed, to be compared. @param {Page} page @param {string} message @param {(() => Promise<unknown>) | null} fault in the middle */
async function answer(page, message, fault) {
  await send(page, message);
  if (fault) {
    await isLonger(page, 10);
    await fault();
  }
  await answerIsDone(page);
  return lastAnswer(page);
}

/** @param {Page} page @param {string} tokens */
async function fix(page, tokens) {
  await modelIsReady(page);
  await setSetting(page, "seed", "3");
  await setSetting(page, "maxTokens", tokens);
}

/** @type {Record<string, (page: Page) => Promise<unknown>>} */
const LOSSES = {
  "the device is lost": loseDevice,
  "the browser's GPU process is killed": async () => (await browser.newBrowserCDPSession()).send(/** @type {any} */ ("Browser.crashGpuProcess")).catch(() => {}),
};

for (const [what, lose] of Object.entries(LOSSES)) {
  test(`${what} in an answer: it goes on with the same words, and the page says where`, async () => {
    await withGpuPage(WATCHED, async (page) => {
      await fix(page, "14");
      const right = await answer(page, "Hello", null);
      assert.ok(right.length > 20, right);
      await page.click("#new-chat");
      assert.equal(await answer(page, "Hello", () => lose(page)), right);
      await tells(page, /Runs onGPU|Runs onCPU/);
      await setSetting(page, "maxTokens", "100000");
      await send(page, "And on");
      await isLonger(page, 10);
      await stops(page);
      await beginsAnew(page);
    });
  });
}

test("the device is lost while a long message is read: it is read again, and answered", async () => {
  await withGpuPage(WATCHED, async (page) => {
    await fix(page, "5");
    await page.fill("#message", "A long message. ".repeat(200));
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /^Reading [\d,]+ of/.test(document.querySelector(".turn .status")?.textContent ?? ""));
    await loseDevice(page);
    await answerIsDone(page);
    assert.notEqual(await lastAnswer(page), "");
    await tells(page, /Runs onGPU/);
    await beginsAnew(page);
  });
});

test("the device is lost while the model is loaded: it is told, and “Try again” works", async () => {
  // The first buffers are those of the weights.
  const loses = `${WATCHED}
    const { createBuffer } = GPUDevice.prototype;
    let left = 5;
    GPUDevice.prototype.createBuffer = function (...args) {
      if (--left === 0) this.destroy();
      return createBuffer.apply(this, args);
    };`;
  await withGpuPage(loses, async (page) => {
    await page.locator("#problem .problem").waitFor();
    assert.match((await page.textContent("#problem")) ?? "", /GPU/);
    await page.unroute("**/worker.js*");
    await page.getByRole("button", { name: "Try again" }).click();
    await modelIsReady(page);
    assert.match((await page.textContent("#model-facts")) ?? "", /Runs onGPU/);
    await beginsAnew(page);
  });
});

test("the GPU has no room for the model: that is told, with the ways out", async () => {
  const full = `
    const { popErrorScope } = GPUDevice.prototype;
    GPUDevice.prototype.popErrorScope = async function () {
      return (await popErrorScope.call(this)) ?? new GPUOutOfMemoryError("internal words");
    };`;
  await withGpuPage(full, async (page) => {
    await page.locator("#problem .problem").waitFor();
    const text = (await page.textContent("#problem")) ?? "";
    assert.match(text, /memory|room/i);
    assert.doesNotMatch(text, /internal words/);
    await page.getByRole("button", { name: "Let the page choose how it runs" }).click();
    await modelIsReady(page);
    assert.match((await page.textContent("#model-facts")) ?? "", /Runs onCPU/);
    await beginsAnew(page);
  });
});

test("without WGSL's packed products a model in int8 writes the same on the GPU", async () => {
  const removed = `
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      if (/dot4[IU]8Packed|pack4x[IU]8/.test(descriptor.code)) throw new Error("there are no packed products");
      return createShaderModule.call(this, descriptor);
    };
    const has = [...navigator.gpu.wgslLanguageFeatures].filter((name) => name !== "packed_4x8_integer_dot_product");
    Object.defineProperty(navigator.gpu, "wgslLanguageFeatures", { value: new Set(has) });`;
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    page.setDefaultTimeout(MOST_MS);
    const write = () =>
      page.evaluate(async (module) => {
        const engine = await (await import(module)).load({ model: "/golden/chat/", backend: "gpu", precision: "int8", threads: 1 });
        const ids = [];
        for await (const { id } of (await engine.session()).generate({ prompt: "Once upon a time", temperature: 0, maxTokens: 6 })) ids.push(id);
        const { backend, precision } = engine.info;
        await engine.dispose();
        return { ids, backend, precision };
      }, `${site.page()}mamba.js`);
    const right = await write();
    assert.deepEqual([right.backend, right.precision], ["gpu", "int8"]);
    await beginWith(page, "worker.js", `{${removed}}`);
    assert.deepEqual(await write(), right);
  });
});
