// The store of chats: what is saved is there again, as a whole or not at all, also in the next version of the store.

import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { deleteDB, openDB } from "idb";
import { ChatStore, VERSIONS } from "../../www/page/chats/store.js";
import { Library } from "../../www/page/chats/library.js";
import { newChat } from "../../www/page/chats/new-chat.js";
import { OpenChat } from "../../www/page/chats/open-chat.js";
import { openNewest, OtherVersion } from "../../www/page/chats/versions.js";

/** @typedef {import("../../www/page/chats/tree.js").Node} Node */
/** @typedef {import("../../www/page/chats/versions.js").Version} Version */

const [FIRST, SECOND] = VERSIONS;
const NEXT = "mamba-web-chats-3";
/** @type {ChatStore[]} */
const opened = [];
/** @param {Version[]} [versions] */
const open = async (versions) => {
  const store = await ChatStore.open(() => {}, versions);
  opened.push(store);
  return store;
};

afterEach(async () => {
  for (const store of opened.splice(0)) store.close();
  await Promise.all([FIRST.name, SECOND.name, NEXT].map((name) => deleteDB(name)));
});

/** @param {string} chat @param {string} id @param {Partial<Node>} [more] @returns {Node} */
const node = (chat, id, more = {}) => ({
  id,
  chat,
  parent: null,
  message: `message ${id}`,
  answer: `answer ${id}`,
  ids: Uint32Array.of(1, 2, 70000),
  settings: null,
  stats: null,
  readTokens: 3,
  reason: "stop",
  modelHash: "m",
  modelName: "M",
  createdAt: 1,
  ...more,
});

const chat = (/** @type {string} */ id, more = {}) => ({ ...newChat(), id, ...more });

test("chats and turns are there again, each chat's own, ids and all", async () => {
  const store = await open();
  assert.equal((await store.save(chat("a", { title: "A" }), [node("a", "1"), node("a", "2")])).wasThere, false);
  assert.equal((await store.save(chat("ab"), [node("ab", "1")])).wasThere, false);
  assert.equal((await store.save(chat("a", { title: "B" }), [node("a", "2", { answer: "another" })])).wasThere, true);
  store.close();
  const again = await open();
  assert.deepEqual((await again.chats()).map(({ id, title }) => [id, title]), [["a", "B"], ["ab", "New chat"]]);
  const nodes = await again.nodes("a");
  assert.deepEqual(nodes.map(({ id, answer }) => [id, answer]), [["1", "answer 1"], ["2", "another"]]);
  assert.deepEqual(nodes[0].ids, Uint32Array.of(1, 2, 70000));
  await again.remove(["a"]);
  assert.deepEqual(await again.nodes("a"), []);
  assert.equal((await again.nodes("ab")).length, 1);
});

/** @param {Library} library @returns {(query: string) => Promise<string[]>} the chats that are found, and where */
const finder = (library) => async (query) => (await library.find(query)).map(({ chat, node }) => `${chat.id}${node?.id ?? ""}`).sort();

test("what was said is found by its words, in all chats, until it is deleted", async () => {
  const library = new Library();
  const found = finder(library);
  await library.save(chat("a"), [node("a", "1", { message: "Where is the Lighthouse?", answer: "By the sea." }), node("a", "2", { answer: "Café" })]);
  assert.deepEqual(await found("lighthouse"), ["a1"]);
  await library.save(chat("b"), [node("b", "1", { message: "A house", answer: "by a lake" })]);
  assert.deepEqual(await found("BY"), ["a1", "b1"], "also what is said after the first search");
  assert.deepEqual(await found("by lighth"), ["a1"], "the last word may be a beginning");
  assert.deepEqual(await found("lighth by"), [], "the others are whole");
  assert.deepEqual(await found("sea cafe"), ["a2"], "in several turns");
  await library.change("b", { title: "Zebras", renamed: true });
  assert.deepEqual(await found("zeb"), ["b"], "by its title");
  await library.remove(["a", "b"]);
  assert.deepEqual(await found("by"), []);
  await library.end();
});

