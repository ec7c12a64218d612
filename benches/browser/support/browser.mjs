// One face for the two browsers: Chromium through Playwright, Firefox through Puppeteer.

import { chromium } from "playwright-core";
import { findBrowser } from "../../../tests/browser/support/find-browser.mjs";

/**
 * @typedef {object} BenchPage
 * @property {<Result, Argument>(run: (argument: Argument) => Result | Promise<Result>, argument: Argument) => Promise<Result>} evaluate
 * @property {() => Promise<void>} close
 *
 * @typedef {object} BenchBrowser
 * @property {string} version
 * @property {(address: string) => Promise<BenchPage>} open a page with nothing cached
 * @property {() => Promise<number | null>} rendererSeconds CPU time of all pages until now; null where the browser does
 *   not tell
 * @property {() => Promise<void>} close
 */

export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const findChromium = () =>
  findBrowser("CHROME", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);

/** @returns {Promise<BenchBrowser>} */
async function launchChromium() {
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
  const cdp = await browser.newBrowserCDPSession();
  return {
    version: `Chromium ${browser.version()}`,
    async open(address) {
      const context = await browser.newContext();
      context.setDefaultTimeout(0);
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`page: ${error.message}`));
      await page.goto(address, { timeout: 60_000 });
      return {
        // Playwright's own type of what may go to a page is narrower than it needs to be here.
        evaluate: (run, argument) => page.evaluate(/** @type {any} */ (run), argument),
        close: () => context.close(),
      };
    },
    async rendererSeconds() {
      const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
      return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    },
    close: () => browser.close(),
  };
}

/** @returns {Promise<BenchBrowser>} */
async function launchFirefox() {
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: findBrowser("FIREFOX", ["firefox-esr", "firefox"]),
    headless: true,
    protocolTimeout: 0,
  });
  return {
    version: (await browser.version()).replace("/", " "),
    async open(address) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(0);
      await page.goto(address, { timeout: 60_000 });
      return {
        evaluate: (run, argument) => page.evaluate(/** @type {any} */ (run), argument),
        close: () => context.close(),
      };
    },
    rendererSeconds: async () => null,
    close: () => browser.close(),
  };
}

/** @param {boolean} firefox */
export const launch = (firefox) => (firefox ? launchFirefox() : launchChromium());
