// Chats out and in: JSON, Markdown, links.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bookIn } from "../../www/page/books/book-file.js";
import { chatFromLink, chatToLink, LINK_KEY } from "../../www/page/chats/exchange/chat-link.js";
import { chatToMarkdown } from "../../www/page/chats/exchange/chat-markdown.js";
import { BadChats, chatsFromJson, chatsToJson } from "../../www/page/chats/exchange/chats-json.js";
import { Tree } from "../../www/page/chats/tree.js";

/** @typedef {import("../../www/page/chats/tree.js").Node} Node */

/** @param {string} id @param {string | null} parent @param {Partial<Node>} more @returns {Node} */
const node = (id, parent, more) => ({
  ...{ id, chat: "one", parent, message: `m ${id}`, answer: `a ${id}`, ids: null, settings: null, stats: null, readTokens: 3 },
  ...{ reason: "stop", modelHash: "abc", modelName: "Mamba", createdAt: 1000 + id.charCodeAt(0) },
  ...more,
});
/** @type {import("../../www/page/chats/library.js").Whole} */
const whole = {
  chat: { id: "one", title: "A *title*", pinned: true, renamed: true, createdAt: 5, changedAt: 9, system: "Be\nkind", tools: true, leaf: "c", draft: "", scroll: null },
  nodes: [
    node("a", null, { ids: Uint32Array.of(1, 2, 2 ** 31), settings: /** @type {any} */ ({ temperature: 0.5, seed: null }) }),
    node("b", "a", { answer: "```js\nlet a" }),
    node("c", "a", { message: "other 😀 <b>", answer: "<think>\nHm\n</think>\n\n```py\nx = 1", rounds: [{ said: "So:", calls: [{ name: "calculator", arguments: '{"expression":"2*2"}', answer: "4" }] }], settings: /** @type {any} */ ({ temperature: 0, seed: 7 }) }),
  ],
};

/** The shape of a chat without its names. @param {import("../../www/page/chats/library.js").Whole} whole */
function shape({ chat, nodes }) {
  const tree = new Tree(nodes, chat.leaf);
  const { title, system, tools, pinned } = chat;
  return {
    ...{ title, system, tools, pinned },
    turns: tree.nodes.map(({ parent, message, answer, rounds, ids, settings, reason }) => [tree.get(parent)?.message, message, answer, rounds, ids && [...ids], settings, reason]),
    path: tree.path().map(({ message }) => message),
  };
}

test("chats come back from JSON, whole, under names of their own", () => {
  const [back] = chatsFromJson(chatsToJson([whole]));
  assert.deepEqual(shape(back), shape(whole));
  assert.notEqual(back.chat.id, whole.chat.id);
  for (const { id, chat } of back.nodes) {
    assert.equal(chat, back.chat.id);
    assert.ok(!["a", "b", "c"].includes(id));
  }
});

test("a memory is what its file says, or has the file's name; a chat names the one that it began from", () => {
  const session = (/** @type {string | null} */ text) => /** @type {any} */ ({ text, position: 70 });
  const file = (/** @type {object} */ memory, version = 1) => session(JSON.stringify({ format: "mamba-web-memory", version, memory }));
  assert.deepEqual(bookIn(file({ id: "abcdefgh", name: "A book", characters: 9, tokens: 1, isWhole: false, createdAt: 5 }), "x.mstate"), {
    ...{ id: "abcdefgh", name: "A book", characters: 9, isWhole: false, createdAt: 5 },
    tokens: 70,
  });
  const strange = bookIn(file({ id: "../x", name: 7, characters: -1, createdAt: 1e300 }), "x.mstate");
  assert.deepEqual([strange?.id, strange?.name, strange?.characters], ["", "A memory", 0]);
  assert.ok((strange?.createdAt ?? Infinity) <= Date.now());
  assert.equal(bookIn(session(null), "My state.mstate")?.name, "My state");
  for (const text of ["no JSON", "{}", chatsToJson([whole])]) assert.equal(bookIn(session(text), "x.mstate"), null);
  assert.equal(bookIn(file({}, 2), "x.mstate"), null);

  const named = (/** @type {any} */ book) => chatsFromJson(chatsToJson([{ ...whole, chat: { ...whole.chat, book } }]))[0].chat.book;
  assert.deepEqual(["abcdefgh", "<b>", 7, undefined].map(named), ["abcdefgh", undefined, undefined, undefined]);
});

