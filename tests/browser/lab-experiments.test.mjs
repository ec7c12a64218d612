// The Lab's chapter 7: what the page says of two memories against the numbers in the files that it saves, read by docs/mstate.md.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { cellsOf, openLab } from "./support/lab.mjs";

const { site, context, page, faults } = await openLab();
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** @typedef {import("playwright-core").Page} Page */
const chapterOf = (/** @type {Page} */ tab) => tab.locator("#experiments");
const chapter = chapterOf(page);
await chapter.scrollIntoViewIfNeeded();
await chapter.locator(".card .says").first().waitFor();

/** @param {number} number of the table */
const rowsOf = (number) =>
  cellsOf(chapter.locator("table").nth(number));
const answers = (tab = page) => chapterOf(tab).locator(".card .says").allTextContents();
/** The likeliest next word of each chat. */
const firstBars = () => chapter.locator(".card .bars li:first-child").allTextContents();
const storyLines = (tab = page) => chapterOf(tab).locator(".story li").count();

/** Does something, and waits until the chats' stories have so many sentences. @param {() => Promise<unknown>} act @param {number} lines @param {Page} [tab] */
async function until(act, lines, tab = page) {
  await act();
  await tab.waitForFunction((lines) => document.querySelectorAll("#experiments .story li").length === lines, lines, { timeout: 60_000 });
}
const press = (/** @type {string | RegExp} */ name, tab = page) => chapterOf(tab).getByRole("button", { name, exact: typeof name === "string" }).click();

async function saved() {
  const [download] = await Promise.all([page.waitForEvent("download"), press("Save as a file")]);
  return readFile(await download.path());
}

/** The states of the layers in a file of version 2. @param {Buffer} file @returns {Float32Array[]} */
function statesIn(file) {
  const [header, sections] = [file.readUInt32LE(12), file.readUInt32LE(16)];
  let at = 24 + header + 40 * sections;
  /** @type {Float32Array[]} */
  const states = [];
  for (let section = 0; section < sections; section++) {
    const entry = 24 + header + 40 * section;
    const bytes = Number(file.readBigUInt64LE(entry + 24));
    if (file.toString("latin1", entry + 4, entry + 8) === "ssm ") {
      assert.equal(file.readUInt32LE(entry + 8), 1, "f32");
      states[file.readUInt32LE(entry)] = Float32Array.from({ length: bytes / 4 }, (_, value) => file.readFloatLE(at + 4 * value));
    }
    at += Math.ceil(bytes / 8) * 8;
  }
  return states;
}

const norm = (/** @type {ArrayLike<number>} */ values) => Math.hypot(...Array.from(values));
/** @param {Float32Array[]} some @param {Float32Array[]} others */
const apart = (some, others) => some.map((values, layer) => norm(values.map((value, at) => value - others[layer][at])) / Math.max(norm(values), norm(others[layer])));

/** @type {Float32Array[]} */
let ofA = [];
/** @type {Float32Array[]} */
let ofB = [];

test("fork: the states part at the word, layer 7 stays apart, and each branch knows its own name", async () => {
  await press("Fork it here");
  await page.waitForFunction(() => document.querySelector("#experiments .result")?.textContent === "Computed on your machine.", null, { timeout: 60_000 });
  const rows = await rowsOf(0);
  const [first, ...values] = rows[0];
  assert.equal(first, "Ada");
  assert.ok(values.every((value) => Number(value) > 0.05), "every layer is disturbed");
  const last = (rows.at(-1) ?? []).slice(1).map(Number);
  assert.equal(last.indexOf(Math.max(...last)), 6);
  const branches = await chapter.locator(".answers li").allTextContents();
  assert.match(branches[0], /it says “[^”]*Ada\b/);
  assert.match(branches[1], /it says “[^”]*Tom\b/);
  await chapter.getByLabel("and read instead").fill("Ada");
  await press("Fork it here");
  await page.waitForFunction(() => [...document.querySelectorAll("#experiments table:first-of-type tbody td")].slice(0, 16).every((cell) => cell.textContent === "0.00"), null, { timeout: 10_000 });
});

test("a layer at zero: only layer 14 has the name, and undo brings it back", async () => {
  await until(() => press("Tell both and ask"), 2);
  const before = await answers();
  assert.match(before[0], /Ada/);
  assert.match(before[1], /Tom/);
  assert.deepEqual((await firstBars()).map((bar) => bar.replace(/\d.*/, "")), [" Ada", " Tom"]);
  ofA = statesIn(await saved());
  await until(() => press("Set it to zero"), 3);
  const [forgetful, other] = await answers();
  assert.doesNotMatch(forgetful, /Ada/);
  assert.equal(other, before[1], "the other chat is not touched");
  assert.deepEqual((await rowsOf(1)).map(([, a, b]) => `${a} ${b}`), Array.from({ length: 16 }, (_, layer) => (layer === 13 ? "1.00 0.00" : "0.00 0.00")));
  assert.ok(statesIn(await saved()).every((values, layer) => (layer === 13 ? norm(values) === 0 : norm(values) > 0)));
  await until(() => press(/^Undo/), 2);
  assert.deepEqual(await answers(), before);
  await chapter.getByRole("combobox", { name: "Layer" }).selectOption({ label: "7" });
  await until(() => press("Set it to zero"), 3);
  assert.equal((await rowsOf(1))[6][1], "1.00");
  assert.match((await answers())[0], /Ada/, "layer 7 differs most, and is not needed");
  await until(() => press(/^Undo/), 2);
  assert.deepEqual(statesIn(await saved()), ofA, "undo is exact");
});

