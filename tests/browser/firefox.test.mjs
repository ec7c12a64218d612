// The main way once more, in Firefox, which only puppeteer can drive.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { lookUp } from "./support/find-browser.mjs";
import { ModelHost, readFolder } from "./support/host.mjs";
import { Site } from "./support/server.mjs";
import { painted, statesAreOnDisk, turnsAreOver } from "./support/turns.mjs";

const firefox = process.env.FIREFOX || lookUp(["firefox-esr", "firefox"]);

/** @type {Site} */
let site;
/** @type {import("puppeteer-core").Browser | undefined} */
let browser;
before(async () => {
  if (!firefox) return;
  site = await Site.start();
  browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test("Firefox: load, stream, stop, regenerate, an error, and another model", { skip: firefox ? false : "no Firefox" }, async () => {
  if (!browser) return;
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.setDefaultTimeout(60_000);
  /** @type {string[]} */
  const wrong = [];
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== site.origin) wrong.push(`request to ${request.url()}`);
  });
  page.on("console", (message) => {
    if (/content-security-policy|content security policy/i.test(message.text())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));

  const isReady = () =>
    page.waitForFunction(() => /parameters/.test(document.getElementById("model-facts")?.textContent ?? ""));
  const isDone = () => page.waitForFunction(turnsAreOver);
  const answer = () => page.evaluate(() => [...document.querySelectorAll(".answer .text")].at(-1)?.textContent ?? "");
  const setMaxTokens = async (/** @type {string} */ value) => {
    await page.click("#open-settings");
    await page.evaluate(() => /** @type {HTMLInputElement} */ (document.getElementById("setting-maxTokens")).select());
    await page.type("#setting-maxTokens", value);
    await page.keyboard.press("Escape");
  };

  await page.goto(site.page());
  await isReady();
  await page.evaluate(() => {
    const lengths = /** @type {number[]} */ ([]);
    Object.assign(window, { lengths });
    new MutationObserver(() => {
      const length = document.querySelector(".answer .text")?.textContent?.length ?? 0;
      if (length > (lengths.at(-1) ?? 0)) lengths.push(length);
    }).observe(document.getElementById("turns") ?? document.body, { childList: true, subtree: true });
  });
  await page.type("#message", "Tell me a story about a lighthouse.");
  await page.keyboard.press("Enter");
  await isDone();
  const lengths = await page.evaluate(() => /** @type {any} */ (window).lengths);
  assert.ok(lengths.length >= 2, `the text grew in ${lengths.length} steps`);
  assert.ok((await answer()).split(/\s+/).length > 10, await answer());
  const first = await answer();
  await page.evaluate(() => {
    const buttons = [...document.querySelectorAll("button.action")];
    const regenerate = buttons.find((button) => button.textContent === "Regenerate");
    if (regenerate instanceof HTMLElement) regenerate.click();
  });
  await page.waitForFunction((old) => document.querySelector(".answer .text")?.textContent !== old, {}, first);
  await isDone();

  await page.goto(site.page("?model=/made/llama/"));
  await page.waitForSelector(".problem");
  assert.match((await page.$eval(".problem", (card) => card.textContent)) ?? "", /llama/i);

  await page.click("#open-models");
  await page.type("#model-address", "/golden/chat/");
  await page.keyboard.press("Enter");
  await isReady();
  await setMaxTokens("100000");
  await page.type("#message", "Hello");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent?.length ?? 0) > 40);
  await page.keyboard.press("Escape");
  await isDone();
  assert.match((await page.$eval(".numbers", (numbers) => numbers.textContent)) ?? "", /stopped/);

  assert.deepEqual(wrong, []);
});

