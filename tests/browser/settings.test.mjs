// What the visitor sets: it is explained, checked, kept, and can be reset.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** What the makers of the page's model suggest. */
const own = JSON.parse(await readFile(new URL("../../www/models/default/generation_config.json", import.meta.url), "utf8"));
const temperature = String(own.temperature);

const small = () => site.page("?model=/golden/chat/");

test("settings begin with the model's own, are kept over a reload, and can be reset", async () => {
  await withPage(browser, site.page(), async (page) => {
    await modelIsReady(page);
    assert.equal(await page.inputValue("#setting-temperature"), temperature);
    assert.equal(await page.inputValue("#setting-topK"), String(own.top_k));
    assert.equal(await page.inputValue("#setting-seed"), "");
    await setSetting(page, "temperature", "0.25");
    await setSetting(page, "seed", "7");
    await page.reload();
    await modelIsReady(page);
    assert.equal(await page.inputValue("#setting-temperature"), "0.25");
    assert.equal(await page.inputValue("#setting-seed"), "7");
    await page.click("#open-settings");
    await page.click("#reset-settings");
    assert.equal(await page.inputValue("#setting-temperature"), temperature);
    await page.reload();
    await modelIsReady(page);
    assert.equal(await page.inputValue("#setting-temperature"), temperature);
    assert.equal(await page.inputValue("#setting-seed"), "");
  });
});

test("a value out of range is refused in a sentence, and the last good one stays", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await page.click("#open-settings");
    for (const [name, value, sentence] of [
      ["temperature", "7", "Temperature goes from 0 to 2."],
      ["topK", "2.5", "Top-k needs a whole number."],
      ["minP", "-1", "Min-p goes from 0 to 1."],
      ["maxTokens", "0", "Longest answer goes from 1 to 100,000."],
      ["maxTokens", "", "Longest answer needs a number."],
    ]) {
      const before = await page.inputValue(`#setting-${name}`);
      await page.fill(`#setting-${name}`, value);
      assert.equal(await page.textContent(`#setting-${name}-note`), sentence);
      assert.equal(await page.getAttribute(`#setting-${name}`, "aria-invalid"), "true");
      await page.locator(`#setting-${name}`).blur();
      assert.equal(await page.inputValue(`#setting-${name}`), before);
    }
  });
});

test("settings reach the sampler: one seed, one text; another seed, another text", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "16");
    const answers = [];
    for (const seed of ["11", "11", "12"]) {
      await setSetting(page, "seed", seed);
      await send(page, "Hello");
      await answerIsDone(page);
      answers.push(await lastAnswer(page));
      await page.click("#new-chat");
    }
    assert.equal(answers[0], answers[1]);
    assert.notEqual(answers[0], answers[2]);
  });
});

test("the theme follows the system until it is chosen, and is kept", async () => {
  const background = (/** @type {import("playwright-core").Page} */ page) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await withPage(
    browser,
    small(),
    async (page) => {
      const dark = await background(page);
      assert.equal(await page.getAttribute("#dark-theme", "aria-pressed"), "true");
      await page.click("#dark-theme");
      const light = await background(page);
      assert.notEqual(light, dark);
      assert.equal(await page.getAttribute("#dark-theme", "aria-pressed"), "false");
      await page.reload();
      assert.equal(await background(page), light);
    },
    { colorScheme: "dark" },
  );
});

test("two tabs do not overwrite each other's settings", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    const other = await page.context().newPage();
    await other.goto(small());
    await modelIsReady(other);
    await setSetting(page, "temperature", "0.25");
    await setSetting(other, "topK", "7");
    await other.waitForFunction(() => /** @type {any} */ (document.getElementById("setting-temperature")).value === "0.25");
    await page.waitForFunction(() => /** @type {any} */ (document.getElementById("setting-topK")).value === "7");
    await page.reload();
    await modelIsReady(page);
    assert.equal(await page.inputValue("#setting-temperature"), "0.25");
    assert.equal(await page.inputValue("#setting-topK"), "7");
    await other.close();
  });
});

test("settings that are damaged are left out, and the page starts", async () => {
  for (const stored of ['{"temperature":{"toString":1},"topK":9}', "[]", "null", "{", '"text"', '{"seed":[[1]]}']) {
    await withPage(browser, small(), async (page) => {
      await page.evaluate((stored) => localStorage.setItem("mamba-web.settings", stored), stored);
      await page.reload();
      await modelIsReady(page);
      assert.equal(await page.inputValue("#setting-temperature"), "0.7");
      assert.equal(await page.inputValue("#setting-topK"), stored.includes("topK") ? "9" : "40");
    });
  }
});

test("settings are kept where nothing can be stored, as long as the page is open", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await setSetting(page, "temperature", "0.25");
    await setSetting(page, "topK", "7");
    assert.equal(await page.inputValue("#setting-temperature"), "0.25");
    await page.click("#open-settings");
    assert.equal(await page.inputValue("#setting-temperature"), "0.25");
    assert.equal(await page.inputValue("#setting-topK"), "7");
  });
});

test("a dark page is printed dark on white", async () => {
  await withPage(
    browser,
    small(),
    async (page) => {
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "3");
      await send(page, "Hello");
      await answerIsDone(page);
      for (const theme of ["system", "light", "dark"]) {
        if (theme !== "system") await page.click("#dark-theme");
        await page.emulateMedia({ media: "print" });
        const inks = await page.evaluate(() =>
          [...document.querySelectorAll("body, .said, .answer .text, #model-name, .numbers")].map((element) => getComputedStyle(element).color.match(/\d+/g)?.map(Number)),
        );
        for (const ink of inks) assert.ok(Math.max(...(ink ?? [255])) < 128, `${theme}: ${inks.join(" | ")}`);
        await page.emulateMedia({ media: "screen" });
      }
    },
    { colorScheme: "dark" },
  );
});
