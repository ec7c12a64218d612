// The Lab's chapters with models of their own: what runs in the browser against what PyTorch said of the same weights.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { cellsOf, openLab } from "./support/lab.mjs";

const { page, faults } = await openLab();

/** @param {string} name */
const example = async (name) => JSON.parse(await readFile(new URL(`../../www/lab/examples/${name}.json`, import.meta.url), "utf8"));

/** The cells of the first table's rows. @param {string} id */
const rowsOf = (id) =>
  cellsOf(page.locator(`#${id} table`).first());

/** @param {string} id */
async function open(id) {
  const chapter = page.locator(`#${id}`);
  await chapter.scrollIntoViewIfNeeded();
  await chapter.locator("tbody tr").first().waitFor({ state: "attached" });
  return chapter;
}

test("chapter 3: within its training the selective model is right, the one without a state is not; far beyond, all fail", async () => {
  const chapter = await open("memory");
  const ask = async () => {
    const before = await chapter.locator(".answers").textContent();
    await chapter.getByRole("button", { name: "Ask all four" }).click();
    await page.waitForFunction((before) => document.querySelector("#memory .answers")?.textContent !== before, before);
    const lines = await chapter.locator(".answers li b").allTextContents();
    return Object.fromEntries(lines.slice(1).map((line) => /** @type {[string, number]} */ ([line.split(":")[0], Number(/: (\d+) of/.exec(line)?.[1])])));
  };
  const hits = await ask();
  assert.equal(hits["Selective (Mamba)"], 8);
  assert.ok(hits["Gate and convolution only"] <= 3, JSON.stringify(hits));
  await chapter.getByRole("combobox", { name: "Task" }).selectOption("book");
  await chapter.getByRole("slider", { name: "Length" }).fill("7");
  const book = await ask();
  assert.ok(book["Selective (Mamba)"] < 16, "a book of 128 names fits into no state of this size");
  assert.ok(book["Selective (Mamba)"] > book["Time-invariant (S4)"], JSON.stringify(book));
});

test("chapter 5: the page's model in int8 sees what PyTorch sees in f32", async () => {
  const chapter = await open("watch");
  const { tokens } = JSON.parse(await readFile(new URL("../golden/lab/watch.json", import.meta.url), "utf8"));
  await chapter.getByRole("button", { name: "Read it here" }).click();
  await page.waitForFunction(() => document.querySelector("#watch .result")?.textContent?.startsWith("Read on your machine"), null, { timeout: 120_000 });
  await chapter.locator("canvas").waitFor();
  const rows = await rowsOf("watch");
  assert.equal(rows.length, tokens.length);
  rows.forEach(([, surprise, delta], at) => {
    const { surprise: bits, steps } = tokens[at];
    const mean = steps.reduce((/** @type {number} */ sum, /** @type {number} */ step) => sum + step, 0) / steps.length;
    assert.ok(Math.abs(Number(delta) - mean) < 0.03 * mean, `step ${delta}, not ${mean}`);
    if (bits !== null) assert.ok(Math.abs(Number(surprise) - bits) < 0.5 + 0.1 * bits, `${surprise} bits, not ${bits}`);
  });
  assert.match((await chapter.locator(".bars li").first().textContent()) ?? "", /Ada/);
  await chapter.getByRole("slider", { name: "Top-k" }).fill("1");
  assert.match((await chapter.locator(".bars li").first().textContent()) ?? "", /100\.0 %/);
});

test("chapter 8: each letter's bits are PyTorch's; the state does not grow while the counter runs", async () => {
  const chapter = await open("dna");
  const { bits } = await example("dna");
  const repeat = chapter.getByRole("checkbox");
  for (const isOn of [false, true]) {
    const before = await chapter.locator(".result").first().textContent();
    await repeat.setChecked(isOn);
    await page.waitForFunction((before) => document.querySelector("#dna .result")?.textContent !== before, before, { timeout: 60_000 });
  }
  (await rowsOf("dna")).forEach(([, , shown], at) => bits[at] === null || assert.ok(Math.abs(Number(shown) - bits[at]) < 0.02 + 0.01 * bits[at], `${shown} at ${at}, not ${bits[at]}`));
  await chapter.getByRole("button", { name: "Read a million letters" }).click();
  const counter = chapter.locator(".counter");
  const stateAfter = async (/** @type {number} */ pieces) => {
    await page.waitForFunction((least) => Number.parseInt((document.querySelector("#dna .counter")?.textContent ?? "0").replaceAll(",", "")) >= least, 2000 * pieces, { timeout: 60_000 });
    return /State: (\S+) bytes/.exec((await counter.textContent()) ?? "")?.[1];
  };
  // 6 layers of 192 channels with 16 states and 3 inputs of the convolution, 4 bytes each.
  assert.equal(await stateAfter(1), (6 * 192 * 19 * 4).toLocaleString("en"));
  assert.equal(await stateAfter(3), (6 * 192 * 19 * 4).toLocaleString("en"));
  await chapter.getByRole("button", { name: "Stop" }).click();
});

test("nothing went wrong on the way", () => assert.deepEqual(faults, []));
