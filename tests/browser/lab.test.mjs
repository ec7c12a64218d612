// The Lab: each chapter's numbers against plain ones, in one page; its looks; and that the chat page pays nothing for it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { modelIsReady } from "./support/chromium.mjs";
import { cellsOf, openLab } from "./support/lab.mjs";

const { site, browser, page, faults } = await openLab();
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A chapter whose tables are open. @param {string} id */
async function open(id) {
  const chapter = page.locator(`#${id}`);
  await chapter.scrollIntoViewIfNeeded();
  await chapter.locator(".picture").locator("svg, canvas").first().waitFor();
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  return chapter;
}

/** The cells of a table's rows. @param {import("playwright-core").Locator} chapter @param {number} [table] */
const rowsOf = (chapter, table = 0) =>
  cellsOf(chapter.locator("table").nth(table));

test("chapter 1: Mamba's memory is the model's state at every length, and the measurement can be stopped", async () => {
  const chapter = await open("price");
  assert.match((await chapter.locator(".result").textContent()) ?? "", /^An example from another machine\. Mamba: /);
  await chapter.getByRole("button", { name: "Measure it here" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#price tbody tr").length >= 10 && document.querySelector("#price .result")?.textContent?.startsWith("Attention"));
  await chapter.getByRole("button", { name: "Stop" }).click();
  await page.waitForFunction(() => document.querySelector("#price .result")?.textContent?.startsWith("Stopped."));
  const rows = await rowsOf(chapter);
  // L layers of E (N + K - 1) numbers of 4 bytes; attention of the same width D keeps a key and a value of a token in each.
  const { num_hidden_layers: L, intermediate_size: E, state_size: N, conv_kernel: K, hidden_size: D } = JSON.parse(await readFile(new URL("../../www/models/default/config.json", import.meta.url), "utf8"));
  const state = L * E * (N + K - 1) * 4;
  for (const [name, tokens, , memory] of rows) {
    const keys = 2 * L * D * 4 * Number(tokens.replaceAll(",", ""));
    assert.equal(memory, `${new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format((name === "Mamba" ? state : keys) / 1e6)} MB`, `${name} after ${tokens}`);
  }
  const [, csv] = await Promise.all([chapter.getByText("Data as CSV").click(), page.waitForEvent("download")]);
  const lines = (await readFile(await csv.path(), "utf8")).split("\n");
  assert.equal(lines.length, rows.length + 1);
  assert.equal(lines[1].split(",")[3], String(state));
});

test("chapter 2: the table has what the formulas give", async () => {
  const chapter = await open("linear");
  const table = () => chapter.locator("table").innerText();
  for (const [field, value] of [["Signal", "step"], ["Memory", "decay"], ["Discretised by", "zoh"]]) {
    const before = await table();
    await chapter.getByRole("combobox", { name: field }).selectOption(value);
    if (value !== "zoh") await page.waitForFunction((before) => /** @type {HTMLElement} */ (document.querySelector("#linear table")).innerText !== before, before);
  }
  const check = async (/** @type {(rate: number) => [number, number]} */ stepOf) => {
    const modes = [-0.4, -4].map((rate) => ({ c: -rate, step: stepOf(rate), h: 0 }));
    const y = Array.from({ length: 256 }, (_, t) => {
      for (const mode of modes) mode.h = mode.step[0] * mode.h + mode.step[1] * (t >= 32 && t < 160 ? 1 : 0);
      return modes.reduce((sum, { c, h }) => sum + c * h, 0);
    });
    for (const [t, , recurrence, convolution] of await rowsOf(chapter)) {
      for (const shown of [recurrence, convolution]) assert.ok(Math.abs(Number(shown) - y[Number(t)]) < 1e-4, `${shown} at ${t}, not ${y[Number(t)]}`);
    }
  };
  await check((rate) => [Math.exp(rate * 0.05), (Math.exp(rate * 0.05) - 1) / rate]);
  const before = await table();
  await chapter.getByRole("combobox", { name: "Discretised by" }).selectOption("bilinear");
  await page.waitForFunction((before) => /** @type {HTMLElement} */ (document.querySelector("#linear table")).innerText !== before, before);
  await check((rate) => [(1 + rate * 0.025) / (1 - rate * 0.025), 0.05 / (1 - rate * 0.025)]);
  const [, difference] = /convolution: (\S+)\.$/.exec((await chapter.locator(".result").textContent()) ?? "") ?? [];
  assert.ok(Number(difference) < 1e-12, difference);
});

test("chapter 2: a dot moves with the arrow keys and with the mouse", async () => {
  const chapter = await open("linear");
  await chapter.getByRole("combobox", { name: "Memory" }).selectOption("oscillation");
  await page.waitForFunction(() => document.querySelectorAll("#linear .dot").length === 4);
  const dot = chapter.getByRole("slider", { name: "Eigenvalue 1" });
  const at = async () => Number(await dot.getAttribute("cx"));
  const start = await at();
  await dot.press("ArrowLeft");
  await page.waitForFunction((start) => Math.abs(Number(document.querySelector("#linear .dot:not(.mirror)")?.getAttribute("cx")) - (start - 0.02)) < 1e-6, start);
  const box = await dot.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 40, box.y + box.height / 2);
  await page.mouse.up();
  await page.waitForFunction((start) => Number(document.querySelector("#linear .dot:not(.mirror)")?.getAttribute("cx")) < start - 0.1, start);
});

test("chapter 6: the matrices of the page's model give what its memory gives, and a name is seen from far", async () => {
  const chapter = await open("duality");
  const said = () => chapter.locator(".result").first().textContent();
  assert.match((await said()) ?? "", /^An example from another machine/);
  const canvas = chapter.locator("canvas");
  await canvas.focus();
  const example = await rowsOf(chapter);
  await chapter.getByLabel("Your sentence").fill("The name of the red cat is Ada, said Ada.");
  await page.waitForFunction(() => /^Read on your machine/.test(document.querySelector("#duality .result")?.textContent ?? ""));
  const [, difference, size] = /differ by (\S+) at most, in numbers up to (\S+)\.$/.exec((await said()) ?? "") ?? [];
  assert.ok(Number(difference) < 1e-4 * Number(size), `${difference} of ${size}`);
  const rows = await rowsOf(chapter);
  assert.deepEqual(rows[0].slice(0, 2), ["1 The", "1 The"]);
  assert.notDeepEqual(rows, example);
  // One channel has weights of its own, of either sign, and nothing above the diagonal.
  await chapter.getByLabel("Channel").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => document.querySelector("#duality tbody tr td:last-child")?.textContent !== before, rows[0][2]);
  await canvas.focus();
  for (let step = 0; step < rows.length; step++) await canvas.press("ArrowUp");
  await canvas.press("ArrowRight");
  assert.match((await chapter.locator(".heat-said").textContent()) ?? "", /\(token 1\), from .* \(token 2\): 0\.0$/);
});

