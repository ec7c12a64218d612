// The main way: the page opens, its model loads, a message is answered.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, tokensRead, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

const small = () => site.page("?model=/golden/chat/");
const long = async (/** @type {import("playwright-core").Page} */ page) => setSetting(page, "maxTokens", "100000");

describe("the model of the page", () => {
  test("loads, shows its card, and answers word by word", async () => {
    await withPage(browser, site.page(), async (page) => {
      await modelIsReady(page);
      const card = (await page.textContent(".model-card")) ?? "";
      assert.match(card, /Mamba 22M chat/);
      assert.match(card, /22\.7 M parameters/);
      assert.match(card, /CPU/);
      assert.match(card, /MiB/);
      assert.equal(await page.textContent("#state-size"), "1.0 MiB");

      await page.evaluate(() => {
        // Every length that the answer had when its text changed.
        const lengths = /** @type {number[]} */ ([]);
        Object.assign(window, { lengths });
        new MutationObserver(() => {
          const length = document.querySelector(".answer .text")?.textContent?.length ?? 0;
          if (length > (lengths.at(-1) ?? 0)) lengths.push(length);
        }).observe(document.getElementById("turns") ?? document.body, { childList: true, subtree: true });
      });
      await send(page, "Tell me a story about a lighthouse.");
      await answerIsDone(page);
      const lengths = await page.evaluate(() => /** @type {any} */ (window).lengths);
      assert.ok(lengths.length >= 2, `the text grew in ${lengths.length} steps`);

      const answer = await lastAnswer(page);
      assert.ok(answer.split(/\s+/).length > 10, answer);
      assert.doesNotMatch(answer, /<\|/, "marks of the chat template show in the answer");
      assert.match((await page.textContent(".numbers")) ?? "", /^\d+ tokens · [\d.,]+ tokens\/s · first token after /);
      assert.equal(await page.textContent("#state-size"), "1.0 MiB");
      assert.match((await page.textContent("#announcer")) ?? "", /^Answer: /);
    });
  });

  test("remembers what it was told, because the state goes on", async () => {
    await withPage(browser, site.page(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "temperature", "0");
      await send(page, "Hello! My name is Mira.");
      await answerIsDone(page);
      await send(page, "What is my name?");
      await answerIsDone(page);
      assert.match(await lastAnswer(page), /Mira/);
    });
  });
});

describe("an answer", () => {
  test("is stopped by the button and by Escape, and what is there stays", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await long(page);
      for (const stop of [() => page.click("#send"), () => page.keyboard.press("Escape")]) {
        await send(page, "Hello");
        await page.waitForFunction(() => ([...document.querySelectorAll(".answer .text")].at(-1)?.textContent?.length ?? 0) > 40);
        await stop();
        await answerIsDone(page);
        const text = await lastAnswer(page);
        const read = await tokensRead(page);
        assert.ok(text.length > 40);
        assert.match((await page.locator(".numbers").last().textContent()) ?? "", /stopped/);
        assert.match((await page.textContent("#send")) ?? "", /Send/);
        await page.waitForTimeout(200);
        assert.equal(await lastAnswer(page), text, "the text grew after the stop");
        assert.equal(await tokensRead(page), read, "tokens were read after the stop");
      }
    });
  });

  test("is regenerated from the state before it, without reading the chat again", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "24");
      await setSetting(page, "seed", "5");
      await send(page, "A first message that is a little longer than the second one, to be read only once.");
      await answerIsDone(page);
      await send(page, "Second");
      await answerIsDone(page);
      const [first, read] = [await lastAnswer(page), await tokensRead(page)];

      await page.getByRole("button", { name: "Regenerate" }).click();
      await page.waitForFunction((old) => [...document.querySelectorAll(".answer .text")].at(-1)?.textContent !== old, first);
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), first, "a fixed seed must not give the same answer again");
      assert.equal(await page.locator(".turn").count(), 2);
      assert.equal(await tokensRead(page), read, "the state holds the same conversation, not a longer one");
    });
  });

  test("goes on past the longest answer", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "10");
      await send(page, "Hello");
      await answerIsDone(page);
      const [text, read] = [await lastAnswer(page), await tokensRead(page)];
      assert.match((await page.textContent(".numbers")) ?? "", /10 tokens.*longest answer reached/);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.waitForFunction((old) => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > old, text.length);
      await answerIsDone(page);
      assert.ok((await lastAnswer(page)).startsWith(text));
      assert.equal(await tokensRead(page), read + 10);
    });
  });

  test("goes on after a stop", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await long(page);
      await send(page, "Hello");
      await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 20);
      await page.keyboard.press("Escape");
      await answerIsDone(page);
      const text = await lastAnswer(page);
      await setSetting(page, "maxTokens", "10");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.waitForFunction((old) => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > old, text.length);
      await answerIsDone(page);
      assert.ok((await lastAnswer(page)).startsWith(text));
    });
  });

  test("that was stopped before its first word cannot go on, and says so in a sentence", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await page.evaluate(() => {
        const box = document.getElementById("message");
        if (box instanceof HTMLTextAreaElement) box.value = "word ".repeat(100_000);
      });
      await page.click("#send");
      // From within the page: on a busy machine a click of the test comes when all is read.
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            const look = () => {
              if (!/Reading [0-9,]+ of/.test(document.querySelector(".turn")?.textContent ?? "")) return requestAnimationFrame(look);
              document.getElementById("send")?.click();
              resolve(null);
            };
            look();
          }),
      );
      await answerIsDone(page);
      assert.equal(await page.locator(".numbers").textContent(), "Stopped");
      assert.equal(await page.locator(".turn .status").textContent(), "Stopped before the first word.");
      assert.equal(await page.getByRole("button", { name: "Go on" }).count(), 0);
    });
  });

  test("follows its end until the question is at the top, and no further", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "1500");
      await send(page, "A first one");
      await answerIsDone(page);
      const top = () =>
        page.evaluate(() => {
          const [turn] = [...document.querySelectorAll(".turn")].slice(-1);
          const header = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
          return { y: turn.getBoundingClientRect().top - header, below: document.documentElement.scrollHeight - innerHeight - scrollY };
        });
      await send(page, "A second one");
      await answerIsDone(page);
      const at = await top();
      assert.ok(at.y >= 0 && at.y < 40, `the question is ${at.y} below the header`);
      assert.ok(at.below > 200, "the end is further down");
      // A click of the test would scroll to the button first, which is at the end.
      await page.getByRole("button", { name: "Go on" }).dispatchEvent("click");
      await page.waitForSelector("#latest:not([hidden])");
      const now = await top();
      assert.ok(Math.abs(now.y - at.y) < 2, `the question moved from ${at.y} to ${now.y}`);
      await page.locator("#latest").dispatchEvent("click");
      await answerIsDone(page);
      assert.ok((await top()).below < 60, "whoever asks for the latest gets it");
    });
  });

  test("is copied as it stands", async () => {
    await withPage(
      browser,
      small(),
      async (page) => {
        await modelIsReady(page);
        await setSetting(page, "maxTokens", "12");
        await send(page, "Hello");
        await answerIsDone(page);
        await page.getByRole("button", { name: "Copy" }).click();
        await page.waitForSelector("text=Copied");
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        assert.equal(copied.replace(/\s+/g, ""), (await lastAnswer(page)).replace(/\s+/g, ""));
        assert.notEqual(copied, "");
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  });
});