test("a single letter of a script without blanks is found wherever it stands in its run", async () => {
  const library = new Library();
  await library.save(chat("a"), [node("a", "1", { message: "nothing" }), node("a", "2", { message: "私は犬と猫。 Yes" })]);
  await library.save(chat("b", { title: "私の鳥", renamed: true }), [node("b", "1")]);
  const found = async (/** @type {string} */ query) => (await library.find(query)).map(({ chat, node }) => `${chat.id}${node?.id ?? ""}`);
  for (const query of ["私", "犬", "猫", "猫 yes", "と猫"]) assert.ok((await found(query)).includes("a2"), query);
  assert.deepEqual(await found("鳥"), ["b"]);
  assert.deepEqual(await found("牛"), []);
  await library.end();
});

test("a word of every chat is found in every chat", async () => {
  const store = await open();
  // More turns than one answer of the database has records.
  for (let at = 0; at < 300; at++) await store.save(chat(`c${at}`), [node(`c${at}`, "1"), node(`c${at}`, "2")]);
  const library = new Library();
  assert.equal((await library.find("message 1")).length, 300);
  const nodes = Array.from({ length: 600 }, (_, at) => node("c7", `${at}`));
  await library.save(chat("c7"), nodes);
  assert.deepEqual((await library.open("c7"))?.nodes.map(({ id }) => id).sort(), nodes.map(({ id }) => id).sort());
  await library.end();
});

test("the words of an answer are found once it is written", async () => {
  const library = new Library();
  const found = finder(library);
  await library.save(chat("a"), [node("a", "1", { reason: null, answer: "half of it" })]);
  assert.deepEqual([await found("half"), await found("message")], [[], ["a1"]]);
  await library.save(chat("a"), [node("a", "1", { answer: "half of it" })]);
  assert.deepEqual(await found("half"), ["a1"]);
  await library.end();
});

test("a long chat is shown from the place that was looked at, before the rest of it is read", async () => {
  const way = Array.from({ length: 400 }, (_, at) => node("long", `${at}`, { parent: at === 0 ? null : `${at - 1}`, createdAt: at }));
  const store = await open();
  await store.save(chat("long", { leaf: "399" }), way);
  await store.save(chat("short", { leaf: "1" }), [node("short", "1")]);
  const ids = (/** @type {Node[] | null | undefined} */ nodes) => nodes?.map(({ id }) => Number(id));
  let library = new Library();
  const atEnd = await library.openSoon("long");
  assert.deepEqual(ids(atEnd?.nodes), Array.from({ length: 12 }, (_, at) => 388 + at));
  assert.deepEqual(ids(await atEnd?.rest?.())?.sort((a, b) => a - b), way.map((_, at) => at));
  assert.equal((await library.openSoon("short"))?.rest, undefined);
  await library.end();
  await store.save(chat("long", { leaf: "399", scroll: { node: "50", offset: 3, around: ["49", "50", "51", "gone"] } }), []);
  library = new Library();
  assert.deepEqual(ids((await library.openSoon("long"))?.nodes), [49, 50, 51]);
  await library.end();
  await store.save(chat("long", { leaf: "399", scroll: { node: "50", offset: 3 } }), []);
  library = new Library();
  assert.equal((await library.openSoon("long"))?.nodes.length, 400, "an earlier version did not keep what lies around it");
  await library.end();
});

test("the first version's chats are carried over, and can be searched", async () => {
  const old = await openNewest([FIRST], () => {});
  for (let at = 0; at < 300; at++) {
    await old.put("chats", chat(`c${at}`, { title: `title ${at}` }));
    await old.put("nodes", node(`c${at}`, "1", { answer: `word${at} and more` }));
    await old.put("words", { chat: `c${at}`, id: "1", words: ["word"] });
  }
  await old.put("chats", chat("empty"));
  old.close();
  const library = new Library();
  const found = finder(library);
  assert.deepEqual([await found("word77"), (await found("more")).length], [["c771"], 300]);
  assert.deepEqual((await library.open("c9"))?.nodes, [node("c9", "1", { answer: "word9 and more" })]);
  assert.equal(library.get("c9")?.title, "title 9");
  assert.deepEqual((await indexedDB.databases()).map(({ name }) => name), [SECOND.name]);
  await library.end();
});

