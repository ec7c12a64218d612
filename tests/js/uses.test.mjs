// A session is freed only when no call is at work on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Uses } from "../../www/engine/session/uses.js";

test("the end waits for all work on a session, and for no other's", async () => {
  const uses = new Uses();
  /** @type {string[]} */
  const order = [];
  /** @type {(() => void)[]} */
  const finish = [];
  const work = (/** @type {string} */ name) => () => new Promise((resolve) => finish.push(() => (order.push(name), resolve(name))));
  const both = uses.during([1, 2], work("both"));
  const failing = uses.during([1], async () => {
    await both;
    throw new Error("no");
  });
  const third = uses.during([3], work("third"));
  const end = uses.end(1).then(() => order.push("end of 1"));
  await uses.end(4);
  finish[0]();
  assert.equal(await both, "both");
  await assert.rejects(failing, /no/);
  await end;
  assert.deepEqual(order, ["both", "end of 1"]);
  finish[1]();
  await third;
  await uses.end(3);
});
