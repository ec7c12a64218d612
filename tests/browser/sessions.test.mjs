// Several sessions at once on the GPU, as a page with two chats has them: each reads and writes what it does alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { launchChromium } from "./support/chromium.mjs";
import { lookUp } from "./support/find-browser.mjs";
import { Site } from "./support/server.mjs";

/** `ROUNDS=200` looks longer; a GPU that is a program takes seconds for each. */
const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** Whoever has to be woken and is not waits for ever. A GPU that is a program takes long, too. */
const MOST_MS = 30 * 60_000;

/** @type {Site} */
let site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await site?.stop();
});

/** Runs in the page. @param {{ address: string, rounds: number }} options */
async function compare({ address, rounds }) {
  const { load } = await import(address);
  const engine = await load({ model: "/golden/chat/", backend: "gpu", precision: "f32" });
  // Lengths of one block and of several; some are sampled by the GPU, some by the worker.
  const texts = [3, 9, 20, 41, 64, 65, 120, 200].map((tokens, number) =>
    Uint32Array.from({ length: tokens }, (_, i) => ((i * 37 + number * 101) % 4000) + 5),
  );
  const go = async (/** @type {number} */ number) => {
    const session = await engine.session();
    await session.prefill(texts[number]);
    const ids = [];
    for await (const { id } of session.generate({ maxTokens: 4, temperature: 0.8, topK: number % 3 ? 20 : 0, topP: 1, seed: number })) {
      if (id !== null) ids.push(id);
    }
    const [logits, position] = [await session.logits(), session.position];
    await session.close();
    return { ids, logits, position };
  };
  const alone = [];
  for (const number of texts.keys()) alone.push(await go(number));
  const wrong = [];
  for (let round = 0; round < rounds; round++) {
    // Three now and then.
    const numbers = [round % 8, (round * 3 + (round >> 3)) % 8, ...(round % 10 ? [] : [7])];
    const got = await Promise.all(numbers.map(go));
    for (const [i, { ids, logits, position }] of got.entries()) {
      const want = alone[numbers[i]];
      const largest = Math.max(...want.logits.map(Math.abs));
      const error = Math.max(...logits.map((/** @type {number} */ score, /** @type {number} */ at) => Math.abs(score - want.logits[at])));
      // Blocks may have other lengths, which is another order of the sums.
      if (String(ids) !== String(want.ids) || position !== want.position || !(error <= 1e-4 * largest)) {
        wrong.push({ round, number: numbers[i], ids, want: want.ids, position, error: error / largest });
      }
    }
  }
  await engine.dispose();
  return { wrong, ids: alone.map(({ ids }) => ids.length), backend: engine.info.backend };
}

/** Fairness: of two that generate at once, neither waits for the other's end. Runs in the page. @param {string} address */
async function race(address) {
  const { load } = await import(address);
  const orders = [];
  for (const backend of ["gpu", "cpu"]) {
    const engine = await load({ model: "/golden/chat/", backend, precision: "f32" });
    let maxTokens = 40;
    /** @type {string[]} */
    const order = [];
    const write = async (/** @type {string} */ name) => {
      const session = await engine.session();
      const settings = { prompt: "Once upon a time", maxTokens, temperature: 0.9, topK: 20, logitBias: { 0: -100, 2: -100 } };
      for await (const { id } of session.generate(settings)) if (id !== null) order.push(name);
    };
    const started = performance.now();
    await write("alone");
    const tokensPerSecond = (1000 * maxTokens) / (performance.now() - started);
    // Enough that both are under way for a while, also where a card writes thousands in a second. A machine whose
    // clock stood still meanwhile seems as fast as one likes.
    maxTokens = Math.round(Math.min(Math.max(tokensPerSecond, 100), 1_000));
    order.length = 0;
    // One whose reader does not come back holds nobody up.
    const slow = await engine.session();
    const left = slow.generate({ prompt: "Once", maxTokens: 50, temperature: 0 });
    await left.next();
    await Promise.all(["a", "b"].map(write));
    await left.return();
    await engine.dispose();
    orders.push({ backend, maxTokens, order: order.join("") });
  }
  return orders;
}

/** @param {Awaited<ReturnType<typeof compare>>} got */
function check(got) {
  assert.equal(got.backend, "gpu");
  assert.deepEqual(got.wrong, []);
  assert.deepEqual(got.ids, [4, 4, 4, 4, 4, 4, 4, 4]);
}

/** @param {Awaited<ReturnType<typeof race>>} orders */
function checkOrders(orders) {
  for (const { backend, maxTokens, order } of orders) {
    assert.equal(order.length, 2 * maxTokens, `${backend}: ${order}`);
    const firstEnd = Math.min(order.lastIndexOf("a"), order.lastIndexOf("b"));
    const other = order.slice(0, firstEnd).split(order[firstEnd] === "a" ? "b" : "a").length - 1;
    assert.ok(other > maxTokens / 10, `${backend}: when one is done the other has only begun: ${order}`);
  }
}

/** @param {import("playwright-core").Browser | import("puppeteer-core").Browser} browser which is closed in the end */
async function compareIn(browser) {
  try {
    const page = /** @type {import("playwright-core").Page} */ (await browser.newPage());
    page.setDefaultTimeout(MOST_MS);
    await page.goto(`${site.origin}/empty/`);
    check(await page.evaluate(compare, { address: `${site.page()}mamba.js`, rounds: ROUNDS }));
    checkOrders(await page.evaluate(race, `${site.page()}mamba.js`));
  } finally {
    await browser.close();
  }
}

test("Chromium: sessions that read and generate at once give what each gives alone", { timeout: MOST_MS }, async () => {
  const browser = await launchChromium(["--enable-unsafe-webgpu"]);
  await compareIn(browser);
});

const firefox = process.env.FIREFOX || lookUp(["firefox-esr", "firefox"]);

test("Firefox: the same", { skip: firefox ? false : "no Firefox", timeout: MOST_MS }, async () => {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: firefox,
    headless: true,
    protocolTimeout: MOST_MS,
    extraPrefsFirefox: { "dom.webgpu.enabled": true, "dom.webgpu.workers.enabled": true, "gfx.webgpu.ignore-blocklist": true },
  });
  await compareIn(browser);
});
