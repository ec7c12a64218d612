// Steps of several sessions in one pass.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { Passes } from "../../www/engine/session/passes.js";

const begin = () => nextTask().then(() => {});

/** Lets whoever can go on do so. */
async function settled() {
  for (let i = 0; i < 9; i++) await nextTask();
}

test("all that are ready go together, and who ends early leaves the others going", async () => {
  /** @type {string[]} */
  const log = [];
  const passes = new Passes(begin, (/** @type {string[]} */ members) => {
    log.push(members.join(""));
    return members.map((member) => ({ step: `${member}${log.length}` }));
  });
  const go = async (/** @type {string} */ name, /** @type {number} */ count) => {
    const got = [];
    for (let i = 0; i < count; i++) got.push(await passes.join(name));
    return got;
  };
  const got = await Promise.all([go("a", 4), go("b", 2), go("c", 3)]);
  assert.deepEqual(log, ["abc", "abc", "ac", "a"]);
  assert.deepEqual(got, [["a1", "a2", "a3", "a4"], ["b1", "b2"], ["c1", "c2", "c3"]]);
});

test("one that fails does not fail the others, and a pass that fails is everyone's", async () => {
  let isBroken = false;
  const passes = new Passes(begin, (/** @type {number[]} */ members) => {
    if (isBroken) throw new Error("broken");
    return members.map((member) => (member === 2 ? { error: new Error("two") } : { step: member }));
  });
  const ends = async () => (await Promise.allSettled([1, 2, 3].map((one) => passes.join(one)))).map((end) => (end.status === "fulfilled" ? end.value : end.reason.message));
  assert.deepEqual(await ends(), [1, "two", 3]);
  isBroken = true;
  assert.deepEqual(await ends(), ["broken", "broken", "broken"]);
  isBroken = false;
  assert.deepEqual(await ends(), [1, "two", 3], "the next pass is as good as the first");
});

test("who joins while a pass may not begin yet is in it", async () => {
  let open = () => {};
  const gate = new Promise((resolve) => (open = () => resolve(undefined)));
  const passes = new Passes(() => gate.then(() => {}), (/** @type {string[]} */ members) => members.map((member) => ({ step: member + members.length })));
  const first = passes.join("a");
  await nextTask();
  const second = passes.join("b");
  open();
  assert.deepEqual(await Promise.all([first, second]), ["a2", "b2"]);
});

test("those that wait for different things meet in every pass, and nobody waits for another one's step", async () => {
  /** @type {string[]} */
  const log = [];
  /** @type {boolean[]} */
  const midSteps = [];
  /** @type {Record<string, () => void>} */
  const arrive = {};
  /** Passes that each has to wait for. @type {Record<string, number>} */
  const left = { a: 3, b: 2, c: 0 };
  const passes = new Passes(
    async (isMidStep) => {
      midSteps.push(isMidStep);
      await nextTask();
    },
    (/** @type {string[]} */ members) => {
      log.push(members.join(""));
      return members.map((member) =>
        left[member]-- > 0 ? { waits: new Promise((resolve) => (arrive[member] = () => resolve(undefined))) } : { step: member },
      );
    },
  );
  const both = [passes.join("a"), passes.join("b")];
  await settled();
  arrive.a();
  await settled();
  arrive.b();
  await settled();
  assert.deepEqual(log, ["ab", "ab", "ab"]);
  assert.equal(await both[1], "b");
  assert.equal(await passes.join("c"), "c", "while another one waits");
  assert.equal(await both[0], "a");
  assert.deepEqual(log.slice(3).map((pass) => [...pass].sort().join("")), ["ac"]);
  assert.deepEqual(midSteps, [false, true, true, false], "the turn may change only after a step");
  await settled();
  assert.equal(await passes.join("c"), "c", "after all were done");
});
