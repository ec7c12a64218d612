// Nothing that a visitor wrote, and no model that answers, is given up before what replaces it stands.

import assert from "node:assert/strict";
import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, drop, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

const small = () => site.page("?model=/golden/chat/");
const chatFolder = fileURLToPath(new URL("../golden/chat/", import.meta.url));
const said = (/** @type {Page} */ page) => page.locator(".said").allTextContents();

/** A chat with one answer. @param {Page} page */
async function chatted(page) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "6");
  await send(page, "Hello");
  await answerIsDone(page);
  return { answer: await lastAnswer(page), read: await tokensRead(page) };
}

/** The chat goes on as if nothing had been. @param {Page} page @param {{ answer: string, read: number }} before */
async function goesOn(page, before) {
  assert.equal(await lastAnswer(page), before.answer);
  assert.equal(await tokensRead(page), before.read);
  await send(page, "And on");
  await answerIsDone(page);
  assert.notEqual(await lastAnswer(page), "");
  assert.ok((await tokensRead(page)) > before.read, "the state goes on");
  assert.equal(await page.locator(".divider").count(), 0);
}

test("a model that cannot be loaded leaves the chat and its model as they were", async () => {
  await withPage(browser, small(), async (page) => {
    const before = await chatted(page);
    for (const address of ["/made/nothing-there/", "/made/llama/", "/made/cut-in-half/"]) {
      await loadByAddress(page, address);
      const name = address.split("/")[2];
      await page.getByRole("heading", { name: `“${name}” could not be loaded` }).waitFor();
      assert.equal(await page.textContent("#model-name"), "chat");
      assert.equal(await page.locator(".turn").count(), 1);
    }
    await page.getByRole("button", { name: "Keep the present model" }).click();
    assert.ok(await page.isHidden("#problem"));
    await goesOn(page, before);
  });
});

test("before a text loses its memory the page asks; no ends nothing, yes keeps what was said on the page", async () => {
  await withPage(browser, small(), async (page) => {
    const before = await chatted(page);
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once");
    await page.click("#complete");
    await page.waitForSelector("#completion-again:not([hidden])");
    await page.click("#open-models");
    await page.fill("#model-address", "/made/waiting/");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#ask[open]");
    await page.keyboard.press("Escape");
    assert.equal(await page.textContent("#model-name"), "chat");
    await page.check("input[value=chat]");
    await goesOn(page, before);

    await loadByAddress(page, "/made/not-json/");
    await page.waitForSelector("#problem .problem");
    await loadByAddress(page, "/made/in-two-parts/");
    await modelIsCalled(page, "in-two-parts");
    assert.ok(await page.isHidden("#problem"));
    assert.deepEqual(await said(page), ["You wroteHello", "You wroteAnd on"]);
  });
});

test("another model takes over with a line that says so, and reads the chat before it answers", async () => {
  await withPage(browser, small(), async (page) => {
    await chatted(page);
    await loadByAddress(page, new URL("models/default/", site.page()).href);
    await modelIsCalled(page, "Mamba 22M chat");
    assert.equal(await page.locator(".turn").count(), 1);
    assert.equal(await tokensRead(page), 0);
    await send(page, "Hello!");
    await answerIsDone(page);
    assert.equal(await page.textContent(".turn:nth-of-type(2) .divider"), "Mamba 22M chat answers from here on.");
    assert.ok((await tokensRead(page)) > 0);
    assert.equal(await page.locator(".turn").count(), 2);
  });
});

test("the chat goes on while another model is loaded", async () => {
  site.hold();
  await withPage(browser, small(), async (page) => {
    const before = await chatted(page);
    await loadByAddress(page, "/made/waiting/");
    await page.waitForSelector("#loading-strip:not([hidden]) #loading");
    await page.waitForFunction(() => /: waiting$/.test(document.querySelector("#loading-what")?.textContent ?? ""));
    await goesOn(page, before);
    await page.click("#cancel-loading");
    await page.waitForSelector(".problem.is-calm");
    assert.equal(await page.textContent("#model-name"), "chat");
    site.letGo();
  });
});

test("where memory has room for one model only, the old one is unloaded when the visitor says so", async () => {
  await withPage(browser, small(), async (page) => {
    const before = await chatted(page);
    const full = { code: "out-of-memory", message: "The browser has no more memory for this model.", hint: "Close other tabs." };
    await page.route("**/worker.js*", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        headers: { "Cross-Origin-Embedder-Policy": "require-corp" },
        body: `self.onmessage = ({ data }) => { if (data.call === "load") self.postMessage({ fatal: ${JSON.stringify(full)} }); };`,
      }),
    );
    await loadByAddress(page, "/made/in-two-parts/");
    const unload = page.getByRole("button", { name: "Unload the present model, and try again" });
    await unload.waitFor();
    await goesOn(page, before);
    await page.unroute("**/worker.js*");
    await unload.click();
    await modelIsCalled(page, "in-two-parts");
    assert.equal(await page.locator(".turn").count(), 2);
  });
});

