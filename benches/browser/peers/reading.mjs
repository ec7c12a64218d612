// What is read again: a chat of 20 turns, and then what people do with one (regenerate, undo, edit, switch, reload), on this
// page and with wllama, which both load the same GGUF file. Both count the tokens themselves.
//
//   node benches/browser/peers/reading.mjs
//
// It installs wllama into target/bench/, and needs .venv for the file of the model.

import { execFileSync } from "node:child_process";
import { access } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { say as sayTo, shortAnswers } from "../../../tests/browser/support/chats.mjs";
import { answerIsDone, modelIsReady } from "../../../tests/browser/support/chromium.mjs";
import { CHROMIUM_FLAGS, findChromium } from "../support/browser.mjs";
import { say, table } from "../support/report.mjs";
import { root, serve, siteFolder, work } from "../support/server.mjs";
import { WLLAMA, wllamaFolder } from "./wllama.mjs";

const TURNS = 20;
const UNDO_TO = 10;
const ANSWER = 40;
const messages = Array.from({ length: TURNS }, (_, i) => `Tell me about the ${["sea", "sun", "fox", "moon", "tree"][i % 5]}, please. It is question ${i + 1}.`);
const [ANOTHER_WAY, ANOTHER_FIRST, NEXT, LAST] = ["And the wind?", "Hello! Who are you?", "Thank you. And the rain?", "And the snow?"];

/** @typedef {{ name: string, read: number, of: number | null }} Row `of`: the tokens of the whole prompt, where they are told */

const gguf = path.join(work, "chat.f16.gguf");
if (!(await access(gguf).then(() => true, () => false))) execFileSync(path.join(root, ".venv/bin/python"), [fileURLToPath(new URL("make_chat_gguf.py", import.meta.url)), gguf], { stdio: "inherit" });

const server = await serve({
  mounts: {
    "/": await siteFolder(),
    "/chat.gguf": gguf,
    "/wllama/": await wllamaFolder(),
    "/empty.html": () => "<!doctype html><title>Reading</title>",
  },
});
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });

/** Tokens that were read for the last answer, as the page says below it. @param {import("playwright-core").Page} page */
const readOnPage = (page) => page.evaluate(() => Number(/([\d,]+)\u00a0read/.exec([...document.querySelectorAll(".numbers")].at(-1)?.textContent ?? "")?.[1].replaceAll(",", "") ?? 0));

/** @returns {Promise<Row[]>} */
async function ours() {
  const context = await browser.newContext({ serviceWorkers: "block", viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(`${server.origin}/?model=/chat.gguf&backend=cpu`);
  await shortAnswers(page, ANSWER);
  /** @type {Row[]} */
  const rows = [];
  /** @param {string} name @param {string} message */
  const ask = async (name, message) => {
    await sayTo(page, message);
    rows.push({ name, read: await readOnPage(page), of: null });
  };
  for (const [at, message] of messages.entries()) await ask(`turn ${at + 1}`, message);
  await page.getByRole("button", { name: "Regenerate" }).last().click();
  await page.waitForSelector(".branches:not([hidden])");
  await answerIsDone(page);
  rows.push({ name: "regenerate", read: await readOnPage(page), of: null });
  const position = () => page.evaluate(() => document.getElementById("state-read")?.textContent);
  for (let turn = TURNS; turn > UNDO_TO; turn--) {
    const before = await position();
    await page.keyboard.press("Alt+KeyZ");
    await page.waitForFunction((before) => document.getElementById("state-read")?.textContent !== before, before);
  }
  await ask("undo", ANOTHER_WAY);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => !document.querySelector(".more-turns"));
  await page.locator(".turn").first().getByRole("button", { name: "Edit" }).click();
  await page.locator(".editor textarea").fill(ANOTHER_FIRST);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 1);
  await answerIsDone(page);
  rows.push({ name: "edit", read: await readOnPage(page), of: null });
  // Up to the first message's other branch, and from there to the chat of 20 turns.
  for (const turns of [UNDO_TO + 1, TURNS]) {
    await page.keyboard.press("Alt+ArrowUp");
    const last = turns === TURNS ? messages[TURNS - 1] : ANOTHER_WAY;
    await page.waitForFunction((last) => [...document.querySelectorAll(".turn .said .text")].at(-1)?.textContent === last, last);
  }
  await ask("switch", NEXT);
  await page.waitForTimeout(2500); // the state is on the disk
  await page.reload();
  await modelIsReady(page);
  await ask("reload", LAST);
  await context.close();
  return rows;
}

