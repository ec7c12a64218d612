// How long the page takes with 1,000 chats and one of 2,000 turns: to show the list, to search, to open the long chat.
//
//   node benches/browser/chats.mjs [rounds]
//
// Each round is a visit of its own in the same browser profile.

import { chromium } from "playwright-core";
import { modelIsReady } from "../../tests/browser/support/chromium.mjs";
import { fillStore, timeList } from "../../tests/browser/support/chats.mjs";
import { CHROMIUM_FLAGS, findChromium } from "./support/browser.mjs";
import { machine, median, say, short, table } from "./support/report.mjs";
import { serve, siteFolder } from "./support/server.mjs";

const ROUNDS = Number(process.argv[2] ?? 9);

/** From the page's first line to the frame that shows its list. */
const noteStart = () => {
  addEventListener("DOMContentLoaded", () => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(".chat-row")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => Object.assign(window, { listAfterMs: performance.now() - begun })));
    });
    const begun = performance.now();
    observer.observe(document.body, { childList: true, subtree: true });
  });
};

const server = await serve({ mounts: { "/": await siteFolder() } });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  const ran = machine();
  const context = await browser.newContext({ serviceWorkers: "block", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => document.getElementById("chats-note")?.textContent);
  await fillStore(page, { chats: 1000, turns: 4 });
  await fillStore(page, { chats: 1, turns: 2000 });
  await page.addInitScript(noteStart);
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = 0; round <= ROUNDS; round++) {
    await page.goto(`${server.origin}/`);
    await page.waitForFunction(() => "listAfterMs" in window);
    await modelIsReady(page);
    const first = await page.evaluate(() => /** @type {any} */ (window).listAfterMs);
    const all = { first, ...(await timeList(page)) };
    say(JSON.stringify(all));
    // The first visit fills the browser's caches of programs.
    if (round > 0) for (const [name, ms] of Object.entries(all)) (times[name] ??= []).push(ms);
  }
  const WORDS = {
    first: "the list, from the start of the page's programs",
    list: "the list again, after a search",
    rare: "search: a word of one chat",
    common: "search: a word of all chats",
    long: "search: a word of the long chat",
    open: "open the chat of 2,000 turns",
  };
  say(`Chromium ${browser.version()}; ${ran.cores} cores; load before ${ran.loadBefore.join(" ")}; ${ROUNDS} rounds`);
  console.log(table(["ms until it is painted", "median", "longest"], Object.entries(WORDS).map(([name, what]) => [what, short(median(times[name])), short(Math.max(...times[name]))])));
} finally {
  await browser.close();
  await server.stop();
}
