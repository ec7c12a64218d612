// Several generators as one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, Session } from "../../www/mamba.js";
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

/** @param {AbortSignal} signal @returns {AsyncGenerator<{ text: string }, number, void>} */
async function* reading(signal) {
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  return 0;
}

test("who leaves does not wait for the first piece of another one", { timeout: 5000 }, async () => {
  for (const failAt of [undefined, 1]) {
    const controller = new AbortController();
    const all = together([counting("a", 9, { failAt }), reading(controller.signal)], () => controller.abort());
    const leaving = (async () => {
      for await (const { text } of all) if (text === "a1") break;
    })();
    await (failAt === undefined ? leaving : assert.rejects(leaving, /a failed/));
    assert.ok(controller.signal.aborted);
  }
  const controller = new AbortController();
  for await (const _ of together([counting("a", 2), counting("b", 3)], () => controller.abort()));
  assert.ok(!controller.signal.aborted, "they came to their ends");
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

/** A worker's end whose first session writes a token each ms, and whose others read a prompt without end. */
class FakeConnection {
  /** @type {Map<number, (ending: object) => void>} */
  runs = new Map();
  /** @param {string} _ @param {{ session: number }} args @param {(event: object) => void} onEvent */
  start(_, { session }, onEvent) {
    const id = session;
    const at = { position: 0, stats: {} };
    const writing = session === 1 && setInterval(() => onEvent({ pieces: [{ text: "x", id: 7 }], at }), 1);
    const result = new Promise((resolve) => this.runs.set(id, resolve)).finally(() => clearInterval(writing || undefined));
    return { id, result };
  }
  /** @param {{ id: number, stop?: true }} message */
  tell({ id, stop }) {
    if (stop) this.runs.get(id)?.({ reason: "cancelled", text: "", ids: null, position: 0, stats: {} });
  }
}

test("who leaves generateTogether, or stops one of them, stops those that still read", { timeout: 5000 }, async () => {
  const connection = /** @type {any} */ (new FakeConnection());
  const engine = new Engine(connection, /** @type {any} */ ({}), "name");
  const [writing, reading] = [1, 2].map((session) => new Session(connection, /** @type {any} */ ({ session, position: 0, stats: {} })));
  for await (const { index } of engine.generateTogether([{ session: writing }, { session: reading }])) if (index === 0) break;
  const stopped = new AbortController();
  setTimeout(() => stopped.abort(), 10);
  const all = engine.generateTogether([{ session: writing }, { session: reading, signal: stopped.signal }]);
  await assert.rejects(async () => {
    for await (const _ of all);
  }, { code: "cancelled" });
});
