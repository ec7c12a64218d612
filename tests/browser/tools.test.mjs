// A model that uses the page's tools, and one that thinks before it answers. Each is a small checkpoint whose words a test has
// chosen (support/chain-model.mjs); all else is the page as it is.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { chainModel, TOOL_TEMPLATE } from "./support/chain-model.mjs";
import { isStored, say, stored } from "./support/chats.mjs";
import { answerIsDone, lastAnswer, modelIsReady, withPage } from "./support/chromium.mjs";
import { ModelHost } from "./support/host.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

const CALLS = ['<tool_call>{"name": "calculator", "arguments": {"expression": "12*7"}}</tool_call>', '<tool_call>{"name": "clock", "arguments": {}}</tool_call>'];
const MARKS = { "<|user|>": [], "<|system|>": [], "<|tool|>": [], "<|tools|>": [] };
const ASKS = { ...MARKS, "<|bot|>": ["Let me see.\n", ...CALLS], "<|told|>": ["It is ", "84."] };
/** @type {Record<string, Record<string, string[]>>} */
const MODELS = {
  asks: ASKS,
  endless: { ...MARKS, "<|bot|>": [CALLS[0]], "<|told|>": [`${CALLS[0]}\n`] },
  thinks: { ...MARKS, "<|told|>": [], "<|bot|>": ["<think>\n", "Hm, *well*.\n", "</think>\n\n", "Yes."] },
};
for (const [name, says] of Object.entries(MODELS)) site.hosts.set(name, new ModelHost(chainModel(TOOL_TEMPLATE, says)));
const SPECIAL = { ...MARKS, "<|told|>": [], "<|bot|>": ["<think>", "\nHm, *well*.\n", "</think>", "\nYes."] };
site.hosts.set("special", new ModelHost(chainModel(TOOL_TEMPLATE, SPECIAL, ["<think>", "</think>"])));

/** @param {string} name @param {(page: import("playwright-core").Page) => Promise<void>} use @param {import("playwright-core").BrowserContextOptions} [options] */
const withModel = (name, use, options) =>
  withPage(
    browser,
    site.page(`?model=/hosted/${name}/&backend=cpu&precision=f32`),
    async (page) => {
      await modelIsReady(page);
      await use(page);
    },
    options,
  );

/** @param {import("playwright-core").Page} page */
async function switchTools(page) {
  await page.click("#open-settings");
  await page.locator("#chat-tools:enabled").click();
  await page.keyboard.press("Escape");
}

