// What the model weighed: off by default, and shown for each word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
/** @typedef {import("playwright-core").Page} Page */

const more = (/** @type {Page} */ page) => page.locator(".turn").last().getByRole("button", { name: "More" }).click();

test("how sure the model was of each word, and what else it might have written", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "20");
    // The same answers each time: this model's are random signs, of which some mean something in Markdown.
    await setSetting(page, "temperature", "0");
    await send(page, "Hello");
    await answerIsDone(page);
    await more(page);
    assert.equal(await page.getByRole("menuitem", { name: "What it weighed" }).count(), 0, "it is off by default");
    await page.keyboard.press("Escape");

    await page.click("#open-settings");
    await page.check("#note-surprise");
    await page.keyboard.press("Escape");
    await send(page, "And now?");
    await answerIsDone(page);
    await page.locator(".turn").last().getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "What it weighed" }).click();
    const words = page.locator("#weighed-words [role=option]");
    assert.ok((await words.count()) >= 10);
    assert.ok((await lastAnswer(page)).replace(/\s/g, "").startsWith((await words.allTextContents()).slice(0, 3).join("").replace(/\s/g, "")));
    assert.match((await page.textContent("#weighed-chosen")) ?? "", /^“.+” was .+: [\d.]+ %\.$/);
    const others = page.locator("#weighed-others li");
    assert.equal(await others.count(), 5);
    // Greedy: what was taken was the likeliest.
    assert.equal(await page.locator("#weighed-others li.taken").count(), 1);
    const first = await page.textContent("#weighed-chosen");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("#weighed-words [role=option][aria-selected=true]").evaluate((word) => [...(word.parentElement?.children ?? [])].indexOf(word)), 1);
    assert.notEqual(await page.textContent("#weighed-chosen"), first);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#weighed[open]").count(), 0);
  });
});