test("axe-core finds nothing to mend, wide and narrow, light and dark, and nothing is cut off", async () => {
  const axe = await readFile(axePath, "utf8");
  for (const id of ["price", "linear", "duality"]) await open(id);
  for (const [width, colorScheme] of /** @type {const} */ ([[1280, "light"], [390, "dark"]])) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth <= 0), true, `${width} px are too narrow`);
    const client = await page.context().newCDPSession(page);
    const { result } = await client.send("Runtime.evaluate", { expression: `${axe}; axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" "))))`, awaitPromise: true, returnByValue: true });
    assert.deepEqual(JSON.parse(result.value), [], `${width} px, ${colorScheme}`);
    if (process.env.LAB_PICTURES) await page.screenshot({ path: `${process.env.LAB_PICTURES}/lab-${width}-${colorScheme}.png`, fullPage: true });
  }
});

test("the chat page asks for nothing of the Lab", async () => {
  const chat = await browser.newPage();
  /** @type {string[]} */
  const asked = [];
  chat.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await chat.goto(site.page(""));
  await modelIsReady(chat);
  await chat.close();
  assert.deepEqual(asked.filter((name) => /lab/.test(name)), []);
  assert.deepEqual(faults, []);
});

test("once it was opened, the Lab opens without a network", async () => {
  const visitor = await browser.newContext();
  const tab = await visitor.newPage();
  await tab.goto(site.page(""));
  await tab.evaluate(() => navigator.serviceWorker.ready);
  await tab.waitForFunction(() => navigator.serviceWorker.controller);
  const isKept = () => tab.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat().filter((url) => /lab/.test(url)).map((url) => url.replace(/.*\//, "")).sort());
  assert.deepEqual(await isKept(), [], "the first visit keeps nothing of it");
  await tab.goto(site.page("lab.html"));
  await tab.locator("#linear").scrollIntoViewIfNeeded();
  const compute = async () => {
    await tab.locator("#linear").getByRole("combobox", { name: "Memory" }).selectOption("decay");
    await tab.waitForFunction(() => document.querySelectorAll("#linear .dot").length === 2);
  };
  await compute();
  assert.deepEqual(await isKept(), ["lab-worker.js", "lab.css", "lab.html", "lab.js", "mamba_web_lab.js", "mamba_web_lab_bg.wasm"]);
  await visitor.setOffline(true);
  await tab.reload();
  await tab.locator("#linear").scrollIntoViewIfNeeded();
  await compute();
  await visitor.close();
});
