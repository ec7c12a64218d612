// Chats that are kept: nothing that was said is lost, and nothing is read twice.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { countReading, engineRead, fillStore, isStored, say, shortAnswers, stored, timeList } from "./support/chats.mjs";
import { openSite } from "./support/site.mjs";
import { statesAreOnDisk } from "./support/turns.mjs";

/** @typedef {import("playwright-core").Page} Page */

// The software adapter, as in gpu.test.mjs.
const { site, browser } = await openSite(["--enable-unsafe-webgpu"]);

const small = (more = "") => site.page(`?model=/golden/chat/${more}`);
const titles = (/** @type {Page} */ page) => page.locator(".chat-title").allTextContents();
const said = async (/** @type {Page} */ page) => (await page.locator(".said .text").allTextContents()).join("|");

/** Presses something in the menu of a turn. @param {Page} page @param {number} turn from 0 @param {string} name */
async function inMenu(page, turn, name) {
  await page.locator(".turn").nth(turn).getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name }).click();
}

/** Edits a message. @param {Page} page @param {number} turn @param {string} text */
async function edit(page, turn, text) {
  await page.locator(".turn").nth(turn).getByRole("button", { name: "Edit" }).click();
  await page.locator(".editor textarea").fill(text);
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => [...document.querySelectorAll(".turn .said .text")].at(-1)?.textContent === text, text);
  await answerIsDone(page);
}

for (const backend of ["cpu", "gpu"]) {
  test(`20 turns on the ${backend}: edit, undo, regenerate, branches, reload read exactly the new tokens`, async () => {
    await withPage(browser, `${site.origin}/empty/`, async (page) => {
      page.setDefaultTimeout(120_000); // SwiftShader compiles its kernels slowly
      await countReading(page);
      await page.goto(small(`&backend=${backend}`));
      await shortAnswers(page);
      /** The position after each turn, from none. */
      const after = [0];
      const at = () => tokensRead(page);
      for (let turn = 1; turn <= 20; turn++) {
        await say(page, `Message ${turn}`);
        after.push(await at());
      }
      assert.equal(await engineRead(page), after[20], "each token is read once");

      /** @param {string} what @param {number} from the position where the known state stood @param {() => Promise<unknown>} act */
      const readsOnlyNew = async (what, from, act) => {
        const before = await engineRead(page);
        await act();
        const read = (await engineRead(page)) - before;
        assert.equal(read, (await at()) - from, `${what}: what was read is what is new`);
        return read;
      };

      // The last answer once more, from the state before it.
      await setSetting(page, "temperature", "1");
      const last = await lastAnswer(page);
      await readsOnlyNew("regenerate turn 20", after[19], async () => {
        await page.getByRole("button", { name: "Regenerate" }).click();
        await page.waitForSelector(".branches:not([hidden])");
        await answerIsDone(page);
      });
      await setSetting(page, "temperature", "0");
      assert.equal(await page.locator(".branch-place").last().textContent(), "2 of 2");
      // Back to the first answer: nothing is read.
      await page.keyboard.press("Alt+ArrowUp");
      await page.waitForFunction((text) => [...document.querySelectorAll(".answer .text")].at(-1)?.textContent === text, last);
      assert.equal(await readsOnlyNew("a branch", after[20], async () => {}), 0);
      assert.equal(await at(), after[20]);

      // Undo to turn 10, and another way from there.
      for (let turn = 20; turn > 10; turn--) {
        await page.keyboard.press("Alt+KeyZ");
        await page.waitForFunction((want) => Number(document.getElementById("state-read")?.textContent?.replace(/\D/g, "")) === want, after[turn - 1]);
      }
      await readsOnlyNew("a new turn after undo", after[10], () => say(page, "Another way"));

      // The first message becomes another one: nothing of the old chat is read.
      await page.evaluate(() => scrollTo(0, 0));
      await readsOnlyNew("edit turn 1", 0, () => edit(page, 0, "Something else"));
      assert.equal(await page.locator(".turn").count(), 1);

      // Back to the chat of 20 turns, by the arrows and redo.
      await page.keyboard.press("Alt+ArrowUp");
      await page.waitForFunction(() => document.querySelectorAll(".turn").length > 5);
      assert.equal(await said(page).then((text) => text.split("|").at(-1)), "Another way");
      await page.keyboard.press("Alt+ArrowUp"); // where "Another way" branches off
      await page.waitForFunction((text) => [...document.querySelectorAll(".answer .text")].at(-1)?.textContent === text, last);
      await page.waitForFunction((want) => Number(document.getElementById("state-read")?.textContent?.replace(/\D/g, "")) === want, after[20]);

      // A reload: the same chat, and the next message reads only itself.
      await isStored(page, 23);
      await page.waitForFunction(statesAreOnDisk, 23);
      await page.waitForTimeout(1500); // the leaf
      await page.reload();
      await modelIsReady(page);
      await page.waitForFunction((want) => Number(document.getElementById("state-read")?.textContent?.replace(/\D/g, "")) === want, after[20]);
      assert.equal(await lastAnswer(page), last);
      assert.equal(await engineRead(page), 0);
      await readsOnlyNew("the first turn after a reload", after[20], () => say(page, "After the reload"));
    });
  });
}

