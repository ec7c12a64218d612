// Whose turn it is when several sessions generate.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { Turns } from "../../www/engine/session/turns.js";

/** No turn ends by itself, and every turn is over after a step. */
const [ENDLESS, OVER] = [1e9, 0];

test("who is alone keeps the turn", async () => {
  const turns = new Turns(OVER);
  const who = {};
  for (let i = 0; i < 5; i++) await turns.take(who);
});

/** The order of the steps that three have done, each twelve. @param {Turns} turns */
async function stepsOfThree(turns) {
  /** @type {string[]} */
  const steps = [];
  let isTaken = false;
  const work = async (/** @type {string} */ name) => {
    const who = {};
    for (let step = 0; step < 12; step++) {
      await turns.take(who);
      assert.equal(isTaken, false, "nobody is in the middle of another's step");
      isTaken = true;
      await after(1); // a step that waits for something
      isTaken = false;
      steps.push(name);
    }
    turns.end(who);
  };
  await Promise.all(["a", "b", "c"].map(work));
  return steps.join("");
}

test("several take turns in their order", async () => {
  assert.equal(await stepsOfThree(new Turns(OVER)), "abc".repeat(12));
});

test("a turn is more than a step", async () => {
  assert.equal(await stepsOfThree(new Turns(ENDLESS)), ["a", "b", "c"].map((name) => name.repeat(12)).join(""));
});

test("who waits for something else loses the turn after a while, and gets it again", async () => {
  const turns = new Turns(OVER);
  const [a, b] = [{}, {}];
  await turns.take(a);
  let wake = () => {};
  const paused = turns.pause(a, new Promise((resolve) => (wake = () => resolve(undefined))));
  await turns.take(b);
  wake();
  await paused;
  const again = turns.take(a);
  turns.end(b);
  await again;
});

test("who is quick to come back keeps the turn", async () => {
  const turns = new Turns(ENDLESS);
  const [a, b] = [{}, {}];
  await turns.take(a);
  let hasBegun = false;
  const other = turns.take(b).then(() => (hasBegun = true));
  await turns.pause(a, after(1));
  await turns.take(a);
  assert.equal(hasBegun, false);
  turns.end(a);
  await other;
});

test("whose step is not done keeps the turn, however long it takes", async () => {
  const turns = new Turns(OVER);
  const [a, b] = [{}, {}];
  await turns.take(a);
  let hasBegun = false;
  const other = turns.take(b).then(() => (hasBegun = true));
  await after(1);
  await turns.take(a, true);
  await after(1);
  assert.equal(hasBegun, false);
  const again = turns.take(a);
  await other;
  turns.end(b);
  await again;
});

test("an end that is not one's own changes nothing", async () => {
  const turns = new Turns();
  const [a, b] = [{}, {}];
  await turns.take(a);
  turns.end(b);
  let hasBegun = false;
  turns.take(b).then(() => (hasBegun = true));
  await after(1);
  assert.equal(hasBegun, false);
  turns.end(a);
  await after(1);
  assert.equal(hasBegun, true);
});
