// The endless line: it writes on, pauses, and keeps neither text nor numbers without bounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { modelIsReady, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

test("the model writes on for ever, with bounded text, and can be paused", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await page.check("input[value=completion]");
    await page.click("#open-endless");
    const tokens = async () => Number(((await page.textContent("#endless-tokens")) ?? "").replace(/\D/g, ""));
    // An answer ends after 256 tokens at most.
    await page.waitForFunction(() => Number((document.getElementById("endless-tokens")?.textContent ?? "").replace(/\D/g, "")) > 600);
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
    await page.waitForFunction((paused) => Number((document.getElementById("endless-tokens")?.textContent ?? "").replace(/\D/g, "")) > paused, paused);
    // Closing it stops it, and the page can be used.
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.getElementById("complete")?.textContent !== "Stop");
  });
});