describe("what was said is there again", () => {
  test("after a reload: the chat, the place, the draft, the address; and a new chat is none of it", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page, 400);
      for (const message of ["The first about a lighthouse", "The second", "The third"]) await say(page, message);
      await page.fill("#message", "A draft");
      await page.evaluate(() => scrollTo(0, 300));
      const y = await page.evaluate(() => scrollY);
      await page.waitForTimeout(2500);
      await page.reload();
      await page.waitForSelector(".turn");
      assert.equal(await said(page), "The first about a lighthouse|The second|The third");
      assert.equal(await page.inputValue("#message"), "A draft");
      assert.ok(Math.abs((await page.evaluate(() => scrollY)) - y) < 60, "it is where it was");
      assert.deepEqual(await titles(page), ["The first about a lighthouse"]);
      await modelIsReady(page);
      await page.fill("#message", "");
      await page.click("#new-chat");
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
      assert.doesNotMatch(page.url(), /#chat/);
      await page.goBack();
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 3);
    });
  });

  test("an answer that the page's end cut off can be gone on with", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page, 100_000);
      await send(page, "Tell me everything");
      await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 2000);
      await page.waitForTimeout(2500);
      await page.reload();
      await page.waitForSelector(".turn");
      const text = await lastAnswer(page);
      assert.ok(text.length > 1000, "all but the last second is there");
      assert.match((await page.locator(".numbers").textContent()) ?? "", /page was closed here/);
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "10");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.waitForFunction((length) => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > length, text.length);
      await answerIsDone(page);
      assert.ok((await lastAnswer(page)).startsWith(text));
    });
  });

  test("another model reads the chat, and the first one finds its state again", async () => {
    await withPage(browser, small(), async (page) => {
      await countReading(page);
      await page.reload();
      await shortAnswers(page);
      await say(page, "One");
      await say(page, "Two");
      const position = await tokensRead(page);
      await loadByAddress(page, new URL("models/default/", site.page()).href);
      await modelIsCalled(page, "Mamba 22M chat");
      const before = await engineRead(page);
      await say(page, "Three");
      assert.equal((await engineRead(page)) - before, await tokensRead(page), "it has read all of the chat, once");
      assert.equal(await page.locator(".divider").textContent(), "Mamba 22M chat answers from here on.");
      await loadByAddress(page, "/golden/chat/");
      await modelIsCalled(page, "chat");
      const back = await engineRead(page);
      await page.keyboard.press("Alt+KeyZ");
      await page.waitForFunction((want) => Number(document.getElementById("state-read")?.textContent?.replace(/\D/g, "")) === want, position);
      assert.equal(await engineRead(page), back, "nothing is read again");
    });
  });

  test("an edited answer is what the model goes on from", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page);
      await say(page, "Hello");
      await inMenu(page, 0, "Edit the answer");
      await page.locator(".answer .editor textarea").fill("My own words");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector(".answer .text")?.textContent === "My own words");
      assert.equal(await page.locator(".branch-place").textContent(), "2 of 2");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.waitForFunction(() => /tokens/.test(document.querySelector(".numbers")?.textContent ?? "") && !document.querySelector(".writing"));
      assert.ok((await lastAnswer(page)).startsWith("My own words"));
      assert.ok((await lastAnswer(page)).length > "My own words".length);
    });
  });

  test("three ways: one is taken, the others stay as branches", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page);
      await setSetting(page, "temperature", "1");
      await say(page, "Hello");
      await inMenu(page, 0, "Answer in three ways");
      await page.waitForFunction(() => document.querySelectorAll(".way .primary:not([hidden])").length === 3);
      const second = await page.locator(".way").nth(1).locator(".text").first().textContent();
      await page.getByRole("button", { name: "Take this one" }).nth(1).click();
      await page.waitForFunction((text) => document.querySelector(".answer .text")?.textContent === text, second);
      assert.equal(await page.locator(".branch-place").textContent(), "3 of 4");
      await say(page, "And on");
      assert.equal(await page.locator(".turn").count(), 2);
    });
  });
});

