// “Read this”: a long text becomes a memory from which chats begin.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { answerIsDone, drop, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
const wide = { viewport: { width: 1280, height: 900 }, acceptDownloads: true };
/** What the first test has saved. */
const files = { chat: "", memory: "", tokens: 0 };

/** @param {import("playwright-core").Page} page @param {import("playwright-core").Locator} button that saves @returns {Promise<string>} where the file lies */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const path = `/tmp/mamba-web-${process.pid}-${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

test("a text is read, paused, kept, and chats begin from it, also after a reload", async () => {
  await withPage(
    browser,
    site.page("?model=/golden/chat/"),
    async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "8");
      await page.click("#open-read-this");
      await page.click("#read-start");
      assert.match((await page.textContent("#read-note")) ?? "", /Paste a text/);
      await page.fill("#read-text", "The lighthouse keeper was called Mira. ".repeat(60));
      await page.click("#read-start");
      await page.getByText(/^Read to its end: [\d,]+ tokens in 10 KiB\.$/).first().waitFor();
      const tokens = Number(/([\d,]+) tokens/.exec((await page.textContent(".book")) ?? "")?.[1].replace(",", ""));
      assert.ok(tokens > 300, `${tokens} tokens`);
      await page.reload();
      await modelIsReady(page);
      await page.click("#open-read-this");
      await page.getByRole("button", { name: /^Start a chat from The lighthouse/ }).click();
      assert.match((await page.textContent("#composer-note")) ?? "", /with the memory of “The lighthouse/);
      await send(page, "Who?");
      await answerIsDone(page);
      const read = await tokensRead(page);
      assert.ok(read > tokens && read < tokens + 60, `${read} tokens: those of the text, which were not read again, and of the turn`);
      assert.match((await page.textContent(".numbers")) ?? "", /\s\d\d?\sread/, "only the turn was read");
      assert.match((await page.textContent(".chat-title")) ?? "", /^The lighthouse/);

      // Both go out as files.
      await page.locator(".chat-row").first().getByRole("button", { name: /^More/ }).click();
      files.chat = await saved(page, page.getByRole("menuitem", { name: "Save as JSON" }));
      await page.click("#open-read-this");
      files.memory = await saved(page, page.getByRole("button", { name: /^Save the memory The lighthouse/ }));
      files.tokens = tokens;

      // A file, dropped; stopped in the middle, what was read is kept.
      const file = `/tmp/mamba-web-${process.pid}.txt`;
      await writeFile(file, "A line of a long file.\n".repeat(100_000));
      await drop(page, [file]);
      await page.getByText(/mamba-web-\d+\.txt, 2\.2 MiB/).waitFor();
      await page.click("#read-start");
      await page.waitForFunction(() => /tokens\/s · /.test(document.getElementById("read-note")?.textContent ?? ""));
      await page.click("#read-pause");
      await page.locator("#read-pause", { hasText: "Go on" }).waitFor();
      await page.click("#read-start");
      await page.getByText(/^Stopped\. The first [\d,]+ characters are remembered\.$/).first().waitFor();
      assert.equal(await page.locator(".book").count(), 2);
      await page.locator(".book").first().getByRole("button", { name: /^Delete/ }).click();
      await page.waitForFunction(() => document.querySelectorAll(".book").length === 1);
    },
    wide,
  );
});

test("a memory and a chat that began from it come from files: the chat says what is missing, and reads nothing without it", async () => {
  await withPage(
    browser,
    site.page("?model=/golden/chat/"),
    async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "8");
      await drop(page, [files.chat]);
      await page.locator(".turn").waitFor();
      await page.getByRole("button", { name: "Regenerate" }).click();
      await page.getByText("The memory that this chat began from is not in this browser.").waitFor();

      await drop(page, [files.memory]);
      await page.locator("#composer-note", { hasText: "with the memory of “The lighthouse" }).waitFor();
      await page.locator(".chat-link").first().click();
      await page.locator(".turn").waitFor();
      await page.getByRole("button", { name: "Regenerate" }).click();
      await page.waitForFunction(() => /\d\sread/.test([...document.querySelectorAll(".numbers")].at(-1)?.textContent ?? ""));
      await answerIsDone(page);
      const read = await tokensRead(page);
      assert.ok(read > files.tokens && read < files.tokens + 60, `${read} tokens, ${files.tokens} of them from the memory`);
      assert.match((await page.locator(".numbers").last().textContent()) ?? "", /\s\d\d?\sread/, "only the turn was read");

      // Once more: it is there already.
      await drop(page, [files.memory]);
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
      await page.click("#open-read-this");
      await page.locator(".book").first().waitFor();
      assert.equal(await page.locator(".book").count(), 1);
      await page.keyboard.press("Escape");
      const other = `/tmp/mamba-web-${process.pid}-damaged.mstate`;
      await writeFile(other, (await readFile(files.memory)).subarray(0, 500));
      await drop(page, [other]);
      await page.getByText(/damaged\.mstate” was not taken/).waitFor();
    },
    wide,
  );
});
