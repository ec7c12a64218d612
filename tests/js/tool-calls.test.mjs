// Tool calls are found in an answer, in whatever pieces it comes.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { restOf } from "../../www/engine/openai/held-call.js";
import { ToolCallParser } from "../../www/engine/openai/tool-calls.js";

const TOOLS = ["weather", "clock"];

/** @param {string[]} pieces @returns {{ text: string, calls: { name: string, arguments: unknown }[] }} */
function parse(pieces) {
  const parser = new ToolCallParser(TOOLS);
  const parts = [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  const calls = parts.flatMap((part) => ("call" in part ? [{ name: part.call.name, arguments: JSON.parse(part.call.arguments) }] : []));
  assert.equal(parser.calls, calls.length);
  return { text: parts.map((part) => ("text" in part ? part.text : "")).join(""), calls };
}

/** @param {string} answer */
const whole = (answer) => parse([answer]);
const call = (/** @type {string} */ name, /** @type {unknown} */ given) => ({ name, arguments: given });

test("calls as Granite 4, Falcon-H1 and Hermes write them", () => {
  const granite = '<tool_call>\n{"name": "weather", "arguments": {"city": "Lyon"}}\n</tool_call>';
  assert.deepEqual(whole(granite), { text: "", calls: [call("weather", { city: "Lyon" })] });
  const hermes = `I look it up.\n<tool_call>\n{"arguments": {"city": "Rom"}, "name": "weather"}\n</tool_call>\n<tool_call>{"name":"clock"}</tool_call>\n`;
  assert.deepEqual(whole(hermes), { text: "I look it up.", calls: [call("weather", { city: "Rom" }), call("clock", {})] });
  assert.deepEqual(whole('<tool_call>{"name": "clock", "parameters": {"zone": 1}}</tool_call>').calls, [call("clock", { zone: 1 })]);
  assert.deepEqual(whole('<tool_call>{"name": "clock", "arguments": "{\\"zone\\": 1}"}').calls, [call("clock", { zone: 1 })], "no mark at its end");
  const words = { city: 'a </tool_call> "in" words \\' };
  assert.deepEqual(whole(`<tool_call>${JSON.stringify(call("weather", words))}</tool_call>`).calls, [call("weather", words)]);
});

test("what is no call of a known tool stays text, to the letter", () => {
  for (const answer of [
    "",
    " no call \n",
    "1 < 2 and <tool",
    "<tool_call>",
    '<tool_call>{"name": "weather", "arguments": {"city": ',
    "<tool_call>{not JSON}</tool_call> and on",
    '<tool_call>{"name": "rm", "arguments": {}}</tool_call>',
    '<tool_call>{"name": "clock", "arguments": [1]}</tool_call>',
    '<tool_call>null</tool_call>',
    '<tool_call>{"name": "clock}</tool_call>',
  ]) {
    assert.deepEqual(whole(answer), { text: answer, calls: [] }, answer);
  }
});

test("nothing depends on the pieces, and text is not held back for longer than a mark could begin", () => {
  const part = fc.oneof(
    fc.constantFrom("<tool_call>", "</tool_call>", "<tool", "_call>", " ", "\n", '"', "\\", "word", "{", "}"),
    fc.tuple(fc.constantFrom(...TOOLS, "rm"), fc.dictionary(fc.string(), fc.jsonValue())).map(([name, given]) => `<tool_call>${JSON.stringify({ name, arguments: given })}</tool_call>`),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (parts, sizes) => {
      const answer = parts.join("");
      const pieces = [];
      for (let at = 0; at < answer.length; ) {
        const { value = 1 } = sizes.next();
        pieces.push(answer.slice(at, at + value));
        at += value;
      }
      assert.deepEqual(parse(pieces), whole(answer));
    }),
    { numRuns: 500 },
  );
  const parser = new ToolCallParser(TOOLS);
  assert.deepEqual(parser.push("Hello <tool_"), [{ text: "Hello" }]);
  assert.deepEqual(parser.push("box"), [{ text: " <tool_box" }]);
});

test("a call is held from wherever the token with its mark ends", () => {
  const begun = '<tool_call>\n{"name": "';
  for (const [written, rest] of [
    ["<tool_call>", '\n{"name": "'],
    ["<tool_call>\n{", '"name": "'],
    ["<tool_call>{", '"name": "'],
    ["<tool_call>\n\n", '{"name": "'],
    [begun, ""],
    ['<tool_call>{"arg', null],
    [`${begun}we`, null],
  ]) {
    assert.equal(restOf(begun, /** @type {string} */ (written)), rest, JSON.stringify(written));
  }
});