describe("the list", () => {
  test("renames, pins, finds what was said, deletes with undo, and deletes all", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page, 2);
      for (const message of ["About a lighthouse", "About zebras", "About bread"]) {
        await say(page, message);
        await page.click("#new-chat");
      }
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 3);
      assert.deepEqual(await titles(page), ["About bread", "About zebras", "About a lighthouse"]);
      const menu = async (/** @type {string} */ title, /** @type {string} */ name) => {
        await page.getByRole("button", { name: `More for ${title}` }).click();
        await page.getByRole("menuitem", { name, exact: true }).click();
      };
      await menu("About a lighthouse", "Pin");
      await page.waitForFunction(() => document.querySelector(".chat-title")?.textContent === "About a lighthouse");
      await menu("About bread", "Rename");
      await page.keyboard.type("Sourdough");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title")[1]?.textContent === "Sourdough");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("zeb");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 1);
      assert.deepEqual(await titles(page), ["About zebras"]);
      assert.match((await page.textContent(".chat-said")) ?? "", /zebras/);
      await page.fill("#search-chats", "");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 3);
      await menu("About zebras", "Delete");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 2);
      await page.click("#toast-act");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 3);
      await page.reload();
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 3);
      assert.deepEqual(await titles(page), ["About a lighthouse", "Sourdough", "About zebras"]);
      await page.click("#remove-chats");
      await page.click("#ask-yes");
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length === 0);
      assert.deepEqual((await stored(page)).nodes, []);
    });
  });

  test("1,000 chats and one of 2,000 turns: list, search and open at once", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await page.waitForFunction(() => document.getElementById("chats-note")?.textContent);
      await fillStore(page, { chats: 1000, turns: 4 });
      await fillStore(page, { chats: 1, turns: 2000 });
      await page.reload();
      await page.waitForFunction(() => document.querySelectorAll(".chat-title").length >= 60);
      assert.ok((await page.locator(".chat-title").count()) < 200, "only what is near is in the document");
      console.log("ms:", JSON.stringify(await timeList(page)));
      assert.ok((await page.locator(".turn").count()) < 60, "only the turns near the end are in the document");
      assert.match(await page.locator(".said .text").last().innerText(), /Message 1999/);
      // The whole way up, without a jump.
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForFunction(() => document.querySelectorAll(".turn").length >= 30);
      await page.getByRole("button", { name: "Show earlier turns" }).press("Enter");
      await page.waitForFunction(() => document.querySelectorAll(".turn").length >= 50);
      // A place in the middle is there again: first with the turns around it, then with all of them.
      const place = () => page.evaluate(() => {
        const turn = [...document.querySelectorAll(".turn")].find((element) => element.getBoundingClientRect().bottom > 200);
        return { said: turn?.querySelector(".said .text")?.textContent, top: Math.round(turn?.getBoundingClientRect().top ?? NaN) };
      });
      await page.evaluate(() => scrollBy(0, 2000));
      await page.waitForTimeout(1600); // noted, and saved
      const before = await place();
      await page.reload();
      await page.waitForSelector(".turn");
      await page.getByRole("button", { name: "Show earlier turns" }).waitFor(); // all are there
      await modelIsReady(page);
      await page.getByRole("button", { name: "Edit", exact: true }).first().waitFor();
      const after = await place();
      assert.equal(after.said, before.said);
      assert.ok(Math.abs(after.top - before.top) < 30, `${after.top}, ${before.top}`);
    });
  });
});

