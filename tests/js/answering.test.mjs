// An answer that goes on: what the model knew of the shorter one never stands for the longer one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Answering } from "../../www/page/answering.js";

/** The page around a turn whose answer "One" had the tokens 1 and 2. @param {{ pieces: { text: string, id: number }[], error?: Error }} writes what the model writes, and how that breaks off */
function page({ pieces, error }) {
  /** @type {string[]} */
  const dropped = [];
  const engine = { info: { modelHash: "b" }, states: { drop: async (/** @type {string} */ key) => void dropped.push(key) }, tokenize: async () => Uint32Array.of(0), detokenize: async () => "x" };
  const session = {
    position: 5,
    stats: { promptTokens: 0 },
    lastRun: { ids: Uint32Array.from(pieces, ({ id }) => id) },
    async *generate() {
      yield* pieces;
      if (error) throw error;
      return "stop";
    },
  };
  /** @type {any} */
  const node = { id: "n", chat: "c", parent: null, message: "Hello", answer: "One", ids: Uint32Array.of(1, 2), modelHash: "b", modelName: "B", reason: "length" };
  /** What the model had to read of the turn. @type {unknown[]} */
  const readAs = [];
  const standing = { stand: async () => (readAs.push(node.ids), { session, from: 5 }), depart() {}, release() {}, reached() {} };
  const answer = { text: "One", append: (/** @type {string} */ more) => void (answer.text += more), end() {} };
  const view = { answer, element: null, begin() {}, showDivider() {}, showWriting() {}, showReading() {} };
  const parts = { engine: () => engine, modelName: () => "B", onChange() {}, onToken() {}, onTurn() {}, judge: async () => null, scroll: { jump() {}, follow() {} }, settings: { request: () => ({}) } };
  const open = { tree: { get: () => null, path: () => [], siblings: () => [node] }, meta: {}, touch() {}, flush: async () => {} };
  const answering = new Answering(/** @type {any} */ (parts), /** @type {any} */ (standing), { isOpen: () => false, refresh() {} });
  const goOn = () => answering.answer(/** @type {any} */ (open), node, /** @type {any} */ (view), new AbortController().signal, { isContinued: true });
  return { node, dropped, readAs, goOn };
}

test("an answer that goes on has the tokens of both parts", async () => {
  const { node, dropped, readAs, goOn } = page({ pieces: [{ text: " two", id: 3 }] });
  await goOn();
  assert.deepEqual([node.answer, [...node.ids], node.reason], ["One two", [1, 2, 3], "stop"]);
  assert.deepEqual([dropped, readAs], [["c/n"], [Uint32Array.of(1, 2)]]);
});

test("what breaks off while it goes on has no tokens and no state of its first part", async () => {
  const { node, dropped, goOn } = page({ pieces: [{ text: " two", id: 3 }], error: new Error("gone") });
  await goOn();
  assert.deepEqual([node.answer, node.ids, node.reason], ["One two", null, "failed"]);
  assert.deepEqual(dropped, ["c/n"]);
});

test("another model goes on from the words, not from the tokens of the first", async () => {
  const { node, readAs, goOn } = page({ pieces: [{ text: " two", id: 3 }] });
  node.modelHash = "a";
  await goOn();
  assert.deepEqual([readAs, node.ids, node.modelHash], [[null], null, "b"]);
});
