// Where a growing Markdown text is cut into blocks.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Blocks, MOST_BLOCK, MOST_LINE } from "../../www/page/markdown/blocks.js";

/** What the sink is told, and the tail that is left, for a text in pieces. @param {string[]} pieces */
function cut(pieces) {
  /** @type {string[]} one entry for each block, and for each mark of a thought */
  const told = [];
  const blocks = new Blocks({
    begin: (kind, info) => told.push(`${kind}(${info}):`),
    add: (text) => (told[told.length - 1] += text),
    end: () => (told[told.length - 1] += "■"),
    beginThought: () => told.push("thought{"),
    endThought: () => told.push("}thought"),
    foldThought: () => told.push("fold"),
  });
  for (const piece of pieces) blocks.append(piece);
  return { told, tail: blocks.tail };
}

/** @param {string} text @param {number} count */
const inPieces = (text, count) => Array.from({ length: Math.ceil(text.length / count) }, (_, i) => text.slice(i * count, (i + 1) * count));

const cases = /** @type {[string, string, string[], string?][]} */ ([
  ["paragraphs", "One\ntwo\n\nThree\n", ["markdown():One\ntwo\n\n■", "markdown():Three\n"]],
  ["a list with blank lines stays one", "- a\n\n- b\n\n  more\n\nEnd\n", ["markdown():- a\n\n- b\n\n  more\n\n■", "markdown():End\n"]],
  ["a heading begins a block", "Text\n# Title\nmore\n", ["markdown():Text\n■", "markdown():# Title\n■", "markdown():more\n"]],
  ["a list after a line is a block", "Steps:\n1. a\n\n   b\n2. c\n", ["markdown():Steps:\n■", "markdown():1. a\n\n   b\n2. c\n"]],
  ["a year at the beginning of a line is no list", "It was in\n1984. Then\n", ["markdown():It was in\n1984. Then\n"]],
  ["code", "Look:\n```js x\na\n\n~~~\n```\nafter\n", ["markdown():Look:\n■", "code(js x):a\n\n~~~\n■", "markdown():after\n"]],
  ["code that does not end", "````\na\n```\n", ["code():a\n```\n"]],
  ["code in a list belongs to it", "- a\n  ```\n  b\n  ```\n", ["markdown():- a\n  ```\n  b\n  ```\n"]],
  ["a thought", "<think>Hm.\n\nYes</think>\n\nSo", ["thought{", "markdown():Hm.\n\n■", "markdown():Yes\n■", "}thought"], "So"],
  ["a thought on one line", "<think>Hm</think>So", ["thought{", "markdown():Hm\n■", "}thought"], "So"],
  ["a thought that the template began", "Hm.\n</think>\nSo\n", ["markdown():Hm.\n■", "fold", "markdown():So\n"]],
  ["an empty thought", "<think>\n\n</think>\n\nSo\n", ["thought{", "}thought", "markdown():So\n"]],
  ["a thought in code is code", "```\n<think>\n```\n", ["code():<think>\n■"]],
  ["an open thought ends within its code", "<think>\n```\na\n</think>\nSo\n", ["thought{", "code():a\n■", "}thought", "markdown():So\n"]],
  ["line ends of Windows", "a\r\n\r\nb\r\n", ["markdown():a\n\n■", "markdown():b\n"]],
]);
for (const [name, text, expected, tail = ""] of cases) {
  test(name, () => {
    for (const count of [1, 2, 3, 1000]) assert.deepEqual(cut(inPieces(text, count)), { told: expected, tail }, `pieces of ${count}`);
  });
}

test("the cuts depend on the text, not on its pieces, and nothing is lost", () => {
  const part = fc.constantFrom(
    ..."\n|\n\n|- a|1. b|  c|    d|> q|```|```js\n|~~~|`x`|**b**|| a | b |\n|---|---|\n|# H|<think>|</think>|$$|\\[|word |. |\r\n|😀|\t|</thi|nk>".split("|"),
    "|a|b|\n|-|-|\n",
    "x".repeat(MOST_LINE / 2),
    "word ".repeat(300),
    "- item\n".repeat(300),
    "|1|2|\n".repeat(900),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }), (parts, sizes) => {
      const text = parts.join("");
      const pieces = [];
      for (let at = 0, i = 0; at < text.length; i++) {
        pieces.push(text.slice(at, at + sizes[i % sizes.length]));
        at += sizes[i % sizes.length];
      }
      const whole = cut([text]);
      assert.deepEqual(cut(pieces), whole);
      for (const block of whole.told) assert.ok(block.length <= MOST_BLOCK + MOST_LINE + 50 || !block.startsWith("markdown"), "a block is bounded");
      const letters = (/** @type {string} */ all) => all.replace(/[^wordx12😀HqbQ]/gu, "");
      const kept = whole.told.filter((block) => /^(markdown|plain)/.test(block)).map((block) => block.replace(/^\w+\(.*?\):/, "")).join("");
      if (!/`|~|<|\|a\|/.test(text)) assert.equal(letters(kept + whole.tail), letters(text));
    }),
    { numRuns: 300 },
  );
});

test("a long line and a long table are cut", () => {
  const line = cut(["word ".repeat(100_000)]);
  assert.ok(line.told[0].length < MOST_LINE + 20);
  assert.match(line.told[1], /^plain\(\):word /);
  assert.equal(line.told.length, 2);
  const table = cut([`| a | b |\n|---|---|\n${"| 1 | 2 |\n".repeat(3000)}`]);
  assert.ok(table.told.length > 5);
  for (const block of table.told) assert.ok(block.startsWith("markdown():| a | b |\n|---|---|\n| 1 | 2 |\n"), "each part has the head");
  const list = cut(["- an item\n".repeat(1000)]);
  for (const block of list.told) assert.ok(block.length < 1700);
});
