// A long text in portions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PORTION, portions } from "../../www/page/books/portions.js";
import { Reading } from "../../www/page/books/reading.js";

/** @param {string | Blob} text */
async function all(text) {
  const parts = [];
  for await (const part of portions(text)) parts.push(part);
  return parts;
}

test("a text and a file give the same portions, of bounded size, with nothing lost", async () => {
  for (const text of ["", "short", "word ".repeat(20_000), "line of words\n".repeat(5000), "x".repeat(50_000), "😀".repeat(20_000), "é\r\nü ".repeat(9000)]) {
    const parts = await all(text);
    assert.equal(parts.join(""), text);
    for (const part of parts) {
      assert.ok(part.length <= PORTION);
      assert.doesNotMatch(part, /[\ud800-\udbff]$/, "no character is cut");
    }
    assert.deepEqual((await all(new Blob([text]))).join(""), text);
  }
  const words = await all("word ".repeat(20_000));
  for (const part of words.slice(1)) assert.match(part, /^ word/);
});

test("reading pauses, goes on, and stops with what was read", async () => {
  const session = { position: 0, async prefill(/** @type {string} */ text) { this.position += text.length; } };
  const abort = new AbortController();
  let steps = 0;
  /** @type {Reading} */
  const reading = new Reading(/** @type {any} */ (session), "word ".repeat(20_000), abort.signal, () => {
    steps += 1;
    if (steps === 3) reading.pause(true);
  });
  const done = reading.run();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(steps, 3);
  reading.pause(false);
  while (steps < 6) await new Promise((resolve) => setTimeout(resolve));
  reading.pause(true);
  abort.abort();
  // It ended already, or it stops.
  const isWhole = await done;
  assert.equal(session.position, reading.progress.characters);
  assert.equal(isWhole, session.position === 100_000);
});

test("how far a reading is can be shown, also where the clock stands still", async () => {
  const { now } = performance;
  performance.now = () => 5;
  try {
    for (const text of ["A short text", new Blob(["é".repeat(5000)]), new Blob([Uint8Array.of(0xff, 0xfe, 0xfd)])]) {
      const session = { position: 0, async prefill(/** @type {string} */ portion) { this.position += portion.length; } };
      /** @type {import("../../www/page/books/reading.js").Progress[]} */
      const told = [];
      await new Reading(/** @type {any} */ (session), text, new AbortController().signal, (progress) => told.push(progress)).run();
      assert.equal(told.at(-1)?.share, 1);
      for (const { share, tokensPerSecond } of told) assert.ok(share > 0 && share <= 1 && Number.isFinite(tokensPerSecond));
    }
  } finally {
    performance.now = now;
  }
});
