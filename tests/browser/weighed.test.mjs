// What the model weighed: off by default, and shown for each word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
/** @typedef {import("playwright-core").Page} Page */

/** Opens what the model weighed for the last answer, once all of it is there. @param {Page} page */
async function openWeighed(page) {
  await page.locator(".turn").last().getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "What it weighed" }).click();
  await page.waitForFunction(() => document.querySelector("#weighed-words [role=option]") && document.getElementById("weighed-progress")?.textContent === "");
}

/** All that is told of the first words. @param {Page} page */
async function told(page) {
  const words = await page.locator("#weighed-words [role=option]").evaluateAll((all) => all.map(({ textContent, className }) => [textContent, className]));
  const each = [];
  for (let at = 0; at < 6; at++) {
    each.push([await page.textContent("#weighed-chosen"), ...(await page.locator("#weighed-others li").allTextContents())]);
    await page.keyboard.press("ArrowRight");
  }
  return { words, each };
}

test("how sure the model was of each word, and what else it might have written", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "20");
    // The same answers each time: this model's are random signs, of which some mean something in Markdown.
    await setSetting(page, "temperature", "0");
    await send(page, "Hello");
    await answerIsDone(page);
    // Nothing was noted: the answer is read once more, also after a reload.
    await page.waitForTimeout(1500);
    await page.reload();
    await modelIsReady(page);
    const position = await tokensRead(page);
    await openWeighed(page);
    const again = await told(page);
    // A first turn fills an empty memory.
    await page.locator("#weighed-change", { hasText: "This turn changed 100 % of the memory" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await tokensRead(page), position, "the model stands where it stood");

    await page.click("#open-settings");
    await page.check("#note-surprise");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Regenerate" }).click();
    await page.waitForSelector(".branches:not([hidden])");
    await answerIsDone(page);
    await openWeighed(page);
    // What the engine says of a token while it writes, and what follows from its scores when it reads.
    assert.deepEqual(await told(page), again);
    await page.keyboard.press("Escape");

    await send(page, "And now?");
    await answerIsDone(page);
    await openWeighed(page);
    const words = page.locator("#weighed-words [role=option]");
    assert.ok((await words.count()) >= 10);
    assert.ok((await lastAnswer(page)).replace(/\s/g, "").startsWith((await words.allTextContents()).slice(0, 3).join("").replace(/\s/g, "")));
    assert.match((await page.textContent("#weighed-chosen")) ?? "", /^“.+” was .+: [\d.]+ %\.$/);
    await page.locator("#weighed-change", { hasText: "This turn changed" }).waitFor();
    const share = Number(/changed ([\d.]+) %/.exec((await page.textContent("#weighed-change")) ?? "")?.[1]);
    assert.ok(share > 1 && share < 100, `${share}`);
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
