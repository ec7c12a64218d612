// The page and the CPU path in WebKit, the engine of Safari. It has no WebGPU and no relaxed SIMD.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { Site } from "./support/server.mjs";
import { ISOLATING, StaticHost } from "./support/static-host.mjs";
import { turnsAreOver } from "./support/turns.mjs";
import { findWebKit, WebKit } from "./support/webkit.mjs";

const found = await findWebKit();
const options = { skip: found ? false : "no webkit2gtk-driver", timeout: 10 * 60_000 };

/** @type {Site} */
let site;
/** @type {WebKit} */
let webkit;
before(async () => {
  if (!found) return;
  site = await Site.start();
  webkit = await WebKit.start(found);
});
after(async () => {
  await webkit?.close();
  await site?.stop();
});

const isReady = () => /parameters/.test(document.getElementById("model-facts")?.textContent ?? "") || document.querySelector("#problem .problem") !== null;
const answer = () => [...document.querySelectorAll(".answer .text")].at(-1)?.textContent ?? "";

async function ready() {
  await webkit.waitFor(isReady);
  assert.equal(await webkit.evaluate(() => document.querySelector("#problem .problem")?.textContent ?? null), null);
}

/** @param {string} message */
async function chats(message) {
  await webkit.type("#message", `${message}\uE007`); // Enter
  await webkit.waitFor(turnsAreOver);
  return webkit.evaluate(answer);
}

test("WebKit: the page starts, answers and remembers", options, async () => {
  await webkit.goto(site.page());
  await ready();
  const facts = await webkit.evaluate(() => document.getElementById("model-facts")?.textContent ?? "");
  assert.match(facts, /Runs onCPU/);
  assert.notEqual(await chats("Hello! My name is Mira."), "");
  assert.match(await chats("What is my name?"), /Mira/);
  const programs = await webkit.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.endsWith(".wasm")));
  assert.deepEqual([...new Set(programs.map((name) => name.replace(/.*\//, "")))], ["mamba_web_bg.wasm"]);
});

/** Runs in the page. @param {string} module address of mamba.js */
async function answerOf(module) {
  const { load } = await import(module);
  const engine = await load({ model: "/golden/chat/", precision: "f32" });
  const session = await engine.session();
  const ids = [];
  for await (const { id } of session.generate({ prompt: "Once upon a time", temperature: 0.9, topK: 20, seed: 7, maxTokens: 12 })) ids.push(id);
  const abort = new AbortController();
  let code = null;
  try {
    for await (const _ of session.generate({ maxTokens: 100_000, signal: abort.signal })) abort.abort();
  } catch (error) {
    code = /** @type {any} */ (error).code;
  }
  const { build, threads } = engine.info;
  await engine.dispose();
  return { ids, code, build, threads };
}

test("WebKit: it writes what Chromium writes, and an answer is stopped", options, async () => {
  await webkit.goto(`${site.origin}/empty/`);
  const got = await webkit.evaluate(answerOf, `${site.page()}mamba.js`);
  assert.equal(got.code, "cancelled");
  assert.equal(got.build, "plain");
  const chromium = await launchChromium();
  try {
    const page = await chromium.newPage();
    await page.goto(`${site.origin}/empty/`);
    assert.deepEqual(got.ids, (await page.evaluate(answerOf, `${site.page()}mamba.js`)).ids);
  } finally {
    await chromium.close();
  }
});

// A window that is automated is private in WebKit, so it keeps no models.
test("WebKit: in a private window a model is loaded each time, and the engine says so", options, async () => {
  await webkit.goto(`${site.origin}/empty/`);
  const storage = await webkit.evaluate(async (module) => {
    const engine = await (await import(module)).load({ model: "/golden/chat/" });
    const { storage } = engine.info;
    await engine.dispose();
    return storage;
  }, `${site.page()}mamba.js`);
  assert.equal(storage.isKept, false);
  assert.match(storage.problem.hint, /private window/i);
});

test("WebKit: with the server stopped the page opens, and says what is missing", options, async () => {
  const host = await StaticHost.start({ headers: () => ISOLATING });
  try {
    await webkit.goto(host.page());
    await ready();
    assert.notEqual(await chats("Hello"), "");
    await webkit.waitFor(() => navigator.serviceWorker.controller?.state === "activated");
    await host.stop();
    await webkit.goto(host.page());
    await webkit.waitFor(() => document.querySelector("#problem .problem") !== null);
    assert.match(await webkit.evaluate(() => document.getElementById("problem")?.textContent ?? ""), /cannot be reached/);
  } finally {
    await host.stop().catch(() => {});
  }
});
