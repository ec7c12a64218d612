// The endless line: it writes on, pauses, and keeps neither text nor numbers without bounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { modelIsReady, setSetting, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** Waits until the line has more than some tokens. @param {import("playwright-core").Page} page @param {number} tokens */
const hasRead = (page, tokens) =>
  page.waitForFunction((tokens) => Number((document.getElementById("endless-tokens")?.textContent ?? "").replace(/\D/g, "")) > tokens, tokens);

test("the model writes on for ever, with bounded text, and can be paused", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await page.check("input[value=completion]");
    await page.click("#open-endless");
    const tokens = async () => Number(((await page.textContent("#endless-tokens")) ?? "").replace(/\D/g, ""));
    // An answer ends after 256 tokens at most.
    await hasRead(page, 600);
    assert.ok((await page.locator("#endless-text .line").count()) <= 40);
    assert.ok(((await page.textContent("#endless-text")) ?? "").length < 40 * 700);
    assert.ok((await page.locator("#endless-text .line").evaluateAll((lines) => Math.max(...lines.map(({ childNodes }) => childNodes.length)))) < 700);
    const points = await page.getAttribute("#endless-memory .ours", "points");
    assert.ok((points?.split(" ").length ?? 0) >= 1);
    assert.match((await page.textContent("#endless-formula")) ?? "", /^2 \(keys and values\) × 2 layers × 32 wide × 2 bytes × [\d,]+ tokens = .*B\. It is larger .* from token \d+ on\.$/);
    await page.click("#endless-go");
    await page.getByRole("button", { name: "Go on" }).waitFor();
    const paused = await tokens();
    await page.waitForTimeout(400);
    assert.equal(await tokens(), paused);
    await page.click("#endless-go");
    await hasRead(page, paused);
    // Closing it stops it, and the page can be used.
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.getElementById("complete")?.textContent !== "Stop");
  });
});

test("while a text is written, it says so and stops that first", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "100000");
    await setSetting(page, "seed", "1");
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once upon a time");
    await page.click("#complete");
    await page.waitForFunction(() => document.getElementById("complete")?.textContent === "Stop");
    await page.click("#open-endless");
    await page.locator("#endless-note", { hasText: "Another text is being written." }).waitFor();
    await page.click("#endless-go");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await hasRead(page, 60);
  });
});

test("opened before the model is there, it begins when it is", async () => {
  site.hold();
  await withPage(browser, site.page("?model=/made/waiting/"), async (page) => {
    await page.check("input[value=completion]");
    await page.click("#open-endless");
    await page.locator("#endless-note", { hasText: "It begins when the model is loaded." }).waitFor();
    assert.ok(await page.isDisabled("#endless-go"));
    site.letGo();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await hasRead(page, 60);
  });
});
