// “Read this”: a long text becomes a memory from which chats begin.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { answerIsDone, drop, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
const wide = { viewport: { width: 1280, height: 900 } };

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
