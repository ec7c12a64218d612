// What goes wrong is told in sentences, and another model can be loaded afterwards.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, openContext, send, setSetting, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

const chatFolder = fileURLToPath(new URL("../golden/chat/", import.meta.url));

/** @param {Page} page */
async function problem(page) {
  const card = page.locator(".problem, .notice").last();
  await card.waitFor();
  return {
    code: await card.getAttribute("data-code"),
    message: (await card.locator(".problem-message, .notice-message").textContent()) ?? "",
    hint: (await card.locator(".quiet").textContent()) ?? "",
  };
}

/** The model loads after one that did not. @param {Page} page */
async function recovers(page) {
  await page.locator("#problem").waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelector("#loading.away"));
  await modelIsReady(page);
}

/** A sentence for people: no code, no stack, no placeholder. @param {string} text */
function assertSentence(text) {
  assert.match(text, /^[\p{Lu}“\p{Ll}0-9].*[.!?]$/su, text);
  assert.doesNotMatch(text, /undefined|null|NaN|\[object|Error:|RuntimeError|unreachable|panicked|\n/, text);
}

/** @type {[model: string, code: string, message: RegExp][]} */
const FAILURES = [
  ["/made/nothing-there/", "not-found", /no config\.json/],
  ["/made/no-weights/", "not-found", /no model\.safetensors/],
  ["/made/front-page-everywhere/", "not-found", /web page instead of config\.json/],
  ["/made/server-error/", "network", /model\.safetensors \(status 503\)/],
  ["/made/connection-lost/", "network", /model\.safetensors broke off after [\d,]+ of [\d,]+ bytes/],
  ["/made/cut-in-half/", "integrity|bad-checkpoint", /model\.safetensors/],
  ["/made/header-of-2-to-the-60/", "bad-checkpoint", /header/],
  ["/made/tensor-of-another-name/", "bad-checkpoint", /layers\.0\.mixer\.other_name/],
  ["/made/a-layer-missing/", "bad-checkpoint", /layers\.2\./],
  ["/made/not-a-number/", "bad-checkpoint", /norm_f\.weight/],
  ["/made/part-missing/", "not-found", /no model-00002-of-00002\.safetensors/],
  ["/made/not-json/", "bad-checkpoint", /config\.json/],
  ["/made/llama/", "unsupported-architecture", /llama/i],
  ["/made/git-lfs/", "bad-checkpoint", /Git LFS/],
  ["/some/model.onnx", "bad-argument", /ONNX/],
  ["http://other.example/model/", "bad-argument", /only over https/],
  ["ftp://other.example/", "bad-argument", /ftp:/],
];

for (const [model, code, message] of FAILURES) {
  test(`${model}: ${code}, and then the model of the page loads`, async () => {
    await withPage(browser, site.page(`?model=${encodeURIComponent(model)}`), async (page) => {
      const told = await problem(page);
      assert.match(told.code ?? "", new RegExp(`^(${code})$`));
      assert.match(told.message, message);
      assertSentence(told.message);
      assertSentence(told.hint);
      await loadByAddress(page, "/golden/chat/");
      await recovers(page);
      await setSetting(page, "maxTokens", "4");
      await send(page, "Hello");
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), "");
    });
  });
}

test("a host that answers every address with its front page still has the optional files missing", async () => {
  await withPage(browser, site.page("?model=/made/front-page-for-the-optional/"), modelIsReady);
});

test("without a network the page says so, and “Try again” works when it is back", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await page.context().setOffline(true);
    await loadByAddress(page, "/made/base/");
    const told = await problem(page);
    assert.equal(told.code, "network");
    assertSentence(told.message);
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await recovers(page);
  });
});

test("an engine whose files are missing is told as that", async () => {
  site.gone.add("/worker.js");
  try {
    await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
      const told = await problem(page);
      assert.equal(told.code, "network");
      assert.match(told.message, /worker\.js/);
      site.gone.clear();
      await page.getByRole("button", { name: "Try again" }).click();
      await recovers(page);
    });
  } finally {
    site.gone.clear();
  }
});

test("a browser without SIMD is told which ones have it", async () => {
  const context = await openContext(browser);
  await context.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  const page = await context.newPage();
  await page.goto(site.page());
  const told = await problem(page);
  assert.equal(told.code, "no-simd");
  assert.match(told.hint, /Chrome.*Firefox.*Safari/);
  await context.close();
});

test("the visitor's own files are a model; too few of them are told", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    const files = (/** @type {string[]} */ ...names) => names.map((name) => path.join(chatFolder, name));
    await page.click("#open-models");
    await page.setInputFiles("#model-files", files("config.json", "tokenizer.json"));
    const told = await problem(page);
    assert.equal(told.code, "bad-argument");
    assert.match(told.message, /no model\.safetensors among the chosen files/);
    await page.click("#open-models");
    await page.setInputFiles("#model-files", files("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"));
    await modelIsCalled(page, "Model from this computer");
    await setSetting(page, "maxTokens", "4");
    await send(page, "Hello");
    await answerIsDone(page);
    assert.notEqual(await lastAnswer(page), "");
  });
});

test("what is wrong with an address is said in the dialog, before anything is given up", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    for (const [address, message] of [
      ["", /No model was named/],
      ["hf:nobody", /not a name on Hugging Face/],
      ["https://x.example/mamba.onnx", /ONNX/],
    ]) {
      await page.click("#open-models");
      await page.fill("#model-address", String(address));
      await page.keyboard.press("Enter");
      const note = (await page.textContent("#model-address-note")) ?? "";
      assert.match(note, /** @type {RegExp} */ (message));
      assert.ok(await page.isVisible("#models"));
      await page.keyboard.press("Escape");
    }
    await modelIsReady(page);
  });
});
