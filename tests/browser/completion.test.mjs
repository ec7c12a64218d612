// Completion: raw text in, its continuation out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { modelIsReady, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

const output = async (/** @type {Page} */ page) => (await page.textContent("#continuation")) ?? "";
const isDone = (/** @type {Page} */ page) =>
  page.waitForFunction(() => document.querySelector("#continuation:not(.writing)") && document.querySelector("#continuation .line"));

test("a text is continued, continued further, and continued in another way", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "8");
    await setSetting(page, "seed", "3");
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once upon a time");
    await page.click("#complete");
    await isDone(page);
    const first = await output(page);
    const read = await tokensRead(page);
    assert.notEqual(first, "");
    assert.match((await page.textContent("#completion-note")) ?? "", /^8 tokens · .* tokens\/s · first token after/);

    assert.equal(await page.textContent("#complete"), "Go on");
    await page.click("#complete");
    await page.waitForFunction((length) => (document.getElementById("continuation")?.textContent?.length ?? 0) > length, first.length);
    await isDone(page);
    assert.ok((await output(page)).startsWith(first));
    assert.equal(await tokensRead(page), read + 8);

    await page.click("#completion-again");
    await page.waitForFunction((old) => !document.getElementById("continuation")?.textContent?.startsWith(old), first);
    await isDone(page);
    assert.equal(await tokensRead(page), read, "the beginning must not be read twice");

    await page.click("#completion-clear");
    assert.equal(await page.inputValue("#beginning"), "");
    assert.ok(await page.isHidden("#continuation"));
  });
});

test("an edit puts the continuation aside, and taking it back brings it again", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "8");
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once upon a time");
    await page.click("#complete");
    await isDone(page);
    const first = await output(page);
    await page.focus("#beginning");
    await page.keyboard.press("End");
    await page.keyboard.type(",");
    assert.ok(await page.isHidden("#continuation"));
    assert.ok(await page.isVisible("#completion-stale"));
    assert.equal(await page.textContent("#complete"), "Continue the text");
    for (const id of ["completion-again", "completion-copy"]) assert.ok(await page.isHidden(`#${id}`));
    await page.keyboard.press("Backspace");
    assert.ok(await page.isVisible("#continuation"));
    assert.ok(await page.isHidden("#completion-stale"));
    assert.equal(await output(page), first);
    assert.equal(await page.textContent("#complete"), "Go on");
    await page.keyboard.type(" there was");
    await page.click("#complete");
    await isDone(page);
    assert.ok(await page.isVisible("#continuation"));
    assert.ok(await page.isHidden("#completion-stale"));
  });
});

test("what is said of it begins with a capital letter", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "1");
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once");
    await page.click("#complete");
    await isDone(page);
    assert.match((await page.textContent("#completion-note")) ?? "", /^First token after/);
  });
});

test("Ctrl+Enter starts it, Escape stops it", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "100000");
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once");
    await page.press("#beginning", "Control+Enter");
    await page.waitForFunction(() => (document.getElementById("continuation")?.textContent?.length ?? 0) > 20);
    await page.keyboard.press("Escape");
    await isDone(page);
    assert.match((await page.textContent("#completion-note")) ?? "", /stopped/);
  });
});

test("a model without a chat template can only complete, and the page says why", async () => {
  await withPage(browser, site.page("?model=/made/base/"), async (page) => {
    await modelIsReady(page);
    assert.ok(await page.isDisabled("input[value=chat]"));
    assert.ok(await page.isChecked("input[value=completion]"));
    assert.ok(await page.isVisible("text=This model has no chat template"));
    assert.ok(await page.isVisible("#beginning"));
    assert.ok(await page.isHidden("#composer"));
  });
});