test("Firefox: a chat, its branches, what was taken back and the draft are there after a reload, and nothing is read again", { skip: firefox ? false : "no Firefox" }, async () => {
  if (!browser) return;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.setDefaultTimeout(60_000);
  const isReady = () => page.waitForFunction(() => /parameters/.test(document.getElementById("model-facts")?.textContent ?? ""));
  const turns = async (/** @type {string} */ said) => {
    await page.waitForFunction((said) => [...document.querySelectorAll(".turn .said .text")].map(({ textContent }) => textContent).join() === said, {}, said);
    await page.waitForFunction(turnsAreOver);
  };
  const read = async () => {
    await page.evaluate(painted);
    return page.evaluate(() => Number((document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "")));
  };
  const place = () => page.evaluate(() => [...document.querySelectorAll(".branches:not([hidden]) .branch-place")].at(-1)?.textContent);
  const answers = () => page.evaluate(() => [...document.querySelectorAll(".answer .text")].map(({ textContent }) => textContent));
  const withAlt = async (/** @type {import("puppeteer-core").KeyInput} */ key) => {
    await page.keyboard.down("Alt");
    await page.keyboard.press(key);
    await page.keyboard.up("Alt");
  };
  /** @param {string} message @param {string} said what is on the screen then */
  const say = async (message, said) => {
    await page.type("#message", message);
    await page.keyboard.press("Enter");
    await turns(said);
  };
  try {
    await page.goto(site.page("?model=/golden/chat/"));
    await isReady();
    await page.click("#open-settings");
    await page.evaluate(() => /** @type {HTMLInputElement} */ (document.getElementById("setting-maxTokens")).select());
    await page.type("#setting-maxTokens", "8");
    await page.keyboard.press("Escape");
    await say("One", "One");
    const afterOne = await read();
    await say("Two", "One,Two");
    await page.evaluate(() => [...document.querySelectorAll("button.action")].findLast((button) => button.textContent === "Regenerate" && button instanceof HTMLElement && !button.hidden)?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    await page.waitForFunction(() => document.querySelector(".branches:not([hidden])"));
    await turns("One,Two");
    assert.equal(await place(), "2 of 2");
    const [first, second] = [await answers(), await read()];
    await withAlt("z");
    await turns("One");
    await page.type("#message", "A draft");
    await page.waitForFunction(statesAreOnDisk, {}, 3);
    await new Promise((done) => setTimeout(done, 2500)); // the leaf and the draft

    await page.reload();
    await turns("One");
    await isReady();
    assert.equal(await page.$eval("#message", (box) => /** @type {HTMLTextAreaElement} */ (box).value), "A draft");
    await page.waitForFunction((want) => Number((document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "")) === want, {}, afterOne);
    await page.click("#put-back");
    await turns("One,Two");
    await page.waitForFunction((want) => Number((document.getElementById("state-read")?.textContent ?? "").replace(/\D/g, "")) === want, {}, second);
    // They are shown as they were written until the program that parses Markdown is there.
    await page.waitForFunction((first) => JSON.stringify([...document.querySelectorAll(".answer .text")].map(({ textContent }) => textContent)) === JSON.stringify(first), {}, first);
    assert.equal(await place(), "2 of 2");
    await withAlt("ArrowUp");
    await page.waitForFunction(() => [...document.querySelectorAll(".branches:not([hidden]) .branch-place")].at(-1)?.textContent === "1 of 2");
  } finally {
    await context.close();
  }
});

test("Firefox: a download is interrupted, resumed, kept, repaired and deleted", { skip: firefox ? false : "no Firefox" }, async () => {
  if (!browser) return;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const files = await readFolder(path.join(root, process.env.MAMBA_WEB_SITE ?? "dist", "models/default"));
  const half = 12 * 2 ** 20;
  let breaks = 0;
  const host = new ModelHost(files, {
    breakAfter: ({ from }) => (from > 0 && breaks++ < 2 ? 2_000_000 : null),
    stallAfter: ({ from }) => (from === 0 ? half : null),
  });
  const address = await host.listen();
  // A profile of its own: the page's service worker, where there is one, gives the worker a policy that forbids plain http.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const module = `${site.page()}mamba.js`;
  const kept = () => page.evaluate(async (module) => (await import(module)).keptModels(), module);
  const load = () =>
    page.evaluate(
      async (module, model) => {
        const { load } = await import(module);
        const engine = await load({ model, patience: { firstDelayMs: 10 } });
        const { modelHash, storage } = engine.info;
        await engine.dispose();
        return { modelHash, isKept: storage.isKept };
      },
      module,
      address,
    );
  try {
    await page.goto(`${site.origin}/empty/`);
    // Not to be waited for: puppeteer would call again, after the reload, what the reload ended.
    await page.evaluate(
      (module, model) => void import(module).then(({ load }) => load({ model })),
      module,
      address,
    );
    while (((await kept())[0]?.bytes ?? 0) < half - 2 ** 20) await new Promise((done) => setTimeout(done, 20));
    await page.reload();
    const first = await load();
    assert.equal(first.isKept, true);
    assert.equal(breaks, 3);
    const gets = host.weights();
    assert.ok(gets[1].from >= half - 2 * 2 ** 20, `the second request began at ${gets[1].from}`);
    assert.equal(host.weights("OPTIONS").length, 0);

    const { length } = host.asked;
    assert.deepEqual(await load(), first);
    assert.equal(host.asked.length, length, "no request at the second visit");

    await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
      for await (const folder of /** @type {any} */ (root).values()) {
        const file = await folder.getFileHandle("model.safetensors.whole");
        const writable = await file.createWritable({ keepExistingData: true });
        await writable.write({ type: "write", position: 20_000_000, data: new Uint8Array(8) });
        await writable.close();
      }
    });
    assert.deepEqual(await load(), first);
    assert.equal(host.asked.length, length + 1);
    assert.equal(host.weights().at(-1)?.from, 19 * 2 ** 20);

    const [{ id }] = await kept();
    await page.evaluate(async (module, id) => (await import(module)).deleteKeptModel(id), module, id);
    assert.deepEqual(await kept(), []);
  } finally {
    await context.close();
    await host.close();
  }
});