describe("the chat", () => {
  test("keeps its size while tokens are read by the thousand", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      const size = await page.textContent("#state-size");
      await setSetting(page, "maxTokens", "3000");
      await send(page, "Hello");
      await answerIsDone(page);
      assert.ok((await tokensRead(page)) > 3000);
      assert.equal(await page.textContent("#state-size"), size);
    });
  });

  test("begins anew: no turns, nothing read", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await long(page);
      await send(page, "Hello");
      await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 0);
      await page.click("#new-chat"); // in the middle of an answer
      await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
      await page.waitForFunction(() => document.getElementById("state-read")?.textContent === "0 tokens read");
      assert.ok(await page.isVisible("#welcome"));
      assert.equal(await page.evaluate(() => document.activeElement?.id), "message");
      await setSetting(page, "maxTokens", "5");
      await send(page, "Hello again");
      await answerIsDone(page);
      assert.equal(await page.locator(".turn").count(), 1);
    });
  });

  test("shows messages and answers as text, never as HTML", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "3");
      await send(page, "<img src=x onerror=alert(1)><b>bold</b>");
      await answerIsDone(page);
      assert.equal(await page.locator(".turn img, .turn b").count(), 0);
      assert.match((await page.textContent(".said")) ?? "", /<b>bold<\/b>/);
    });
  });

  test("writes each text in its own direction", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "3");
      await page.fill("#message", "שלום");
      const direction = (/** @type {string} */ selector) => page.$eval(selector, (element) => getComputedStyle(element).direction);
      assert.equal(await direction("#message"), "rtl");
      await page.keyboard.press("Enter");
      await answerIsDone(page);
      assert.equal(await direction(".said .text"), "rtl");
      assert.equal(await page.getAttribute(".answer .text [dir]", "dir"), "auto");
      await page.check("input[value=completion]");
      await page.fill("#beginning", "سلام");
      assert.equal(await direction("#beginning"), "rtl");
    });
  });

  test("moves its light with every block that is read", async () => {
    await withPage(browser, site.page(), async (page) => {
      await modelIsReady(page);
      await page.evaluate(() => {
        const lit = /** @type {Set<number>} */ (new Set());
        Object.assign(window, { lit });
        const cells = document.getElementById("cells");
        if (!cells) return;
        new MutationObserver(() => lit.add([...cells.children].findIndex((cell) => cell.classList.contains("lit")))).observe(cells, {
          attributes: true,
          subtree: true,
        });
        const box = document.getElementById("message");
        if (box instanceof HTMLTextAreaElement) box.value = "word ".repeat(50_000);
      });
      const cells = await page.locator("#cells span").count();
      await page.click("#send");
      await page.waitForSelector("text=/Reading [0-9,]+ of/");
      await page.waitForFunction((cells) => [.../** @type {any} */ (window).lit].filter((at) => at >= 0).length === cells, cells);
      await page.keyboard.press("Escape");
      await answerIsDone(page);
    });
  });

  test("asks for a message when there is none", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await page.fill("#message", "   ");
      await page.click("#send");
      assert.equal(await page.textContent("#composer-note"), "Write a message first.");
      const style = await page.$eval("#composer-note", (note) => [getComputedStyle(note).backgroundColor, getComputedStyle(note).paddingLeft]);
      assert.deepEqual(style, ["rgba(0, 0, 0, 0)", "0px"], "a note is no message");
      assert.equal(await page.locator(".turn").count(), 0);
    });
  });

  test("reads a message of a million characters, can be stopped in it, and goes on", async () => {
    await withPage(browser, small(), async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "5");
      await page.evaluate(() => {
        const box = document.getElementById("message");
        if (box instanceof HTMLTextAreaElement) box.value = "word ".repeat(200_000);
      });
      await page.click("#send");
      await page.waitForSelector("text=/Reading [0-9,]+ of [0-9,]+ tokens/");
      await page.click("#send");
      await answerIsDone(page);
      assert.ok(((await page.textContent(".said")) ?? "").length < 5000, "the whole book is laid out");
      await send(page, "Hello");
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), "");
    });
  });
});