test("a token changes the turn that is written, and nothing else that has a length: not the list, not the turns before", async () => {
  await withPage(browser, small(), async (page) => {
    await shortAnswers(page, 3);
    for (const message of ["One", "Two", "Three"]) await say(page, message);
    /** @param {number} tokens how many nodes were changed, made or removed where, while so many were written */
    const changed = async (tokens) => {
      await setSetting(page, "maxTokens", String(tokens));
      await page.evaluate(() => {
        const counts = { list: 0, before: 0, written: 0 };
        const observer = new MutationObserver((records) => {
          for (const { target, addedNodes, removedNodes } of records) {
            const place = target instanceof Element ? target : target.parentElement;
            const size = Math.max(1, addedNodes.length + removedNodes.length);
            if (place?.closest("#chats")) counts.list += size;
            else if (place?.closest(".turn")) counts[place.closest(".turn:last-child") ? "written" : "before"] += size;
          }
        });
        observer.observe(document.body, { childList: true, characterData: true, attributes: true, subtree: true });
        Object.assign(window, { counts });
      });
      await say(page, `${tokens} tokens`);
      return page.evaluate(() => /** @type {any} */ (window).counts);
    };
    const few = await changed(20);
    const many = await changed(400);
    console.log("nodes:", JSON.stringify({ few, many }));
    assert.ok(many.written > few.written, "the observer sees what is written");
    assert.ok(many.written < 400 * 8, "a bounded number for a token");
    // Once at the beginning and once at the end of an answer.
    assert.ok(many.list <= few.list + 4 && many.before <= few.before + 40, "the rest does not depend on the length of the answer");
  });
});

