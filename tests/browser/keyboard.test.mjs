// The page without a mouse, and to those who listen to it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { answerIsDone, lastAnswer, loadByAddress, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { inTheMiddle, isLonger } from "./support/faults.mjs";
import { openSite } from "./support/site.mjs";
import { painted } from "./support/turns.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

const small = () => site.page("?model=/golden/chat/");
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const focused = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    const { id, textContent, tagName } = document.activeElement ?? {};
    return id || textContent?.trim() || tagName;
  });

test("everything is reached and done by keyboard", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "200");
    await page.reload();
    await modelIsReady(page);
    const order = [];
    for (let i = 0; i < 18; i++) {
      await page.keyboard.press("Tab");
      order.push(await focused(page));
    }
    assert.equal(order[0], "Skip to the conversation");
    for (const id of ["open-chats", "new-chat", "search-chats", "open-settings", "dark-theme", "open-models", "message", "send"]) {
      assert.ok(order.includes(id), `${id} is not reached: ${order.join(", ")}`);
    }

    await page.focus("#message");
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    assert.equal(await page.inputValue("#message"), "one\ntwo");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".turn");
    assert.equal(await page.inputValue("#message"), "");
    assert.equal(await focused(page), "message", "the focus stays in the box");
    await answerIsDone(page);

    // Back from the box to the answer's buttons.
    for (let i = 0; i < 5 && (await focused(page)) !== "Regenerate"; i++) await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "Regenerate");
    const before = await lastAnswer(page);
    await page.keyboard.press("Enter");
    await page.waitForFunction((old) => document.querySelector(".answer .text")?.textContent !== old, before);
    await answerIsDone(page);

    for (const [opener, dialog] of [
      ["open-settings", "settings"],
      ["open-models", "models"],
    ]) {
      await page.focus(`#${opener}`);
      await page.keyboard.press("Enter");
      assert.ok(await page.isVisible(`#${dialog}`));
      await page.keyboard.press("Escape");
      assert.ok(await page.isHidden(`#${dialog}`));
      assert.equal(await focused(page), opener, "the focus goes back to where it was");
    }
  });
});

test("chats and branches by keyboard alone", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "5");
    await page.focus("#message");
    for (const message of ["One", "Two"]) {
      await send(page, message);
      await answerIsDone(page);
    }
    const messages = () => page.locator(".said .text").allTextContents();
    // The last message is edited from the empty box.
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Your message");
    await page.keyboard.press("Escape");
    // The focus goes back to the box, in the next frame.
    await page.waitForFunction(() => document.activeElement?.id === "message");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.type(" and a half");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".turn .said .text")[1]?.textContent === "Two and a half");
    await answerIsDone(page);
    await page.keyboard.press("Alt+ArrowUp");
    await page.waitForFunction(() => document.querySelectorAll(".turn .said .text")[1]?.textContent === "Two");
    await page.keyboard.press("Alt+ArrowDown");
    await page.waitForFunction(() => document.querySelectorAll(".turn .said .text")[1]?.textContent === "Two and a half");
    // The map: up to the first turn.
    await page.keyboard.press("Alt+KeyM");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".turn").length === 1);
    await page.keyboard.press("Alt+KeyY");
    await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
    // A new chat, and back by the list.
    await page.keyboard.press("Control+Shift+KeyO");
    await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
    assert.equal(await focused(page), "message");
    await page.keyboard.press("Control+k");
    assert.equal(await focused(page), "search-chats");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
    assert.deepEqual(await messages(), ["One", "Two and a half"]);
    // What the keys are for.
    await page.keyboard.press("Tab");
    await page.keyboard.press("?");
    assert.ok(await page.isVisible("#shortcuts"));
    await page.keyboard.press("Escape");
    assert.ok(await page.isHidden("#shortcuts"));
  });
});

test("the focus is never lost: an example, Regenerate, Go on, a failure and its buttons", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "4");
    const press = async (/** @type {string} */ name) => {
      await page.getByRole("button", { name, exact: true }).last().press("Enter");
      // It is looked after in the frame after the change.
      await page.evaluate(painted);
      return focused(page);
    };
    assert.equal(await press("Tell me a joke."), "message");
    await answerIsDone(page);
    assert.equal(await press("Go on"), "message");
    await answerIsDone(page);
    assert.equal(await press("Regenerate"), "message");
    await answerIsDone(page);
    await loadByAddress(page, "/made/nothing-there/");
    await page.waitForSelector("#problem .problem");
    assert.equal(await press("Keep the present model"), "message");
    await loadByAddress(page, "/made/nothing-there/");
    await page.waitForSelector("#problem .problem");
    assert.notEqual(await press("Try again"), "BODY");
    await page.click("#ask-yes", { timeout: 1000 }).catch(() => {});
    await page.waitForSelector("#problem .problem");
    assert.notEqual(await focused(page), "BODY");
  });
});

