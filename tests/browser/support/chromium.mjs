// Chromium, driven by Playwright, and a page in it that is watched for what must not happen.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { findBrowser } from "./find-browser.mjs";
import { painted, turnsAreOver } from "./turns.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @param {string[]} [flags] */
export function launchChromium(flags = []) {
  return chromium.launch({
    executablePath: findBrowser("CHROME", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]),
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...flags,
    ],
  });
}

/**
 * The seeds that the page draws for its answers are 1, 2, 3 and so on. A random model with random seeds now and then ends an
 * answer before its first word, or writes what Markdown takes for a mark: a test would fail once in a hundred runs.
 *
 * @param {import("playwright-core").BrowserContext} context
 */
export const drawTheSameSeeds = (context) =>
  context.addInitScript(() => {
    const random = crypto.getRandomValues.bind(crypto);
    let seed = 0;
    crypto.getRandomValues = (array) => (array instanceof Uint32Array ? array.fill(++seed) : random(array));
  });

/**
 * A visitor: a context of its own, as every test wants it.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openContext(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(30_000);
  await drawTheSameSeeds(context);
  return context;
}

/**
 * Opens an address in a context of its own and gives the page to `use`. Afterwards there
 * must have been no breach of the content security policy, no uncaught error, and no request
 * to another origin than the site's.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 * @param {(page: Page) => Promise<void>} use
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function withPage(browser, address, use, options = {}) {
  // offline.test.mjs has what service workers do; elsewhere they would keep requests from the tests.
  const context = await openContext(browser, { serviceWorkers: "block", ...options });
  try {
    /** @type {string[]} */
    const wrong = [];
    const origin = new URL(address).origin;
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== origin) wrong.push(`request to ${url.href}`);
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => wrong.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (/content security policy|refused to/i.test(message.text())) wrong.push(message.text());
    });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await page.goto(address);
    await use(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** Waits for the model of the page; says so at once when it cannot be loaded. @param {Page} page */
export async function modelIsReady(page) {
  await page.waitForFunction(() => /parameters|not loaded/.test(document.getElementById("model-facts")?.textContent ?? ""));
  if (await page.isVisible("#problem")) assert.fail((await page.textContent("#problem")) ?? "");
}

/**
 * Loads a model through the dialog, and says yes where the page asks.
 *
 * @param {Page} page
 * @param {string} address
 */
export async function loadByAddress(page, address) {
  await page.click("#open-models");
  await page.fill("#model-address", address);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#ask[open], #loading:not(.away)"), null, { timeout: 3000 }).catch(() => {});
  if (await page.isVisible("#ask")) await page.click("#ask-yes");
}

/** The page says that this model answers. @param {Page} page @param {string} name */
export const modelIsCalled = (page, name) =>
  page.waitForFunction(
    (name) =>
      document.getElementById("model-name")?.textContent === name &&
      /parameters/.test(document.getElementById("model-facts")?.textContent ?? "") &&
      document.querySelector("#loading.away"),
    name,
  );

/**
 * Drops files on the page, as a hand would.
 *
 * @param {Page} page
 * @param {string[]} files
 */
export async function drop(page, files) {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
}

/**
 * Sends a message and waits until its answer begins.
 *
 * @param {Page} page
 * @param {string} message
 */
export async function send(page, message) {
  const turns = await page.locator(".turn").count();
  await page.fill("#message", message);
  await page.keyboard.press("Enter");
  await page.locator(".turn").nth(turns).waitFor();
}

/** @param {Page} page */
export const answerIsDone = (page) => page.waitForFunction(turnsAreOver);

/**
 * The text of the last answer. The first one of a visit may be there before the program that parses Markdown is, and is then
 * shown again; one that stays as it was written is waited for in vain.
 *
 * @param {Page} page
 */
export async function lastAnswer(page) {
  const text = page.locator(".answer .text").last();
  await text.and(page.locator(".markdown")).waitFor({ timeout: 2000 }).catch(() => {});
  return (await text.textContent()) ?? "";
}

/**
 * Changes a setting through the page.
 *
 * @param {Page} page
 * @param {string} name
 * @param {string} value
 */
export async function setSetting(page, name, value) {
  await page.click("#open-settings");
  await page.fill(`#setting-${name}`, value);
  await page.keyboard.press("Escape");
}

/** How many tokens the page says it has read. @param {Page} page */
export async function tokensRead(page) {
  await page.evaluate(painted);
  const text = (await page.textContent("#state-read")) ?? "";
  return Number(text.replace(/[^\d]/g, ""));
}
