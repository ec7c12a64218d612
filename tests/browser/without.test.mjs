// Browsers that lack something, by taking it away in the page, the engine's worker and the helpers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { beginsAnew, beginWith } from "./support/faults.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

/** Scripts that take something away. They run before anything else, in the page and in each worker. @type {Record<string, string>} */
const WITHOUT = {
  WebGPU: "delete (self.WorkerNavigator ?? Navigator).prototype.gpu",
  "a private file system": "delete StorageManager.prototype.getDirectory",
  "any storage manager": "Object.defineProperty(navigator, 'storage', { value: undefined })",
  "service workers": "if (self.document) delete Navigator.prototype.serviceWorker",
  "cache storage": "delete self.caches",
  "the database": "delete self.indexedDB",
  locks: "delete (self.WorkerNavigator ?? Navigator).prototype.locks",
  "channels between tabs": "delete self.BroadcastChannel",
  "compiling while downloading": "delete WebAssembly.compileStreaming; delete WebAssembly.instantiateStreaming",
  "word segmentation": "delete Intl.Segmenter",
  "more than half a GiB of memory": "if (self.document) Object.defineProperty(navigator, 'deviceMemory', { value: 0.5 })",
};

/** @param {string} script @param {(page: Page) => Promise<void>} use @param {import("playwright-core").BrowserContextOptions} [options] */
const withoutIt = (script, use, options) =>
  withPage(
    browser,
    `${site.origin}/empty/`,
    async (page) => {
      await page.addInitScript(`{ ${script} }`);
      for (const file of ["build/*/worker.js", "build/*/pool-worker.js"]) await beginWith(page, file, `{ ${script} }`);
      await page.goto(site.page("?model=/golden/chat/"));
      await use(page);
    },
    options,
  );

for (const [what, script] of Object.entries(WITHOUT)) {
  test(`without ${what} the page chats, and does so after a reload`, async () => {
    await withoutIt(script, async (page) => {
      await modelIsReady(page);
      await beginsAnew(page);
      await page.reload();
      await modelIsReady(page);
      await beginsAnew(page);
      assert.equal(await page.locator(".problem").count(), 0);
    });
  });
}

test("without relaxed SIMD the plain build runs, and gives the same words", async () => {
  const words = async (/** @type {Page} */ page) => {
    await modelIsReady(page);
    await setSetting(page, "seed", "4");
    await setSetting(page, "maxTokens", "30");
    await send(page, "Hello");
    await answerIsDone(page);
    const programs = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /\.wasm$/.test(name)));
    return { text: await lastAnswer(page), wasm: programs.map((name) => name.replace(/.*\//, "")) };
  };
  const has = { text: "", wasm: [""] };
  await withoutIt("", async (page) => void Object.assign(has, await words(page)));
  // The instruction that the page asks for.
  await withoutIt("const { validate } = WebAssembly; WebAssembly.validate = (bytes) => !new Uint8Array(bytes).join().includes('253,147,2') && validate(bytes)", async (page) => {
    const got = await words(page);
    assert.deepEqual(got.wasm, ["mamba_web_bg.wasm"]);
    assert.notDeepEqual(has.wasm, got.wasm);
    assert.equal(got.text, has.text);
  });
});
