// Engines that come and go leave nothing behind: threads, memory, bytes on the GPU and in storage end where they began.
// `ROUNDS=50` looks longer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { ModelHost, readFolder } from "./support/host.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();
const files = await readFolder(fileURLToPath(new URL("../golden/chat/", import.meta.url)));
files.delete("expected.safetensors");
const ROUNDS = Number(process.env.ROUNDS ?? 8);
const MOST_MS = 30 * 60_000;

/** The workers of the page, those of threads included. The browser ends one a moment after it was told to. @param {Page} page @param {number} wanted */
async function settled(page, wanted) {
  const session = await page.context().newCDPSession(page);
  for (let tries = 0; ; tries++) {
    const { targetInfos } = await session.send("Target.getTargets", { filter: [{ type: "worker" }] });
    if (targetInfos.length === wanted || tries === 100) return targetInfos.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a visit holds when it is idle. @param {Page} page */
async function holdings(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("HeapProfiler.collectGarbage");
  // Of the models. Each chat is kept too, which is what it is for.
  const usage = await page.evaluate(async () => {
    let bytes = 0;
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
    for await (const folder of /** @type {any} */ (root).values()) {
      for await (const file of folder.values()) bytes += (await file.getFile()).size;
    }
    return bytes;
  });
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const memory = Number(/[\d.]+(?= MiB)/.exec((await page.locator("#model-facts dd").last().textContent()) ?? "")?.[0]);
  const nodes = await page.evaluate(() => document.querySelectorAll("#main *").length);
  return { usage, usedSize, memory, nodes };
}

test("chat, another model, and back, again and again: everything ends where it began", { timeout: MOST_MS }, async () => {
  for (const name of ["one", "other"]) site.hosts.set(name, new ModelHost(files));
  await withPage(browser, site.page("?model=/hosted/one/"), async (page) => {
    page.setDefaultTimeout(120_000);
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "8");
    await setSetting(page, "seed", "1");
    const threads = await page.evaluate(() => (crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 4) : 1));
    const chat = async () => {
      await send(page, "Hello");
      await answerIsDone(page);
      return lastAnswer(page);
    };
    const first = await chat();
    /** @type {Awaited<ReturnType<typeof holdings>> | undefined} */
    let begun;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [address, name] of [["/hosted/other/", "other"], ["/hosted/one/", "one"]]) {
        await loadByAddress(page, address);
        await modelIsCalled(page, name);
        await page.click("#new-chat");
        assert.equal(await chat(), first, "the same model, the same words");
        assert.equal(await settled(page, threads), threads, "the old engine's threads have ended");
      }
      // The first rounds keep the models, and fill the browser's caches of code.
      if (round === 1) begun = await holdings(page);
    }
    const ended = await holdings(page);
    assert.ok(begun && ROUNDS > 2);
    console.log(`after 2 rounds ${JSON.stringify(begun)}, after ${ROUNDS} ${JSON.stringify(ended)}`);
    // Each engine has a memory of its own. Its size depends a little on how the bytes of the model came.
    assert.ok(ended.memory < begun.memory * 1.3, `wasm: ${begun.memory}, then ${ended.memory} MiB`);
    assert.equal(ended.nodes, begun.nodes);
    assert.equal(ended.usage, begun.usage, "bytes of kept models");
    // The list of chats grows by two in each round.
    const grown = ended.usedSize - begun.usedSize;
    assert.ok(grown < 1_000_000 + ROUNDS * 100_000, `the page: ${begun.usedSize}, then ${ended.usedSize} bytes`);
  });
});

test("forks without end: a sentence says that memory is full, and the page loads the model again", { timeout: MOST_MS }, async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    page.setDefaultTimeout(MOST_MS);
    const got = await page.evaluate(async (module) => {
      const { load } = await import(module);
      const open = () => load({ model: "/sub/path/models/default/", backend: "cpu", threads: 1 });
      const engine = await open();
      const session = await engine.session();
      await session.prefill("Hello");
      let forks = 0;
      let told = null;
      try {
        for (; forks < 8000; forks++) await session.fork();
      } catch (error) {
        const { code, message, hint } = /** @type {any} */ (error);
        told = { code, message, hint };
      }
      const isAlive = await engine.memoryBytes().then(() => true, () => false);
      await engine.dispose();
      const again = await open();
      const words = [];
      for await (const { text } of (await again.session()).generate({ message: "Hello", maxTokens: 5, temperature: 0 })) words.push(text);
      await again.dispose();
      return { forks, told, isAlive, words: words.join("") };
    }, `${site.page()}mamba.js`);
    console.log(JSON.stringify(got));
    if (got.forks < 8000) {
      assert.equal(got.told?.code, "out-of-memory");
      assert.ok(got.told.hint);
    }
    assert.notEqual(got.words, "");
  });
});
