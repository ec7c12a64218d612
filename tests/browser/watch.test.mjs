// The engine's worker hangs, is gone, or has trapped: the page is never at a loss.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { engine, inTheMiddle, isIdle } from "./support/faults.mjs";
import { ModelHost, readFolder } from "./support/host.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

const small = () => site.page("?model=/golden/chat/");

/** What can become of a worker, of which no browser tells the page. @type {Record<string, (page: Page) => void>} */
const SILENT = {
  hangs: (page) => void engine(page).evaluate(() => { for (;;); }).catch(() => {}),
  "is gone": (page) => void engine(page).evaluate(() => self.close()).catch(() => {}),
};

for (const [what, end] of Object.entries(SILENT)) {
  test(`the worker ${what}: Stop works, the engine is started again, and the chat goes on`, async () => {
    await withPage(browser, small(), async (page) => {
      const first = await inTheMiddle(page);
      end(page);
      await page.waitForTimeout(300);
      await page.keyboard.press("Escape");
      await isIdle(page);
      assert.match((await page.locator(".numbers").last().textContent()) ?? "", /stopped/i);
      const text = await lastAnswer(page);
      assert.ok(text.length > 20, "what was written stays");

      await page.waitForSelector("#notices .notice", { timeout: 40_000 });
      assert.match((await page.textContent("#notices .notice-message")) ?? "", /stopped answering, so the page ended it\.$/);
      await page.waitForFunction(() => document.querySelector("#loading.away"));
      await modelIsReady(page);
      assert.equal(await page.locator(".turn").count(), 2);
      assert.equal(await lastAnswer(page), text);
      assert.equal(await page.locator(".answer .text").first().textContent(), first);
      assert.equal(await page.locator(".divider").count(), 0, "the state after the first answer was saved");
      await setSetting(page, "maxTokens", "5");
      await page.getByRole("button", { name: "Regenerate" }).click();
      await answerIsDone(page);
      await isIdle(page);
      assert.notEqual(await lastAnswer(page), text);
      await send(page, "And on");
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), "");
    });
  });

  test(`the worker ${what}: New chat and another model do not wait for it`, async () => {
    await withPage(browser, small(), async (page) => {
      await inTheMiddle(page);
      end(page);
      await page.waitForTimeout(300);
      await page.click("#new-chat");
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0, null, { timeout: 3000 });
      await isIdle(page);
      await page.fill("#message", "In the new chat");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".turn");
      await loadByAddress(page, new URL("models/default/", site.page()).href);
      await modelIsCalled(page, "Mamba 22M chat");
      await page.waitForFunction(() => document.querySelectorAll(".answer .text .block").length > 0);
      assert.match((await page.locator(".said").textContent()) ?? "", /In the new chat/);
    });
  });
}

test("a worker that has trapped is told once, started again, and remembers the chat", async () => {
  await withPage(browser, site.page(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "temperature", "0");
    await send(page, "Hello! My name is Mira.");
    await answerIsDone(page);
    await setSetting(page, "maxTokens", "100000");
    await send(page, "Tell me a story about a lighthouse.");
    await engine(page).evaluate(() => void setTimeout(() => {
      throw new Error("internal words that nobody should see");
    }));
    await page.waitForSelector("#notices .notice[data-code=engine-stopped]");
    assert.equal(await page.locator(".problem, .notice").count(), 1);
    await page.waitForFunction(() => document.querySelector("#loading.away"));
    await send(page, "What is my name?");
    await answerIsDone(page);
    assert.match(await lastAnswer(page), /Mira/);
    assert.doesNotMatch((await page.textContent("body")) ?? "", /internal words/);
  });
});

test("a visit after the tab died while loading a large model does not do the same again unasked", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    // What a tab leaves that is killed.
    await page.evaluate(() => localStorage.setItem("mamba-web.loading", JSON.stringify({ name: "chat", backend: "auto", bytes: 2 ** 30 })));
    await page.reload();
    await page.waitForSelector(".problem[data-code=died]");
    assert.match((await page.textContent("#problem")) ?? "", /closed this page last time, while it was loading chat \(1 GiB\)\./);
    assert.equal(page.workers().length, 0);
    await page.getByRole("button", { name: "Try again" }).click();
    await modelIsReady(page);
    await page.reload();
    await modelIsReady(page);
  });
});

test("a large load is noted while it lasts, and not longer", async () => {
  const host = new ModelHost(new Map([...(await readFolder(fileURLToPath(new URL("../golden/chat/", import.meta.url))))]), { lie: 200e6, stallAfter: () => 1000 });
  site.hosts.set("large", host);
  await withPage(browser, site.page("?model=/hosted/large/"), async (page) => {
    await page.getByRole("button", { name: "Load it" }).click();
    const note = () => page.evaluate(() => localStorage.getItem("mamba-web.loading"));
    await page.waitForFunction(() => localStorage.getItem("mamba-web.loading"));
    assert.match((await note()) ?? "", /"name":"large"/);
    await page.click("#cancel-loading");
    assert.equal(await note(), null);
  });
});
