// Chats out and in: files, links, the clipboard.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { chatFromLink, chatToLink } from "../../www/page/chats/exchange/chat-link.js";
import { answerIsDone, drop, lastAnswer, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { isStored, stored } from "./support/chats.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
const small = (more = "") => site.page(`?model=/golden/chat/${more}`);

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} name of an item in the menu of the first chat */
async function choose(page, name) {
  await page.locator(".chat-row").first().getByRole("button", { name: /^More/ }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** @param {Page} page @param {string} name @returns {Promise<string>} where the file lies */
async function save(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), choose(page, name)]);
  const path = `/tmp/mamba-web-${process.pid}-${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

/** @param {Page} page */
async function talk(page) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "12");
  for (const message of ["A first message", "And a *second*"]) {
    await send(page, message);
    await answerIsDone(page);
  }
}

const wide = { viewport: { width: 1280, height: 900 }, acceptDownloads: true };
const said = (/** @type {Page} */ page) => page.locator(".said .text").allTextContents();

test("a chat goes out as Markdown, JSON and .mstate, and comes back from the last two", async () => {
  await withPage(
    browser,
    small(),
    async (page) => {
      await talk(page);
      const [read, answer] = [await tokensRead(page), await lastAnswer(page)];
      assert.match(await readFile(await save(page, "Save as Markdown"), "utf8"), /^# A first message\n\n\*\*You\*\*\n\nA first message\n\n\*\*/);
      const files = [await save(page, "Save as JSON"), await save(page, "Save with its memory")];
      for (const [at, file] of files.entries()) {
        await drop(page, [file]);
        await page.waitForFunction((rows) => document.querySelectorAll(".chat-row").length === rows, at + 2);
        await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
        assert.deepEqual(await said(page), ["A first message", "And a *second*"]);
        assert.equal(await lastAnswer(page), answer);
      }
      // The memory came along, so nothing is read again.
      await page.waitForFunction((read) => (document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "") === String(read), read);
      // A file that has nothing of the kind.
      const other = `/tmp/mamba-web-${process.pid}-other.json`;
      await writeFile(other, '{"a":1}');
      await page.setInputFiles("#chat-files", other);
      await page.getByText("The file has no chats of this page.").waitFor();
      assert.equal(await page.locator(".chat-row").count(), 3);
    },
    wide,
  );
});

test("on a phone, what is said of a copied chat is not under the list", async () => {
  const phone = { viewport: { width: 390, height: 780 }, permissions: ["clipboard-read", "clipboard-write"] };
  await withPage(
    browser,
    small(),
    async (page) => {
      await modelIsReady(page);
      await send(page, "Hello");
      await answerIsDone(page);
      const length = () => page.evaluate(() => document.documentElement.scrollHeight);
      const before = await length();
      await page.click("#open-chats");
      await choose(page, "Copy the chat");
      await page.locator("#toast", { hasText: "Copied." }).waitFor();
      assert.equal(await length(), before, "the page is as long as it was");
      await page.waitForFunction(() => {
        const toast = /** @type {HTMLElement} */ (document.getElementById("toast"));
        const { left, top, width, height } = toast.getBoundingClientRect();
        return toast.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      });
    },
    phone,
  );
});

test("a chat goes out as a link, which says what it holds, and opens after a question", async () => {
  let [link, position] = ["", 0];
  await withPage(
    browser,
    small(),
    async (page) => {
      await talk(page);
      position = await tokensRead(page);
      await choose(page, "Share by a link");
      await page.locator("#share", { hasText: "2 turns" }).waitFor(); // packing takes a moment
      assert.match((await page.textContent("#share")) ?? "", /2 turns, those on the screen.*the name of the model.*not send that part to any server/s);
      await page.click("#share-copy");
      await page.getByText("Copied.").first().waitFor();
      link = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(link, /\?model=\/golden\/chat\/#c=[\w-]+$/);
      await page.keyboard.press("Escape");
      await choose(page, "Copy the chat");
      await page.locator("#toast", { hasText: "Copied." }).waitFor();
      await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("# A first message"));
    },
    { ...wide, permissions: ["clipboard-read", "clipboard-write"] },
  );
  await withPage(
    browser,
    link,
    async (page) => {
      await page.locator("#ask").waitFor();
      assert.match((await page.textContent("#ask")) ?? "", /Open the chat “A first message”\?.*2 turns/s);
      await page.click("#ask-yes");
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
      assert.deepEqual(await said(page), ["A first message", "And a *second*"]);
      assert.doesNotMatch(page.url(), /#c=/);
      await modelIsReady(page);
      // The seeds were drawn, and are in the link.
      await page.locator("#replayed", { hasText: "Replayed here: both answers came out the same." }).waitFor();
      await page.waitForFunction((read) => (document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "") === String(read), position);
      await setSetting(page, "maxTokens", "5");
      await send(page, "More");
      await answerIsDone(page);
      assert.equal(await page.locator(".turn").count(), 3);
      const read = Number(/([\d,]+)\u00a0read/.exec((await page.locator(".numbers").last().textContent()) ?? "")?.[1]);
      assert.ok(read > 0 && read < position / 2, `the model stood after the chat, and read ${read} tokens more`);
      await page.click("#new-chat");
      assert.ok(await page.locator("#replayed").isHidden(), "it is said of that chat only");
    },
    wide,
  );
  // Somebody has changed the first answer, and the second one was written by hand.
  const found = await chatFromLink(new URL(link).hash.slice(1));
  assert.ok(found);
  const [one, two] = found.whole.nodes;
  const changed = { chat: found.whole.chat, nodes: [{ ...one, answer: `${one.answer}!` }, { ...two, reason: /** @type {const} */ ("given"), settings: null }] };
  const address = new URL(link);
  address.hash = await chatToLink(changed);
  await withPage(browser, address.href, async (page) => {
    await page.click("#ask-yes");
    await page.locator("#replayed", { hasText: "Replayed here: the answer came out differently." }).waitFor();
    assert.match((await page.textContent("#replayed")) ?? "", /1 answer could not be replayed, and was read\.$/);
    await isStored(page, 2);
    const { nodes } = await stored(page);
    assert.deepEqual(nodes.map(({ answer }) => answer).sort(), changed.nodes.map(({ answer }) => answer).sort(), "the chat is what the link holds");
    await page.waitForFunction(() => Number((document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "")) > 0);
  });
  await withPage(browser, `${small()}#c=damaged`, async (page) => {
    await page.getByText("The link is damaged or cut off.").waitFor();
    await page.evaluate(() => (location.hash = "state=http://other.example/x.mstate"));
    await page.getByText("only over https").waitFor();
  });
});