/** @param {import("playwright-core").Page} page of the last turn */
const usedLines = (page) => page.locator(".turn").last().locator(".used summary").allTextContents();

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");
/** axe-core looks at a part of the page. @param {import("playwright-core").Page} page @param {string} where */
async function hasNothingToMend(page, where) {
  await page.evaluate((code) => new Function(code)(), axe);
  const found = await page.evaluate(async (where) => {
    const { violations } = await /** @type {any} */ (window).axe.run(where);
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html).join(" ")}`);
  }, where);
  assert.deepEqual(found, [], where);
}

test("a model uses the calculator and the clock: shown, saved, restored, regenerated, branched and exported", async () => {
  await withModel("asks", async (page) => {
    await say(page, "What is 12 times 7?");
    assert.match(await lastAnswer(page), /^Let me see\.\s*<tool_call>/, "it has no tools until the visitor says so");
    await page.click("#new-chat");
    await switchTools(page);
    await say(page, "What is 12 times 7?");
    assert.equal(await lastAnswer(page), "It is 84.");
    const lines = await usedLines(page);
    assert.equal(lines[0], "Used the calculator: 12*7 = 84");
    assert.match(lines[1], /^Looked at the clock: \w+day, /);
    const turn = page.locator(".turn").last();
    assert.equal(await turn.locator(".rounds .text").first().textContent(), "Let me see.");
    await turn.locator(".used summary").first().click();
    assert.match(await turn.locator(".used dd").first().innerText(), /calculator \{"expression":"12\*7"\}/);
    await hasNothingToMend(page, ".turn:last-child");
    const numbers = await turn.locator(".numbers").textContent();
    assert.match(numbers ?? "", /2 tokens/);

    // The chat goes on, and only what is new is read.
    await say(page, "Thanks");
    await isStored(page, 3);
    const [before] = (await stored(page)).nodes.filter(({ message }) => message === "Thanks");
    assert.equal(before.rounds?.length, 1);
    const { nodes } = await stored(page);
    const first = nodes.find(({ rounds, parent }) => rounds && parent === null);
    // Of the first turn, the mark that ends it was not read.
    const told = before.rounds?.[0].calls.reduce((sum, { answer }) => sum + answer.length + 2, 0) ?? 0;
    assert.equal(before.readTokens, 1 + "Thanks".length + 3 + 1 + told + 1, JSON.stringify(before.rounds));
    assert.ok(first && first.readTokens > 400, "the tools were read once");

    await page.click(".turn:last-child button:has-text('Regenerate')");
    await answerIsDone(page);
    assert.equal((await usedLines(page)).length, 2);
    assert.equal(await page.locator(".turn").last().locator(".branch-place").textContent(), "2 of 2");
    await isStored(page, 4);
    await page.reload();
    await modelIsReady(page);
    await page.locator(".turn").nth(1).waitFor();
    assert.equal((await usedLines(page))[0], "Used the calculator: 12*7 = 84");
    await page.click("#open-settings");
    await page.locator("#chat-tools:checked:enabled").waitFor(); // the model is asked first
    await hasNothingToMend(page, "#settings");
    await page.click("#instruction-examples button:has-text('Brief')");
    assert.match(await page.inputValue("#instructions"), /one or two short sentences/);
    await page.keyboard.press("Escape");
    await say(page, "Again");
    assert.equal((await usedLines(page)).length, 2, "the restored chat goes on");

    const saved = page.waitForEvent("download");
    await page.locator(".chat-row:has([aria-current]) button").click();
    await page.getByRole("menuitem", { name: "Save as JSON" }).click();
    const file = await (await saved).path();
    const [chat] = JSON.parse(await readFile(file, "utf8")).chats;
    assert.equal(chat.tools, true);
    assert.match(chat.system, /one or two short sentences/);
    assert.equal(chat.turns.filter((/** @type {any} */ { rounds }) => rounds?.[0].calls[0].answer === "84").length, 4);
    const rows = await page.locator(".chat-row").count();
    await page.setInputFiles("#chat-files", file);
    await page.locator(".chat-row").nth(rows).waitFor(); // the chat that was open has as many turns
    await page.locator(".turn").nth(2).waitFor();
    assert.equal((await usedLines(page))[0], "Used the calculator: 12*7 = 84");
    await say(page, "And again");
    assert.equal((await usedLines(page)).length, 2, "the opened chat goes on with its tools");
  });
});

test("a model that calls for ever is stopped, and a model that takes no tools says why", async () => {
  await withModel("endless", async (page) => {
    await switchTools(page);
    await say(page, "What is 12 times 7?");
    assert.equal((await usedLines(page)).length, 4);
    assert.match((await page.textContent(".turn .problem")) ?? "", /used its tools 4 times/);
  });
  await withPage(browser, site.page(), async (page) => {
    await modelIsReady(page);
    await page.click("#open-settings");
    await page.waitForFunction(() => document.getElementById("chat-tools-note")?.textContent);
    assert.match((await page.textContent("#chat-tools-note")) ?? "", /^This model takes no tools: its chat template leaves them out\.$/);
    assert.ok(await page.locator("#chat-tools:disabled").isVisible());
  });
});

test("thoughts: the next turn has the answer without them, as the template says; a copy leaves them out", async () => {
  await withModel(
    "thinks",
    async (page) => {
      await say(page, "Hi");
      assert.equal(await page.locator(".turn .text > .block").textContent(), "Yes.");
      assert.equal(await page.locator(".thought em").textContent(), "well");
      await page.click(".turn:last-child button:has-text('Copy')");
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "Yes.");
      await say(page, "Hello");
      await isStored(page, 2);
      const { nodes } = await stored(page);
      const [first, second] = nodes.toSorted((a, b) => a.createdAt - b.createdAt);
      // Each letter of a message is a token, and so are a mark and a phrase. The first turn is read again without its thought.
      const asked = (/** @type {string} */ message) => 1 + message.length + 2;
      assert.equal(first.readTokens, asked("Hi"));
      assert.equal(second.readTokens, asked("Hi") + 1 + 1 + asked("Hello"), "what the model read for the second turn");
      assert.match(second.answer, /^<think>\nHm/);
      await say(page, "Third");
      await isStored(page, 3);
      const third = (await stored(page)).nodes.find(({ message }) => message === "Third");
      assert.equal(third?.readTokens, 1 + asked("Hello") + 1 + 1 + asked("Third"), "the first turn is not read again");
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
  await withModel("special", async (page) => {
    await say(page, "Hi");
    assert.equal(await page.locator(".turn .text > .block").textContent(), "Yes.", "marks that are special tokens fold too");
    assert.equal(await page.locator(".thought em").textContent(), "well");
  });
});