test("the finished answer is announced once, not word by word", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "30");
    await page.evaluate(() => {
      const said = /** @type {string[]} */ ([]);
      Object.assign(window, { said });
      const announcer = document.getElementById("announcer");
      if (!announcer) return;
      new MutationObserver(() => said.push(announcer.textContent ?? "")).observe(announcer, { childList: true, subtree: true });
    });
    await send(page, "Hello");
    await answerIsDone(page);
    await page.waitForFunction(() => /** @type {any} */ (window).said.length > 0);
    const said = await page.evaluate(() => /** @type {any} */ (window).said);
    assert.equal(said.length, 1);
    assert.match(said[0], /^Answer: /);
    // No ancestor of the answer is a live region.
    assert.equal(await page.locator("[aria-live] .answer, [role=log] .answer").count(), 0);
  });
});

test("an answer that ends while a dialog is open is announced in the dialog, where it is heard", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    const before = await page.textContent("#announcer");
    assert.match(before ?? "", /^Answer: /);
    await page.click("#open-settings");
    // Not by the mouse, which does not reach what is outside of the dialog.
    await page.evaluate(() => document.getElementById("send")?.click());
    await answerIsDone(page);
    await page.waitForFunction(() => document.querySelector("#settings .announcer")?.textContent === "Stopped.");
    assert.equal(await page.textContent("#announcer"), before);
  });
});

test("Escape closes a menu, or ends what is composed, and only then stops the answer", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    const isWriting = () => page.locator(".turn.writing").count();
    await page.locator(".chat-row button").first().click();
    await page.waitForSelector("#menu:popover-open");
    // The page scrolls as the answer grows, and the menu stays.
    await isLonger(page, (await lastAnswer(page)).length + 1500);
    assert.equal(await page.locator("#menu:popover-open").count(), 1);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#menu:popover-open", { state: "detached" });
    assert.equal(await isWriting(), 1);
    await page.evaluate(() => document.getElementById("message")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", isComposing: true, bubbles: true })));
    assert.equal(await isWriting(), 1);
    await page.keyboard.press("Escape");
    await answerIsDone(page);
  });
});

