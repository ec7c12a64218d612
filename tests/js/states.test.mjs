// Which kept states go first, and the keeper of states on a disk of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StateKeeper } from "../../www/engine/states/keeper.js";
import { leastUsefulFirst, toDrop } from "../../www/engine/states/policy.js";

const MB = 2 ** 20;

/** @param {string} key @param {number} usedAt @param {number} [bytes] @param {string} [model] */
const state = (key, usedAt, bytes = 10, model = "m") => ({ model, key, bytes, usedAt });
/** @param {{ key: string }[]} states */
const keys = (states) => states.map(({ key }) => key);

test("of each chat the two newest states stay longest, else the newest", () => {
  const states = [state("a/1", 1), state("a/2", 2), state("a/3", 3), state("b/1", 4), state("a/4", 5), state("c", 0)];
  assert.deepEqual(keys(leastUsefulFirst(states)), ["a/1", "a/2", "c", "a/3", "b/1", "a/4"]);
  assert.deepEqual(keys(toDrop(states, 60)), []);
  assert.deepEqual(keys(toDrop(states, 59)), ["a/1"]);
  assert.deepEqual(keys(toDrop(states, 25)), ["a/1", "a/2", "c", "a/3"]);
  assert.deepEqual(keys(toDrop(states, 0)).length, 6);
  assert.deepEqual(toDrop([], 0), []);
});

test("one chat with two models has two groups, and a large state may go alone", () => {
  const states = [state("a/1", 1, 10, "old"), state("a/2", 2, 10, "old"), state("a/3", 3), state("a/4", 4, 500), state("a/5", 5)];
  assert.deepEqual(leastUsefulFirst(states).map(({ key }) => key), ["a/3", "a/1", "a/2", "a/4", "a/5"]);
  assert.deepEqual(keys(toDrop(states, 20)), ["a/3", "a/1", "a/2", "a/4"]);
});

/** A disk. */
class Disk {
  /** @type {Map<string, { model: string, key: string, bytes: number, usedAt: number, content: Uint8Array<ArrayBuffer> }>} */
  files = new Map();
  quota = 1000 * MB;
  clock = 0;
  /** @type {Error | null} what every call fails with */
  broken = null;