/** The next version: titles are shouted, and turns have one field more. @param {Partial<Version>} [more] @returns {Version} */
const next = (more = {}) => ({
  ...SECOND,
  name: NEXT,
  convert: {
    chats: (old) => ({ ...old, title: old.title.toUpperCase() }),
    nodes: (old) => ({ ...old, mark: true }),
  },
  ...more,
});

test("the next version is written beside the old one, checked, and then taken", async () => {
  const old = await open();
  for (let i = 0; i < 450; i++) await old.save(chat(`chat ${i}`, { title: `title ${i}` }), [node(`chat ${i}`, "1")]);
  old.close();
  const fresh = await open([...VERSIONS, next()]);
  const chats = await fresh.chats();
  assert.equal(chats.length, 450);
  assert.ok(chats.every(({ title }) => /^TITLE \d+$/.test(title)));
  assert.equal(/** @type {any} */ ((await fresh.nodes("chat 7"))[0]).mark, true);
  assert.equal((await fresh.allSaid()).length, 450);
  assert.deepEqual((await indexedDB.databases()).map(({ name }) => name), [NEXT], "the old one is gone, and none was made by asking");
});

test("a change of versions that breaks off leaves the old store whole, and is begun again", async () => {
  const old = await open();
  await old.save(chat("a"), [node("a", "1"), node("a", "2")]);
  await old.save(chat("b"), [node("b", "1")]);
  old.close();
  let fails = 0;
  const broken = next({
    convert: {
      ...next().convert,
      nodes: (record) => {
        if (record.id === "2" && ++fails === 1) throw new Error("the page was closed here");
        return record;
      },
    },
  });
  await assert.rejects(open([...VERSIONS, broken]), /closed here/);
  await assert.rejects(open([...VERSIONS, next({ isSound: async () => false })]), /could not be carried over/);
  const half = await openDB(NEXT);
  assert.equal(await half.get("about", "taken"), undefined);
  half.close();
  const fresh = await open([...VERSIONS, broken]);
  assert.equal((await fresh.nodes("a")).length, 2);
  assert.equal((await fresh.chats()).length, 2);
});

test("an older page does not begin anew beside a newer store", async () => {
  const fresh = await open([...VERSIONS, next()]);
  await fresh.save(chat("a"), []);
  fresh.close();
  await assert.rejects(open(), OtherVersion);
});