test("a damaged or foreign file is a sentence", () => {
  const good = JSON.parse(chatsToJson([whole]));
  /** @type {[unknown, RegExp][]} */
  const bad = [
    ["{", /not JSON/],
    ["[]", /no chats/],
    ["null", /no chats/],
    [{ ...good, format: "other" }, /no chats/],
    [{ ...good, version: 2 }, /newer version/],
    [{ ...good, version: "1" }, /newer version/],
    [{ ...good, chats: {} }, /a list is missing/],
    [{ ...good, chats: [{ title: "x" }] }, /a list is missing/],
    [{ ...good, chats: Array(20_000).fill({ turns: [] }) }, /too many/],
  ];
  for (const [file, sentence] of bad) {
    assert.throws(
      () => chatsFromJson(typeof file === "string" ? file : JSON.stringify(file)),
      (error) => error instanceof BadChats && error.code === "bad-argument" && sentence.test(error.message),
    );
  }
});

test("strange values in a file become harmless ones", () => {
  const strange = { id: {}, parent: "nobody", message: 5, answer: null, ids: [1, -1], settings: { temperature: "hot", topK: 3 }, stats: [], reason: "evil", createdAt: 1e300, __proto__: { x: 1 } };
  const loop = [{ id: "p", parent: "q", message: "p" }, { id: "q", parent: "p", message: "q" }];
  const file = { format: "mamba-web-chats", version: 1, chats: [{ title: 7, leaf: "p", turns: [strange, ...loop] }] };
  const [{ chat, nodes }] = chatsFromJson(JSON.stringify(file));
  assert.equal(chat.title, "New chat");
  const { parent, message, answer, ids, settings, reason, createdAt } = nodes[0];
  assert.deepEqual({ parent, message, answer, ids, settings, reason }, { parent: null, message: "", answer: "", ids: null, settings: { topK: 3 }, reason: "cut" });
  assert.ok(createdAt <= Date.now() + 1);
  assert.ok(new Tree(nodes, chat.leaf).path().length <= 3, "a circle ends");
});

