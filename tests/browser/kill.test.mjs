// The browser's process is killed while an answer is written and saved. ROUNDS=20 for more.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { answerIsDone, drawTheSameSeeds, lastAnswer, modelIsReady, send, setSetting } from "./support/chromium.mjs";
import { say, shortAnswers } from "./support/chats.mjs";
import { findBrowser } from "./support/find-browser.mjs";
import { Site } from "./support/server.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** From the start of the answer to the kill. */
const MOST_MS = 5000;

const site = await Site.start();
after(() => site.stop());

/** A browser with a profile of its own. @param {string} profile */
async function launch(profile) {
  const flags = ["--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  // A group of its own, so that all its processes are killed.
  const child = spawn(findBrowser("CHROME", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]), [...flags, "about:blank"], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
      const found = /DevTools listening on (ws:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(said)));
  });
  const browser = await chromium.connectOverCDP(address);
  const [context] = browser.contexts();
  context.setDefaultTimeout(30_000);
  await drawTheSameSeeds(context);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.emulateMedia({ reducedMotion: "reduce" });
  const kill = async () => {
    const gone = new Promise((resolve) => child.on("exit", resolve));
    process.kill(-/** @type {number} */ (child.pid), "SIGKILL");
    await gone;
    await browser.close().catch(() => {});
  };
  return { page, kill };
}

test(`a browser that is killed at ${ROUNDS} random moments has each chat at a point that was on the screen`, async () => {
  const profile = await mkdtemp(path.join(tmpdir(), "mamba-kill-"));
  try {
    // What the model answers when nobody kills it, so that each part of it was on the screen once.
    let { page, kill } = await launch(profile);
    await page.goto(site.page("?model=/golden/chat/"));
    await shortAnswers(page);
    await say(page, "First");
    const first = await lastAnswer(page);
    await setSetting(page, "maxTokens", "60000");
    await send(page, "A long one");
    await page.waitForTimeout(MOST_MS + 3000);
    await page.keyboard.press("Escape");
    await answerIsDone(page);
    const whole = await lastAnswer(page);
    const address = page.url();
    await page.waitForTimeout(1500);
    for (let round = 1; round <= ROUNDS; round++) {
      await page.getByRole("button", { name: "Regenerate" }).click();
      const ms = Math.round(Math.random() * MOST_MS);
      await page.waitForTimeout(ms);
      await kill();
      ({ page, kill } = await launch(profile));
      await page.goto(address);
      await page.waitForSelector(".turn");
      const texts = await page.locator(".answer .text").allTextContents();
      assert.equal(texts[0], first, `round ${round}, after ${ms} ms: the first turn is whole`);
      assert.ok(whole.startsWith(texts[1]) || texts[1].startsWith(whole), `round ${round}, after ${ms} ms: ${texts[1].slice(-200)}`);
      assert.equal(await page.locator(".turn").count(), 2);
      console.log(`killed after ${ms} ms: ${texts[1].length} letters are there`);
      await modelIsReady(page);
    }
    await kill();
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
});