/** In the page. @param {{ turns: number, undoTo: number, answer: number, messages: string[], others: string[] }} of @returns {Promise<Row[]>} */
async function peers({ turns, undoTo, answer, messages, others: [anotherWay, anotherFirst, next, last] }) {
  /** @typedef {{ role: string, content: string }} Message */
  const address = "/wllama/index.js";
  const { Wllama, LoggerWithoutDebug } = await import(address);
  const blob = await (await fetch("/chat.gguf")).blob();
  const open = async () => {
    const engine = new Wllama({ default: new URL("/wllama/wasm/wllama.wasm", location.href).href }, { logger: LoggerWithoutDebug, suppressNativeLog: true });
    await engine.loadModel([blob], { n_ctx: 16_384, n_threads: 1, n_gpu_layers: 0, n_parallel: 1 });
    return engine;
  };
  let engine = await open();
  /** @type {Row[]} */
  const rows = [];
  /** @param {string} name @param {Message[]} before @param {string} message @returns {Promise<Message[]>} */
  const ask = async (name, before, message) => {
    const asked = [...before, { role: "user", content: message }];
    const { choices, timings } = await engine.createChatCompletion({ messages: asked, max_tokens: answer, temperature: 0, timings_per_token: true, stream: false });
    if (!timings) throw new Error("wllama gives no counts");
    rows.push({ name, read: timings.prompt_n, of: timings.prompt_n + timings.cache_n });
    return [...asked, { role: "assistant", content: choices[0].message.content }];
  };
  /** @type {Message[]} */
  let chat = [];
  for (const [at, message] of messages.entries()) chat = await ask(`turn ${at + 1}`, chat, message);
  await ask("regenerate", chat.slice(0, -2), messages[turns - 1]);
  await ask("undo", chat.slice(0, 2 * undoTo), anotherWay);
  await ask("edit", [], anotherFirst);
  chat = await ask("switch", chat, next);
  await engine.exit();
  engine = await open();
  await ask("reload", chat, last);
  await engine.exit();
  return rows;
}

try {
  const here = await ours();
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.origin}/empty.html`);
  const there = await page.evaluate(peers, { turns: TURNS, undoTo: UNDO_TO, answer: ANSWER, messages, others: [ANOTHER_WAY, ANOTHER_FIRST, NEXT, LAST] });
  const isTurn = (/** @type {Row} */ { name }) => name.startsWith("turn");
  const sum = (/** @type {Row[]} */ rows) => rows.filter(isTurn).reduce((total, { read }) => total + read, 0);
  say(JSON.stringify({ here, there }));
  const WORDS = {
    regenerate: "the last answer once more",
    undo: `back to turn ${UNDO_TO}, and another message`,
    edit: "the first message edited",
    switch: `back to the chat of ${TURNS} turns, and the next message`,
    reload: "the page opened again, and the next message",
  };
  const count = (/** @type {number | null | undefined} */ tokens) => (tokens ?? 0).toLocaleString("en");
  console.log(`Chromium ${browser.version()}; wllama ${WLLAMA}; ${TURNS} turns, answers of at most ${ANSWER} tokens`);
  console.log(
    table(
      ["tokens read before the answer begins", "mamba-web", `wllama ${WLLAMA}`, "of a prompt of"],
      [
        [`${TURNS} turns, one after the other`, count(sum(here)), count(sum(there)), ""],
        ...Object.entries(WORDS).map(([name, what]) => [what, ...[here, there].map((rows) => count(rows.find((row) => row.name === name)?.read)), count(there.find((row) => row.name === name)?.of)]),
      ],
    ),
  );
} finally {
  await browser.close();
  await server.stop();
}