test("slow channels: what is kept is what the file has left", async () => {
  await chapter.getByRole("slider", { name: "Half-life of at least" }).fill("9");
  await until(() => press("Keep only slow"), 3);
  assert.doesNotMatch((await answers())[0], /Ada/);
  const [, share] = /: (\S+) % of the states/.exec((await chapter.locator(".card").first().locator(".story").textContent()) ?? "") ?? [];
  const left = statesIn(await saved()).flatMap((values) => [...values]);
  assert.ok(Math.abs(left.filter((value) => value !== 0).length / left.length - Number(share) / 100) < 0.001, share);
  await until(() => press(/^Undo/), 2);
});

test("swap and mix: the pictures' numbers are those of the files", async () => {
  const before = await answers();
  await until(() => press("Swap the two"), 4);
  assert.deepEqual(await answers(), before.toReversed());
  ofB = statesIn(await saved());
  const expected = apart(ofA, ofB);
  (await rowsOf(1)).forEach(([, a, b], layer) => {
    assert.equal(a, b);
    assert.ok(Math.abs(Number(a) - expected[layer]) < 0.006, `layer ${layer + 1}: ${a}, not ${expected[layer]}`);
  });
  await until(() => press(/^Undo/), 2);
  await chapter.getByRole("slider", { name: "Share of the other chat" }).fill("0.25");
  await until(() => press("Mix"), 3);
  const mixed = statesIn(await saved());
  const plain = ofA.map((values, layer) => values.map((value, at) => 0.75 * value + 0.25 * ofB[layer][at]));
  assert.ok(Math.max(...apart(mixed, plain)) < 1e-6);
  await until(() => press(/^Undo/), 2);
});

test("a file: another tab opens it and knows the name; what is no state is refused and changes nothing", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), press("Save as a file")]);
  const buffer = await readFile(await download.path());
  const tab = await context.newPage();
  await tab.goto(site.page("lab.html"));
  await chapterOf(tab).scrollIntoViewIfNeeded();
  const file = chapterOf(tab).locator("input[type=file]");
  await file.waitFor({ state: "attached" });
  await chapterOf(tab).getByRole("combobox", { name: "Change" }).selectOption({ label: "Chat B" });
  await file.setInputFiles({ name: "ada.mstate", mimeType: "application/octet-stream", buffer });
  await tab.waitForFunction(() => /opened from ada\.mstate/.test(document.querySelector("#experiments")?.textContent ?? ""), null, { timeout: 60_000 });
  assert.match((await answers(tab))[1], /Ada/);
  await file.setInputFiles({ name: "bad.mstate", mimeType: "application/octet-stream", buffer: buffer.subarray(0, 1000) });
  await tab.waitForFunction(() => document.querySelector("#experiments .wrong")?.textContent !== "");
  assert.equal(await storyLines(tab), 2);
  await press(/^Undo/, tab);
  await tab.waitForFunction(() => /Tom/.test(document.querySelectorAll("#experiments .card .says")[1]?.textContent ?? ""));
  await tab.close();
});

test("axe-core finds nothing to mend, wide and narrow, light and dark, and nothing is cut off", async () => {
  const axe = await readFile(axePath, "utf8");
  await chapter.getByLabel("and read instead").fill("Tom");
  await press("Fork it here");
  await chapter.getByRole("combobox", { name: "Layer" }).selectOption({ label: "14" });
  await until(() => press("Set it to zero"), 3);
  for (const [width, colorScheme] of /** @type {const} */ ([[1280, "light"], [390, "dark"]])) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The tables are the same when it is narrow, and cost seconds.
    await page.evaluate((isOpen) => document.querySelectorAll("#experiments details").forEach((details) => (/** @type {HTMLDetailsElement} */ (details).open = isOpen)), width === 1280);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth <= 0), true, `${width} px are too narrow`);
    const client = await page.context().newCDPSession(page);
    const { result } = await client.send("Runtime.evaluate", { expression: `${axe}; axe.run("#experiments", { resultTypes: ["violations"] }).then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" "))))`, awaitPromise: true, returnByValue: true });
    assert.deepEqual(JSON.parse(result.value), [], `${width} px, ${colorScheme}`);
    if (process.env.LAB_PICTURES) await chapter.screenshot({ path: `${process.env.LAB_PICTURES}/experiments-${width}-${colorScheme}.png` });
  }
  assert.deepEqual(faults, []);
});