test("dropped files that are no model are told as that, and change nothing", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "mamba-drop-"));
  try {
    const picture = path.join(folder, "holiday.png");
    await writeFile(picture, "no picture either");
    await withPage(browser, small(), async (page) => {
      const before = await chatted(page);
      await drop(page, [picture]);
      await page.waitForSelector("#notices .notice");
      assert.match((await page.textContent("#notices .notice-message")) ?? "", /^“holiday\.png” is no model\.$/);
      await drop(page, [path.join(chatFolder, "config.json")]);
      await page.waitForFunction(() => /no model\.safetensors/.test(document.getElementById("notices")?.textContent ?? ""));
      assert.equal(await page.locator("#notices .notice").count(), 1);
      await page.locator("#notices").getByRole("button", { name: "Close this notice" }).click();
      assert.equal(await page.locator("#notices .notice").count(), 0);
      await goesOn(page, before);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Writes messages while the model loads. @param {Page} page @param {string[]} messages */
async function writeEarly(page, messages) {
  await page.waitForSelector("#loading:not(.away)");
  for (const message of messages) {
    await page.fill("#message", message);
    await page.keyboard.press("Enter");
  }
}

test("messages written while the model loads stand there at once, and are all answered in order", async () => {
  site.hold();
  await withPage(browser, site.page("?model=/made/waiting/"), async (page) => {
    await setSetting(page, "maxTokens", "5");
    await writeEarly(page, ["First", "Second", "Third"]);
    assert.deepEqual(await said(page), ["You wroteFirst", "You wroteSecond", "You wroteThird"]);
    assert.equal(await page.locator(".turn.waiting").count(), 3);
    assert.match((await page.textContent("#composer-note")) ?? "", /as soon as the model is loaded/);
    assert.ok(await page.isVisible("#loading"), "how far the load is stays in view");
    site.letGo();
    await page.waitForFunction(() => document.querySelectorAll(".turn").length === 3 && !document.querySelector(".waiting, .writing"));
    for (const text of await page.locator(".answer .text").allTextContents()) assert.notEqual(text, "");
    assert.deepEqual(await said(page), ["You wroteFirst", "You wroteSecond", "You wroteThird"]);
  });
});

for (const [what, model, end] of /** @type {const} */ ([
  ["loading is cancelled", "/made/waiting/", async (/** @type {Page} */ page) => page.click("#cancel-loading")],
  ["the model cannot be loaded", "/made/waiting-llama/", async () => site.letGo()],
  ["the model cannot chat", "/made/waiting-base/", async () => site.letGo()],
])) {
  test(`messages go back into the box where ${what}`, async () => {
    site.hold();
    await withPage(browser, site.page(`?model=${model}`), async (page) => {
      await writeEarly(page, ["First", "Second"]);
      await page.fill("#message", "a third that is not sent");
      await end(page);
      await page.waitForFunction(() => /** @type {any} */ (document.getElementById("message")).value.includes("First"));
      assert.equal(await page.inputValue("#message"), "First\n\nSecond\n\na third that is not sent");
      assert.equal(await page.locator(".turn").count(), 0);
      assert.ok(await page.isVisible("#message"));
      assert.match((await page.textContent("#composer-note")) ?? "", /not answered.*back in the box/);
      site.letGo();
    });
  });
}

test("stopping the first of several answers gives the others back", async () => {
  site.hold();
  await withPage(browser, site.page("?model=/made/waiting/"), async (page) => {
    await setSetting(page, "maxTokens", "100000");
    await writeEarly(page, ["First", "Second"]);
    site.letGo();
    await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 20);
    await page.keyboard.press("Escape");
    await answerIsDone(page);
    assert.equal(await page.inputValue("#message"), "Second");
    assert.equal(await page.locator(".turn").count(), 1);
  });
});

/** A browser window that keeps nothing. @param {Page} page */
const withoutStorage = (page) =>
  page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException("A mutation operation was attempted on a database that did not allow mutations.", "InvalidStateError");
    };
  });

test("leaving the page is asked about where a completion, or what is edited, would be lost", async () => {
  await withPage(browser, small(), async (page) => {
    await chatted(page);
    const asked = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
    assert.equal(await asked(), false);
    await page.locator(".turn").first().getByRole("button", { name: "Edit" }).click();
    await page.locator(".editor textarea").fill("Something else");
    assert.equal(await asked(), true, "an edited message");
    await page.keyboard.press("Escape");
    assert.equal(await asked(), false);
    await page.check("input[value=completion]");
    await page.fill("#beginning", "Once upon a time");
    assert.equal(await asked(), true, "a beginning");
    await page.check("input[value=chat]");
    assert.equal(await asked(), true, "also while the chat is looked at");
    await page.check("input[value=completion]");
    await page.click("#completion-clear");
    assert.equal(await asked(), false);
  });
});

test("leaving the page is asked about only where something would be lost", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await page.fill("#message", "A draft");
    assert.equal(await page.evaluate(() => dispatchEvent(new Event("beforeunload", { cancelable: true }))), true, "it is kept");
    await withoutStorage(page);
    await page.reload();
    await modelIsReady(page);
    await page.fill("#message", "");
    const asked = () =>
      page.evaluate(() => {
        const event = new Event("beforeunload", { cancelable: true });
        dispatchEvent(event);
        return event.defaultPrevented;
      });
    assert.equal(await asked(), false);
    await page.fill("#message", "A draft");
    assert.equal(await asked(), true);
    await page.fill("#message", "");
    await setSetting(page, "maxTokens", "100000");
    await send(page, "Hello");
    assert.equal(await asked(), true);
    await page.click("#new-chat");
    await page.waitForFunction(() => document.getElementById("send")?.textContent?.includes("Send"));
    assert.equal(await asked(), false);
  });
});