  #check() {
    if (this.broken) throw this.broken;
  }
  /** @param {string} model */
  of(model) {
    const path = (/** @type {string} */ key) => `${model}/${key}`;
    return {
      list: async () => (this.#check(), [...this.files.values()].map(({ content, ...state }) => state)),
      keys: async () => (this.#check(), new Set([...this.files.values()].filter((one) => one.model === model).map(({ key }) => key))),
      write: async (/** @type {string} */ key, /** @type {Uint8Array<ArrayBuffer>} */ content) => {
        this.#check();
        if (this.used() + content.length > this.quota) throw new DOMException("full", "QuotaExceededError");
        this.files.set(path(key), { model, key, bytes: content.length, usedAt: (this.clock += 1), content });
      },
      read: async (/** @type {string} */ key) => (this.#check(), this.files.get(path(key))?.content ?? null),
      remove: async (/** @type {{ model: string, key: string }} */ one) => {
        this.#check();
        this.files.delete(`${one.model}/${one.key}`);
      },
    };
  }
  used() {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
  room = async () => null;
}

/** @param {number} megabytes @param {number} [fill] */
const content = (megabytes, fill = 0) => new Uint8Array(megabytes * MB).fill(fill);

test("a state is found again in memory, on the disk by the next visit, and nowhere under another model", async () => {
  const disk = new Disk();
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  assert.deepEqual(await keeper.put("chat/1", content(1, 7)), { where: "disk", problem: null });
  assert.deepEqual(await keeper.put("chat/2", content(1, 8)), { where: "disk", problem: null });
  const later = new StateKeeper("m", disk.of("m"), disk.room);
  for (const one of [keeper, later]) {
    assert.equal((await one.get("chat/1"))?.[0], 7);
    assert.equal(await one.get("chat/3"), null);
    assert.deepEqual(await one.has(["chat/3", "chat/2", "chat/1"]), ["chat/2", "chat/1"]);
  }
  const other = new StateKeeper("n", disk.of("n"), disk.room);
  assert.deepEqual([await other.get("chat/1"), await other.has(["chat/1"])], [null, []]);
  const usage = await later.usage();
  assert.deepEqual([usage.memory.states, usage.disk.states, usage.disk.bytes, usage.problem], [0, 2, 2 * MB, null]);
  // Written again, it is the new one.
  await keeper.put("chat/1", content(1, 9));
  assert.equal((await keeper.get("chat/1"))?.[0], 9);
  assert.equal((await later.get("chat/1"))?.[0], 9);
  // What is dropped is dropped for all models.
  await other.put("chat/1", content(1));
  await other.put("chat2/1", content(1));
  await keeper.drop("chat/");
  assert.deepEqual(keys([...disk.files.values()]), ["chat2/1"]);
  assert.equal(await keeper.get("chat/1"), null);
  await later.forget("chat2/1");
  assert.equal(disk.files.size, 1, "the other model's own");
});

test("the limits hold, and the least useful go", async () => {
  const disk = new Disk();
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  await keeper.limit({ memoryBytes: 2 * MB, diskBytes: 4 * MB });
  for (let i = 1; i <= 6; i++) assert.equal((await keeper.put(`a/${i}`, content(1, i))).where, "disk");
  let usage = await keeper.usage();
  assert.deepEqual([usage.memory.bytes, usage.disk.bytes], [2 * MB, 4 * MB]);
  assert.deepEqual(await keeper.has(["a/1", "a/2", "a/3", "a/6"]), ["a/3", "a/6"]);
  assert.deepEqual(await keeper.put("b/1", content(5)), { where: "nowhere", problem: (await keeper.put("b/2", content(5))).problem });
  await keeper.limit({ diskBytes: 2 * MB });
  usage = await keeper.usage();
  assert.equal(usage.disk.bytes, 2 * MB);
  assert.deepEqual(await keeper.has(["a/4", "a/5", "a/6"]), ["a/5", "a/6"]);
  await keeper.limit({ memoryBytes: 0, diskBytes: 0 });
  assert.deepEqual([disk.used(), (await keeper.usage()).memory.states], [0, 0]);
  assert.equal((await keeper.put("a/1", content(1))).where, "nowhere");
});

test("a full disk makes room once, then says so, and memory goes on", async () => {
  const disk = new Disk();
  disk.quota = 4 * MB;
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  for (let i = 1; i <= 4; i++) await keeper.put(`a/${i}`, content(1, i));
  assert.equal((await keeper.put("a/5", content(1, 5))).where, "disk");
  assert.deepEqual(keys([...disk.files.values()]), ["a/3", "a/4", "a/5"]);
  disk.quota = MB / 2;
  const placed = await keeper.put("a/6", content(1, 6));
  assert.deepEqual([placed.where, placed.problem?.code], ["memory", "no-storage"]);
  assert.match(placed.problem?.message ?? "", /no room/);
  assert.equal((await keeper.get("a/6"))?.[0], 6);
  // Room that others need is not taken.
  const narrow = new StateKeeper("m", new Disk().of("m"), async () => 8 * MB);
  assert.equal((await narrow.put("a/1", content(1))).where, "memory");
});

test("without a disk all is in memory, and a disk that comes back is used again", async () => {
  const disk = new Disk();
  disk.broken = new DOMException("no", "SecurityError");
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  const placed = await keeper.put("a/1", content(1, 1));
  assert.deepEqual([placed.where, placed.problem?.code], ["memory", "no-storage"]);
  assert.equal((await keeper.get("a/1"))?.[0], 1);
  assert.equal(await keeper.get("a/2"), null);
  assert.deepEqual(await keeper.has(["a/1", "a/2"]), ["a/1"]);
  await keeper.drop("a/");
  await keeper.forget("a/1");
  const usage = await keeper.usage();
  assert.deepEqual([usage.memory.states, usage.disk.states, usage.problem?.code], [0, 0, "no-storage"]);
  disk.broken = null;
  assert.equal((await keeper.put("a/1", content(1))).where, "disk");
});

test("what is dropped while it is being written is gone", async () => {
  const disk = new Disk();
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  const writing = [keeper.put("a/1", content(1)), keeper.put("a/2", content(1)), keeper.drop("a/")];
  await Promise.all(writing);
  assert.equal(disk.files.size, 0);
});

test("what finds no room leaves nothing older under its key", async () => {
  const disk = new Disk();
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  await keeper.put("chat/1", content(1, 7));
  await keeper.limit({ memoryBytes: 0, diskBytes: 2 * MB });
  const { where, problem } = await keeper.put("chat/1", content(3, 8));
  assert.equal(where, "nowhere");
  assert.notEqual(problem, null);
  assert.deepEqual([await keeper.get("chat/1"), await keeper.has(["chat/1"])], [null, []]);
});

test("what finds no room does not take along what is put right after it", async () => {
  const disk = new Disk();
  const keeper = new StateKeeper("m", disk.of("m"), disk.room);
  await keeper.limit({ memoryBytes: 0, diskBytes: 2 * MB });
  const [first, second] = await Promise.all([keeper.put("chat/1", content(3, 8)), keeper.put("chat/1", content(1, 9))]);
  assert.deepEqual([first.where, second.where], ["nowhere", "disk"]);
  assert.equal((await keeper.get("chat/1"))?.[0], 9);
});