test("a full disk: the chat goes on, the sentence says so, and it is saved when there is room", async () => {
  const library = new Library();
  await library.ready();
  const meta = chat("full");
  const nodes = [node("full", "1"), node("full", "2", { parent: "1" })];
  library.nodesOf = (id) => (id === "full" ? nodes : null);
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  try {
    await library.save(meta, [nodes[0]]);
    await library.save(meta, [nodes[1]]);
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  assert.match(library.problem ?? "", /is full, so this chat ends with the page/);
  assert.equal((await library.open("full"))?.nodes.length, 2, "it is still there in this page");
  await library.save(meta, []);
  assert.equal(library.problem, null);
  await library.end();
  const store = await open();
  assert.equal((await store.nodes("full")).length, 2, "all of it was saved");
});

/** Does something while nothing can be written. @param {() => Promise<void>} work */
async function whileFull(work) {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  try {
    await work();
  } finally {
    IDBObjectStore.prototype.put = put;
  }
}

test("a full disk: a chat that is not open, or was just left, keeps all of its turns", async () => {
  const library = new Library();
  const nodes = [node("a", "1"), node("a", "2", { parent: "1" })];
  await library.save(chat("a", { leaf: "2" }), nodes);
  const turns = async () => (await library.open("a"))?.nodes.map(({ id }) => id);
  await whileFull(async () => {
    await library.change("a", { pinned: true });
    assert.deepEqual(await turns(), ["1", "2"], "it was renamed or pinned in the list");
    // The chat was left within the second in which a message was sent.
    await library.save(chat("a", { leaf: "3" }), [node("a", "3", { parent: "2" })]);
    assert.deepEqual(await turns(), ["1", "2", "3"]);
  });
  await library.save(chat("a", { leaf: "3" }), []);
  assert.equal(library.problem, null);
  assert.deepEqual(await turns(), ["1", "2", "3"], "all was saved");
  await library.end();
});

test("turns that cannot be read are no empty chat, and nothing is written over them", async () => {
  globalThis.requestAnimationFrame = (done) => Number(setTimeout(done));
  const long = Array.from({ length: 120 }, (_, i) => node("long", `${i}`, { parent: i === 0 ? null : `${i - 1}`, createdAt: i }));
  const store = await open();
  await store.save(chat("short", { leaf: "1" }), [node("short", "1")]);
  await store.save(chat("long", { leaf: "119" }), long);
  const library = new Library();
  const { getAll } = IDBObjectStore.prototype;
  await library.ready();
  IDBObjectStore.prototype.getAll = function (...range) {
    if (this.name === "nodes") throw new DOMException("Data lost due to missing file.", "NotReadableError");
    return getAll.apply(this, range);
  };
  try {
    assert.equal(await library.openSoon("short"), null);
    const opened = await library.openSoon("long");
    assert.ok(opened);
    const shown = new OpenChat(library, opened);
    await shown.whole;
    assert.equal(shown.tree.leaf, "119", "the end of the chat stays on the screen");
    shown.touch();
    await shown.flush();
  } finally {
    IDBObjectStore.prototype.getAll = getAll;
  }
  await library.end();
  assert.equal((await store.chat("long"))?.leaf, "119");
});

test("what another tab changes of a chat's name stays, and so does what this tab writes of the chat", async () => {
  const [here, there] = [new Library(), new Library()];
  const meta = chat("a");
  const nodes = [node("a", "1")];
  here.nodesOf = () => nodes;
  await here.save(meta, nodes);
  await there.open("a");
  meta.draft = "Written here";
  await here.save(meta, []);
  const isHeard = new Promise((resolve) => here.onChange((news) => news && resolve(news)));
  await there.change("a", { title: "Renamed there", renamed: true });
  await isHeard;
  await here.save(meta, []);
  const store = await open();
  const { title, draft } = (await store.chat("a")) ?? {};
  assert.deepEqual({ title, draft }, { title: "Renamed there", draft: "Written here" });
  await Promise.all([here.end(), there.end()]);
});

test("instructions are kept before anything was said", async () => {
  const library = new Library();
  const shown = new OpenChat(library, { chat: chat("a"), nodes: [] });
  shown.touch();
  await shown.flush();
  assert.deepEqual(library.list(), [], "nothing was written");
  shown.meta.system = "Be kind.";
  shown.touch();
  await shown.flush();
  await library.end();
  const store = await open();
  assert.deepEqual((await store.chats()).map(({ system }) => system), ["Be kind."]);
});

test("storage that is cleared under the page is filled again with the chat that is open", async () => {
  const library = new Library();
  const meta = chat("open");
  const nodes = [node("open", "1"), node("open", "2", { parent: "1" })];
  library.nodesOf = (id) => (id === "open" ? nodes : null);
  await library.save(meta, nodes);
  // As `Clear site data` does it, with the connection open.
  await deleteDB(SECOND.name);
  nodes.push(node("open", "3", { parent: "2" }));
  await library.save(meta, [nodes[2]]);
  assert.equal(library.problem, null);
  await library.end();
  const store = await open();
  assert.deepEqual((await store.nodes("open")).map(({ id }) => id), ["1", "2", "3"]);
});

test("chats that were deleted come back as they were", async () => {
  const library = new Library();
  await library.save(chat("a", { title: "Kept", pinned: true }), [node("a", "1")]);
  await library.save(chat("b", { changedAt: Date.now() + 9 }), [node("b", "1")]);
  assert.deepEqual(library.list().map(({ id }) => id), ["a", "b"], "pinned first");
  await library.change("a", { pinned: false });
  assert.deepEqual(library.list().map(({ id }) => id), ["b", "a"], "newest first");
  const bringBack = await library.remove(["a"]);
  assert.deepEqual(library.list().map(({ id }) => id), ["b"]);
  assert.equal(await library.open("a"), null);
  assert.deepEqual((await library.find("answer")).map(({ chat }) => chat.id), ["b"]);
  await bringBack();
  assert.equal((await library.open("a"))?.nodes.length, 1);
  assert.equal(library.get("a")?.title, "Kept");
  await library.end();
});
