// The tree of a chat, its words and title.

import assert from "node:assert/strict";
import { test } from "node:test";
import { renamed, titleOf } from "../../www/page/chats/titles.js";
import { mapRows, Tree } from "../../www/page/chats/tree.js";
import { excerpt, wordsOf } from "../../www/page/chats/words.js";

/** @typedef {import("../../www/page/chats/tree.js").Node} Node */

let clock = 0;

/** @param {string} id @param {string | null} parent @returns {Node} */
const node = (id, parent) => ({
  id,
  chat: "c",
  parent,
  message: `message ${id}`,
  answer: `answer ${id}`,
  ids: null,
  settings: null,
  stats: null,
  readTokens: 0,
  reason: "stop",
  modelHash: "m",
  modelName: "M",
  createdAt: ++clock,
});

/** a - b - c, and beside b: d - e, and beside a: f */
function branched() {
  const nodes = [node("a", null), node("b", "a"), node("c", "b"), node("d", "a"), node("e", "d"), node("f", null)];
  return { nodes, tree: new Tree(nodes, "c") };
}

const way = (/** @type {Tree} */ tree) => tree.path().map(({ id }) => id).join("");

test("a way leads from the first turn to the leaf, in whatever order the turns come", () => {
  const { nodes } = branched();
  for (const order of [nodes, nodes.toReversed()]) {
    const tree = new Tree(order, "e");
    assert.equal(way(tree), "ade");
    assert.deepEqual(tree.siblings("d").map(({ id }) => id), ["b", "d"]);
    assert.deepEqual(tree.children(null).map(({ id }) => id), ["a", "f"]);
  }
  assert.equal(way(new Tree(nodes, "gone")), "", "a leaf that is not there is none");
  assert.equal(new Tree().path().length, 0);
});

test("a branch is entered at the place where it was left", () => {
  const { tree } = branched();
  tree.go("e");
  assert.equal(tree.beside("d", -1), "c", "b was left at c");
  tree.go("b");
  tree.go("e");
  assert.equal(tree.beside("d", -1), "c", "what was taken back of a branch comes again");
  assert.equal(tree.beside("d", 1), null);
  assert.equal(tree.beside("a", 1), "f");
  tree.go("f");
  assert.equal(tree.beside("f", -1), "e", "a was left on the way to e");
});

test("undo and redo walk up and down, as far as it goes", () => {
  const { tree } = branched();
  tree.go("e");
  /** @type {string[]} */
  const walked = [];
  while (tree.undone !== undefined) {
    tree.go(tree.undone);
    walked.push(way(tree));
  }
  assert.deepEqual(walked, ["ad", "a", ""]);
  while (tree.redone !== null) {
    tree.go(tree.redone);
    walked.push(way(tree));
  }
  assert.deepEqual(walked.slice(3), ["a", "ad", "ade"], "the same way down, not the first branch");
});

test("turns whose parents are lost, and circles, hang nothing up", () => {
  const tree = new Tree([node("x", "lost"), { ...node("y", "z") }, { ...node("z", "y") }], "y");
  assert.equal(way(tree), "zy");
  tree.go("x");
  assert.equal(way(tree), "x");
  assert.equal(tree.endOf("y"), "z");
});

test("the map indents branches and shortens runs", () => {
  const { tree } = branched();
  const shown = (/** @type {Tree} */ of) => mapRows(of).map(({ node, depth, hidden, isOnWay, isLeaf }) => `${" ".repeat(depth)}${node.id}${hidden || ""}${isOnWay ? "*" : ""}${isLeaf ? "!" : ""}`);
  assert.deepEqual(shown(tree), [" a*", "  b*", "  c*!", "  d", "  e", " f"]);
  const long = new Tree(Array.from({ length: 2000 }, (_, i) => node(`n${i}`, i === 0 ? null : `n${i - 1}`)), "n1999");
  assert.deepEqual(shown(long), ["n0*", "n19981997*", "n1999*!"]);
});

test("words are found without case, accents and blanks", () => {
  assert.deepEqual(wordsOf("The café, the CAFÉ! Isn't 12 ﬁne?"), ["the", "cafe", "isn", "t", "12", "fine"]);
  assert.deepEqual(wordsOf("東京都 a"), ["東京", "京都", "a"]);
  assert.deepEqual(wordsOf("  …!? "), []);
  assert.equal(wordsOf("x".repeat(1e6))[0].length, 24);
  assert.equal(wordsOf(Array.from({ length: 9000 }, (_, i) => `w${i}`).join(" ")).length, 2000);
});

test("an excerpt shows the words where they stand", () => {
  const text = `${"before ".repeat(30)}the lighthouse stood ${"after ".repeat(30)}`;
  const shown = excerpt(text, ["lighthouse"]);
  assert.match(shown, /^… .*lighthouse stood.* …$/);
  assert.ok(shown.length < 90);
  assert.equal(excerpt("short\n text", ["none"]), "short text");
});

test("a title is the first words, fit to be shown", () => {
  assert.equal(titleOf("  Tell me\n a story  "), "Tell me a story");
  assert.equal(titleOf(""), "New chat");
  assert.equal(titleOf("word ".repeat(100)), `${"word ".repeat(12).trim()} …`);
  assert.match(titleOf("evil\u202egnp.exe"), /U\+202E/);
  assert.ok(titleOf("x".repeat(1e6)).length < 70);
  assert.equal(renamed("  "), null);
  assert.equal(renamed(" My \n chat "), "My chat");
});
