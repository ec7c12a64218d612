// What the tests of faults share: a chat in the middle of an answer, the workers of a page, and that the page goes on.

import assert from "node:assert/strict";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting } from "./chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** The engine's worker. @param {Page} page */
export function engine(page) {
  const worker = page.workers().find((worker) => new URL(worker.url()).pathname.endsWith("/worker.js"));
  if (!worker) throw new Error("there is no worker");
  return worker;
}

/**
 * Has a program of the site begin with a script, which can break or watch what the program uses.
 *
 * @param {Page | import("playwright-core").BrowserContext} where
 * @param {string} file such as worker.js
 * @param {string} before
 */
export const beginWith = (where, file, before) =>
  where.route(`**/${file}*`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${before};\n${await response.text()}` });
  });

/** An answer that has begun and does not end by itself, to a chat that has one already. @param {Page} page */
export async function inTheMiddle(page) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "6");
  await setSetting(page, "seed", "1");
  await send(page, "Hello");
  await answerIsDone(page);
  const first = await lastAnswer(page);
  await setSetting(page, "maxTokens", "100000");
  await send(page, "Tell me more");
  await isLonger(page, 20);
  return first;
}

/** Waits until the last answer has more than some characters. @param {Page} page @param {number} length */
export const isLonger = (page, length) =>
  page.waitForFunction((length) => ([...document.querySelectorAll(".answer .text")].at(-1)?.textContent?.length ?? 0) > length, length);

/** Nothing is being written. @param {Page} page */
export const isIdle = (page) => page.waitForFunction(() => document.getElementById("send")?.textContent?.includes("Send"), null, { timeout: 5000 });

/** Stops the answer: that must not wait for the engine. What was written stays. @param {Page} page */
export async function stops(page) {
  const before = await lastAnswer(page);
  await page.keyboard.press("Escape");
  await isIdle(page);
  assert.ok((await lastAnswer(page)).startsWith(before), "what was written stays");
}

/** New chat works at once, and the new chat has an answer. @param {Page} page */
export async function beginsAnew(page) {
  await page.click("#new-chat");
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 0, null, { timeout: 5000 });
  await isIdle(page);
  // Without a seed the small model's answer is now and then empty.
  await setSetting(page, "seed", "1");
  await setSetting(page, "maxTokens", "5");
  await send(page, "In the new chat");
  await page.waitForFunction(() => (document.querySelector(".answer .text")?.textContent ?? "") !== "", null, { timeout: 120_000 });
  await answerIsDone(page);
}
