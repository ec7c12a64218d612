// Where the model stands in a chat: a session that is given up while it is used is not stood on again, and is freed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Standing } from "../../www/page/chats/standing.js";

/** An engine whose sessions are told apart by the system message that they were begun with. */
function fakeEngine() {
  /** @type {Map<string, { system: string }>} */
  const kept = new Map();
  /** @type {any[]} */
  const made = [];
  const sessionOf = (/** @type {string} */ system) => {
    const session = {
      system,
      position: 0,
      isBusy: false,
      isClosed: false,
      async close() {
        if (this.isBusy) throw new Error("busy");
        this.isClosed = true;
      },
      async read(/** @type {unknown[]} */ turns) {
        this.position += turns.length;
      },
    };
    made.push(session);
    return session;
  };
  const engine = {
    info: { chatTemplate: true, modelHash: "hash" },
    session: async (/** @type {{ system?: string }} */ { system = "" } = {}) => sessionOf(system),
    states: {
      has: async (/** @type {string[]} */ keys) => keys.filter((key) => kept.has(key)),
      open: async (/** @type {string} */ key) => sessionOf(kept.get(key)?.system ?? ""),
      put: async (/** @type {string} */ key, /** @type {{ system: string }} */ { system }) => void kept.set(key, { system }),
      drop: async (/** @type {string} */ prefix) => [...kept.keys()].forEach((key) => key.startsWith(prefix) && kept.delete(key)),
    },
  };
  return { engine: /** @type {any} */ (engine), kept, made };
}

const node = (/** @type {string} */ id) => ({ chat: "c", id, message: "Hello", answer: "Hi", ids: null, modelHash: "hash" });
/** @param {string} system @param {ReturnType<typeof node>[]} path */
const chatOf = (system, path) => /** @type {any} */ ({ meta: { system, book: null }, tree: { path: () => path, leaf: path.at(-1)?.id ?? null } });
const reading = /** @type {any} */ ({ signal: new AbortController().signal, onPrefill() {} });

test("an answer that began before the instructions changed is not what the next one goes on from", async () => {
  const { engine, kept } = fakeEngine();
  const standing = new Standing(() => engine, async () => null);
  const { session } = await standing.stand(chatOf("Old", []), null, reading);
  const used = /** @type {any} */ (session);
  standing.depart();
  used.isBusy = true;
  await standing.leave(); // the instructions are others now
  await engine.states.drop("c/");
  used.isBusy = false;
  const first = /** @type {any} */ (node("1"));
  standing.reached(first, session);
  standing.release(session);
  await null;
  assert.equal(kept.size, 0, "its state is not kept");
  assert.ok(used.isClosed);
  const next = await standing.stand(chatOf("New", [first]), "1", reading);
  assert.equal(/** @type {any} */ (next.session).system, "New");
});

test("who leaves while a session is looked for does not find it standing there afterwards", async () => {
  const { engine, made } = fakeEngine();
  const standing = new Standing(() => engine, async () => null);
  const looking = standing.stand(chatOf("Old", []), null, reading);
  void standing.leave();
  const { session } = await looking;
  assert.equal(standing.position, 0);
  standing.release(session);
  await null;
  assert.ok(/** @type {any} */ (session).isClosed);
  await standing.stand(chatOf("New", []), null, reading);
  assert.equal(made.at(-1)?.system, "New");
});

test("a session that stands is kept at the end of a turn, and stays open", async () => {
  const { engine, kept } = fakeEngine();
  const standing = new Standing(() => engine, async () => null);
  const { session } = await standing.stand(chatOf("Same", []), null, reading);
  standing.depart();
  standing.reached(/** @type {any} */ (node("1")), session);
  standing.release(session);
  await null;
  assert.deepEqual([...kept.keys()], ["c/1"]);
  assert.equal(/** @type {any} */ (session).isClosed, false);
  const again = await standing.stand(chatOf("Same", [node("1")]), "1", reading);
  assert.equal(again.session, session);
});