test("axe finds nothing wrong, in light and dark, in each view", async () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await withPage(
      browser,
      small(),
      async (page) => {
        // The page's policy allows no foreign script in the page, so axe comes in from outside it.
        const axe = async (/** @type {string} */ view) => {
          const violations = await page.evaluate(async () => {
            const { violations } = await /** @type {any} */ (window).axe.run(document, {
              runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            });
            return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ n) => n.html).join(" ")}`);
          });
          assert.deepEqual(violations, [], `${view}, ${colorScheme}`);
        };
        await modelIsReady(page);
        await page.evaluate(await readFile(axePath, "utf8"));
        await axe("empty chat");
        await setSetting(page, "maxTokens", "10");
        await send(page, "Hello");
        await answerIsDone(page);
        await axe("answered chat");
        await page.getByRole("button", { name: "Regenerate" }).click();
        await page.waitForSelector(".branches:not([hidden])");
        await answerIsDone(page);
        await axe("branches");
        await page.locator(".turn").getByRole("button", { name: "More" }).click();
        await axe("menu");
        await page.keyboard.press("Escape");
        await page.locator(".turn").getByRole("button", { name: "Edit" }).click();
        await axe("a message that is edited");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Alt+KeyM");
        await axe("map");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Alt+KeyZ");
        await page.waitForSelector("#taken-back:not([hidden])");
        await axe("a turn that is taken back");
        await page.click("#put-back");
        await page.waitForSelector("#taken-back[hidden]", { state: "attached" });
        await page.locator(".turn").getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Answer in three ways" }).click();
        await page.waitForFunction(() => document.querySelectorAll(".way .primary:not([hidden])").length === 3);
        await axe("three ways");
        await page.keyboard.press("Escape");
        await page.evaluate(() => document.getElementById("main")?.focus());
        await page.keyboard.press("?");
        await page.waitForSelector("#shortcuts[open]");
        await axe("shortcuts");
        await page.keyboard.press("Escape");
        await page.click("#open-read-this");
        await page.fill("#read-text", "A text of some words. ".repeat(20));
        await page.click("#read-start");
        await page.waitForSelector(".book");
        await axe("a text that was read");
        await page.keyboard.press("Escape");
        await page.locator(".chat-row").first().getByRole("button", { name: /^More/ }).click();
        await page.getByRole("menuitem", { name: "Share by a link" }).click();
        await page.waitForSelector("#share[open]");
        await axe("a link to a chat");
        await page.keyboard.press("Escape");
        await page.click("#open-settings");
        await page.check("#note-surprise");
        await page.keyboard.press("Escape");
        await send(page, "And now?");
        await answerIsDone(page);
        await page.locator(".turn").last().getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "What it weighed" }).click();
        await axe("what the model weighed");
        await page.keyboard.press("Escape");
        await page.click("#open-settings");
        await page.fill("#setting-temperature", "9");
        await axe("settings");
        await page.keyboard.press("Escape");
        await page.click("#open-models");
        await axe("models");
        await page.keyboard.press("Escape");
        await page.check("input[value=completion]");
        await axe("completion");
        await page.click("#open-endless");
        await page.waitForFunction(() => document.querySelector("#endless-memory .ours")?.hasAttribute("points"));
        await page.click("#endless-go");
        await axe("the endless line");
        await page.keyboard.press("Escape");
        await page.click("#open-models");
        await page.fill("#model-address", "/made/llama/");
        await page.keyboard.press("Enter");
        await page.click("#ask-yes", { timeout: 1000 }).catch(() => {});
        await page.waitForSelector("#problem .problem");
        await axe("failed model");
        await page.check("input[value=chat]");
        await page.evaluate(() => document.getElementById("problem")?.scrollIntoView());
        await axe("failed model in a chat");
        await page.click("#remove-chats");
        await page.waitForSelector("#ask[open]");
        await axe("question");
        await page.click("#ask-yes");
        await page.waitForSelector("#toast:not([hidden])");
        await axe("a toast");
        await page.setViewportSize({ width: 390, height: 780 });
        await page.click("#open-chats");
        await page.waitForSelector("#chats:popover-open");
        await axe("the list as a drawer");
        await page.keyboard.press("Escape");
      },
      { colorScheme },
    );
  }
});

test("axe finds nothing wrong while messages wait, and with a notice", async () => {
  site.hold();
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await withPage(
      browser,
      site.page("?model=/made/waiting/&precision=int9"),
      async (page) => {
        await page.waitForSelector("#loading:not(.away)");
        await page.waitForSelector("#notices .notice");
        await page.fill("#message", "Early");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".turn.waiting");
        await page.evaluate(await readFile(axePath, "utf8"));
        const violations = await page.evaluate(async () => {
          const { violations } = await /** @type {any} */ (window).axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          });
          return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ n) => n.html).join(" ")}`);
        });
        assert.deepEqual(violations, [], colorScheme);
      },
      { colorScheme },
    );
  }
  site.letGo();
});

test("nothing is cut off at 320 pixels, nor at 200 % zoom", async () => {
  for (const viewport of [
    { width: 320, height: 568 },
    { width: 640, height: 360 },
  ]) {
    await withPage(
      browser,
      site.page(),
      async (page) => {
        await modelIsReady(page);
        const overflow = () =>
          page.evaluate(() => {
            const width = document.documentElement.clientWidth;
            return [...document.querySelectorAll("body *:not(.unseen, .unseen *, symbol *, .skip, option)")]
              .filter((element) => {
                const box = element.getBoundingClientRect();
                return box.width > 1 && (box.right > width + 0.5 || box.left < -0.5);
              })
              .map((element) => element.outerHTML.slice(0, 80));
          });
        assert.deepEqual(await overflow(), []);
        await setSetting(page, "maxTokens", "20");
        await send(page, "A-very-long-word-without-any-place-to-break-it".repeat(5));
        await answerIsDone(page);
        assert.deepEqual(await overflow(), []);
        await page.check("input[value=completion]");
        assert.deepEqual(await overflow(), []);
      },
      { viewport },
    );
  }
});