test("turns without a name of their own stay turns of their own, in the file's order", () => {
  const made = (/** @type {object[]} */ turns, more = {}) => chatsFromJson(JSON.stringify({ format: "mamba-web-chats", version: 1, chats: [{ ...more, turns }] }))[0];
  const numbered = made([{ id: 1, parent: null, message: "one" }, { id: 2, parent: 1, message: "two" }, { id: "x", message: "three" }, { id: "x", message: "four" }, { parent: "x", message: "five" }]);
  assert.equal(new Set(numbered.nodes.map(({ id }) => id)).size, 5);
  assert.deepEqual(new Tree(numbered.nodes).children(null).map(({ message }) => message), ["one", "two", "three", "four"]);
  assert.deepEqual(new Tree(numbered.nodes, numbered.chat.leaf).path().map(({ message }) => message), ["three", "five"]);

  // The store gives them back in the order of their names.
  const many = made(Array.from({ length: 300 }, (_, at) => ({ message: `${at}`, createdAt: 1.7e12 })));
  const again = new Tree(many.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  assert.deepEqual(again.children(null).map(({ message }) => message), many.nodes.map(({ message }) => message));
  assert.equal(made([{ id: "a", message: "taken back" }], { leaf: null }).chat.leaf, null);
});

test("statistics of which a part is missing are none", () => {
  const stats = { promptTokens: 3, tokens: 2, tokensPerSecond: 9, timeToFirstTokenMs: 4 };
  const read = (/** @type {object} */ given) => chatsFromJson(chatsToJson([{ ...whole, nodes: [node("c", null, { stats: /** @type {any} */ (given) })] }]))[0].nodes[0].stats;
  assert.deepEqual(read(stats), stats);
  for (const part of [{ tokens: 5 }, { ...stats, tokensPerSecond: null }, []]) assert.equal(read(part), null);
});

test("names from a file or a link show what would deceive", async () => {
  const deceiving = { ...whole, chat: { ...whole.chat, title: "safe\u202etxt" }, nodes: [node("c", null, { modelName: "Mam\u200bba" })] };
  for (const back of [chatsFromJson(chatsToJson([deceiving]))[0], (await chatFromLink(await chatToLink(deceiving)))?.whole]) {
    assert.equal(back?.chat.title, "safe[U+202E]txt");
    assert.equal(back?.nodes[0].modelName, "Mam[U+200B]ba");
  }
});

test("Markdown has the way that is shown, and broken code is closed", () => {
  assert.equal(
    chatToMarkdown(whole),
    "# A *title*\n\n> Be\n> kind\n\n**You**\n\nm a\n\n**Mamba**\n\na a\n\n**You**\n\nother 😀 <b>\n\n**Mamba**\n\nSo:\n\n> Used the calculator: 2*2 = 4\n\n```py\nx = 1\n```\n",
  );
});

test("a link holds the way that is shown, its settings and its model", async () => {
  const link = await chatToLink(whole);
  assert.match(link, /^c=[\w-]+$/);
  const found = await chatFromLink(link);
  assert.ok(found);
  assert.equal(found.modelHash, "abc");
  assert.equal(found.modelName, "Mamba");
  assert.deepEqual(shape(found.whole).path, ["m a", "other 😀 <b>"]);
  assert.deepEqual(found.whole.nodes.map(({ settings }) => settings), [null, null], "with tools no one run has written an answer");
  assert.deepEqual(found.whole.nodes.map(({ rounds }) => rounds), [undefined, whole.nodes[2].rounds]);
  assert.equal(found.whole.chat.tools, true);
  assert.equal(await chatFromLink("chat=abc"), null);
});

test("a link has settings that write the answers again, and none where nothing does", async () => {
  const settings = /** @type {any} */ ({ temperature: 0.5, seed: 3, maxTokens: 100 });
  const stats = /** @type {any} */ ({ tokens: 9 });
  /** @param {Partial<Node>} more of the only turn @param {object} [chat] */
  const inLink = async (more, chat = {}) => {
    const found = await chatFromLink(await chatToLink({ chat: { ...whole.chat, tools: false, leaf: "a", ...chat }, nodes: [node("a", null, { settings, stats, ...more })] }));
    return found?.whole.nodes[0].settings;
  };
  assert.deepEqual(await inLink({ reason: "length" }), settings);
  assert.deepEqual(await inLink({ reason: "cancelled" }), { ...settings, maxTokens: 9 });
  for (const reason of /** @type {const} */ (["given", "failed", "cut"])) assert.equal(await inLink({ reason }), null);
  assert.equal(await inLink({ answer: "<think>\nHm\n</think>\n\nYes" }), null);
  assert.equal(await inLink({}, { book: "abcdefgh" }), null);
});

test("a damaged link, or one that grows beyond bounds, is a sentence", async () => {
  const link = await chatToLink(whole);
  for (const bad of [link.slice(0, 30), `${LINK_KEY}=`, `${LINK_KEY}=%%%`, `${LINK_KEY}=AAAA`]) {
    await assert.rejects(chatFromLink(bad), BadChats, bad);
  }
  const bomb = await chatToLink({ ...whole, nodes: [node("a", null, { answer: "a".repeat(20e6) })], chat: { ...whole.chat, leaf: "a" } });
  assert.ok(bomb.length < 40_000);
  await assert.rejects(chatFromLink(bomb), /too long/);
});
