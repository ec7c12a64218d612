// Several generators as one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { together } from "../../www/engine/session/together.js";

/** @param {string} name @param {number} count @param {{ failAt?: number, log?: string[] }} [options] */
async function* counting(name, count, { failAt, log = [] } = {}) {
  try {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (i === failAt) throw new Error(`${name} failed`);
      yield { text: `${name}${i}` };
    }
    return count;
  } finally {
    log.push(`${name} ended`);
  }
}

test("all pieces come, each with its number, and all results in the end", async () => {
  const all = together([counting("a", 3), counting("b", 5), counting("c", 0)]);
  /** @type {string[][]} */
  const got = [[], [], []];
  for (;;) {
    const { done, value } = await all.next();
    if (done) {
      assert.deepEqual(value, [3, 5, 0]);
      break;
    }
    got[value.index].push(value.text);
  }
  assert.deepEqual(got, [["a0", "a1", "a2"], ["b0", "b1", "b2", "b3", "b4"], []]);
  assert.deepEqual(await together([]).next(), { done: true, value: [] });
});

test("who leaves ends them all, and one that fails ends the others", async () => {
  /** @type {string[]} */
  let log = [];
  for await (const { text } of together([counting("a", 9, { log }), counting("b", 9, { log })])) if (text === "b2") break;
  assert.deepEqual(log.sort(), ["a ended", "b ended"]);
  log = [];
  await assert.rejects(async () => {
    for await (const _ of together([counting("a", 9, { log }), counting("b", 9, { failAt: 2, log })]));
  }, /b failed/);
  assert.deepEqual(log.sort(), ["a ended", "b ended"]);
});