describe("where it cannot be kept", () => {
  test("a window without IndexedDB: the chat goes on, a sentence says so, nothing is there after a reload", async () => {
    await withPage(browser, small(), async (page) => {
      await page.addInitScript(() => {
        indexedDB.open = () => {
          throw new DOMException("A mutation operation was attempted on a database that did not allow mutations.", "InvalidStateError");
        };
      });
      await page.reload();
      await shortAnswers(page);
      await say(page, "Hello");
      await page.waitForSelector("#notices [data-code=chat-not-kept]");
      assert.match((await page.textContent("#notices .notice-message")) ?? "", /keeps no chats, so this chat ends with the page/);
      await say(page, "And on");
      await page.click("#new-chat");
      await say(page, "Another");
      assert.equal(await page.locator("#notices .notice").count(), 1, "it is said once");
      await page.locator(".chat-link", { hasText: "Hello" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
    });
  });

  test("storage that is cleared under the page: the open chat is kept anew", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page);
      await say(page, "One");
      await isStored(page, 1);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Storage.clearDataForOrigin", { origin: site.origin, storageTypes: "all" });
      await say(page, "Two");
      await isStored(page, 2);
      await page.reload();
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
      assert.equal(await said(page), "One|Two");
    });
  });

  test("two tabs of one chat: the second one reads along, and takes over when it is asked to", async () => {
    await withPage(browser, small(), async (first) => {
      await shortAnswers(first);
      await say(first, "One");
      await isStored(first, 1);
      const second = await first.context().newPage();
      await second.goto(first.url());
      await second.waitForSelector("#elsewhere:not([hidden])");
      assert.match((await second.textContent("#elsewhere")) ?? "", /open in another tab/);
      await modelIsReady(second);
      assert.ok(await second.isDisabled("#message"));
      await second.locator(".chat-row button").first().focus();
      await say(first, "Two");
      await second.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
      assert.ok(await second.evaluate(() => document.activeElement?.matches(".chat-row button")), "the list has not moved under the focus");
      await second.click("#take-over");
      await second.waitForFunction(() => !(/** @type {HTMLTextAreaElement} */ (document.getElementById("message")).disabled));
      await first.waitForSelector("#elsewhere:not([hidden])");
      await second.bringToFront();
      await say(second, "Three");
      await first.waitForFunction(() => document.querySelectorAll(".turn").length === 3);
      assert.equal(await said(first), "One|Two|Three");
    });
  });

  test("a chat that is deleted in one tab does not come back from the other one, where it was open", async () => {
    await withPage(browser, small(), async (first) => {
      await shortAnswers(first);
      await say(first, "One");
      await isStored(first, 1);
      const second = await first.context().newPage();
      await second.goto(small());
      await second.locator(".chat-row button").first().click();
      await second.getByRole("menuitem", { name: "Delete", exact: true }).click();
      await first.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
      await first.waitForTimeout(1500);
      assert.deepEqual(await stored(first), { chats: [], nodes: [] });
    });
  });

  test("a message that is edited while its answer is written is asked, and the link to the conversation leaves the chat", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page, 100_000);
      await send(page, "Whats this");
      await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 20);
      await page.focus("#message");
      await page.keyboard.press("ArrowUp");
      await page.locator(".editor textarea").fill("What is this?");
      await page.locator(".editor textarea").press("Enter");
      await page.locator(".said .text", { hasText: "What is this?" }).waitFor();
      await page.keyboard.press("Escape");
      await answerIsDone(page);
      await isStored(page, 2);
      assert.deepEqual((await stored(page)).nodes.map(({ message }) => message).sort(), ["What is this?", "Whats this"]);
      const { hash } = new URL(page.url());
      await page.locator(".skip").press("Enter");
      assert.equal(await page.locator(".turn").count(), 1);
      assert.equal(new URL(page.url()).hash, hash);
      assert.ok(await page.evaluate(() => document.activeElement?.id === "main"));
    });
  });

  test("on a phone the list goes when a chat is deleted, so that it can be taken back", async () => {
    await withPage(browser, small(), async (page) => {
      await page.setViewportSize({ width: 320, height: 700 });
      await shortAnswers(page);
      await say(page, "One");
      await isStored(page, 1);
      await page.click("#open-chats");
      await page.waitForSelector("#chats:popover-open");
      await page.locator(".chat-row button").first().click();
      await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
      await page.waitForSelector("#chats:popover-open", { state: "detached" });
      assert.equal(await page.evaluate(() => document.activeElement?.id), "open-chats");
      await page.locator("#toast").getByRole("button", { name: "Undo" }).click({ timeout: 5000 });
      await page.click("#open-chats");
      await page.locator(".chat-link", { hasText: "One" }).waitFor();
    });
  });

  test("a notice that a chat is not kept goes when it is, and comes again when it is not", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page);
      await page.evaluate(() => {
        const { put } = IDBObjectStore.prototype;
        const disk = { isFull: true };
        Object.assign(window, { disk });
        IDBObjectStore.prototype.put = function (...args) {
          if (disk.isFull) throw new DOMException("There is no room.", "QuotaExceededError");
          return put.apply(this, args);
        };
      });
      const notice = page.locator("#notices [data-code=chat-not-kept]");
      const full = (/** @type {boolean} */ isFull) => page.evaluate((isFull) => void (/** @type {any} */ (window).disk.isFull = isFull), isFull);
      await say(page, "One");
      await notice.waitFor();
      await full(false);
      await say(page, "Two");
      await notice.waitFor({ state: "detached" });
      await full(true);
      await say(page, "Three");
      await notice.waitFor();
    });
  });

  test("everything that is kept is deleted by one button", async () => {
    await withPage(browser, small(), async (page) => {
      await shortAnswers(page);
      await say(page, "One");
      await isStored(page, 1);
      await page.click("#open-settings");
      await page.click("#forget-all");
      await page.click("#ask-no");
      assert.equal(await page.locator(".turn").count(), 1, "no deletes nothing");
      await page.click("#open-settings");
      await page.click("#forget-all");
      await Promise.all([page.waitForNavigation(), page.click("#ask-yes")]);
      await page.waitForFunction(() => document.getElementById("chats-note")?.textContent);
      const left = await page.evaluate(async () => {
        const files = [];
        for await (const name of /** @type {any} */ (await navigator.storage.getDirectory()).keys()) files.push(name);
        return { files: files.filter((name) => name.includes("states")), settings: Object.keys(localStorage) };
      });
      assert.deepEqual(left, { files: [], settings: [] });
      assert.deepEqual((await stored(page)).nodes, []);
    });
  });
});
