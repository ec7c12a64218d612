// The tools of the page: the calculator against JavaScript's own arithmetic, and answers of a scripted model that calls them.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BadSum, calculate } from "../../www/page/tools/calculator.js";
import { messagesOf, soundRounds } from "../../www/page/tools/rounds.js";
import { answerWithTools } from "../../www/page/tools/tool-answer.js";
import { carryOut, lineOf, now } from "../../www/page/tools/tools.js";
import { ScriptedEngine } from "./support/scripted-engine.mjs";

test("sums have the values that JavaScript gives them", () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 999 }), fc.double({ min: 0, max: 999, noNaN: true }).map((x) => Number(x.toFixed(3)))).map(String);
  /** What is written, and the same for JavaScript. @type {fc.Arbitrary<[string, string]>} */
  const sum = fc.letrec((tie) => ({
    sum: fc.oneof({ maxDepth: 4, withCrossShrink: true }, number.map((n) => [n, n]), tie("two"), tie("one")),
    two: fc.tuple(tie("sum"), fc.constantFrom(["+", "+"], ["−", "-"], ["×", "*"], ["*", "*"], ["/", "/"], ["÷", "/"]), tie("sum"), fc.boolean()).map((/** @type {any} */ [a, sign, b, isTight]) => {
      const gap = isTight ? "" : " ";
      return [`(${a[0]})${gap}${sign[0]}${gap}(${b[0]})`, `(${a[1]})${sign[1]}(${b[1]})`];
    }),
    one: fc.tuple(tie("sum"), fc.constantFrom(["-(", "-("], ["sqrt(", "Math.sqrt("], ["round(", "Math.round("], ["ln(", "Math.log("])).map((/** @type {any} */ [a, begin]) => [`${begin[0]}${a[0]})`, `${begin[1]}${a[1]})`]),
  })).sum;
  fc.assert(
    fc.property(sum, ([written, javascript]) => {
      const wanted = Number(new Function(`return ${javascript}`)());
      if (!Number.isFinite(wanted)) assert.throws(() => calculate(written), BadSum);
      else assert.ok(Math.abs(calculate(written) - wanted) <= 1e-12 * Math.abs(wanted), `${written}: ${calculate(written)}, not ${wanted}`);
    }),
    { numRuns: 1000 },
  );
});

test("signs bind as people write them, and numbers come as they would write them", () => {
  /** @type {[string, number][]} */
  const right = [
    ["12*7", 84], ["2 + 3 * 4", 14], ["2 - 3 - 4", -5], ["24 / 4 / 2", 3], ["-2^2", -4], ["2^3^2", 512], ["2**-1", 0.5], ["10 % 3", 1], ["10 % (1+2)", 1],
    ["15% * 80", 12], ["50%", 0.5], ["100 - 10%", 99.9], ["1,234,567 + 1", 1234568], ["5!", 120], ["3!!", 720], ["0.1 + 0.2", 0.3], [".5 + 1.", 1.5],
    ["1.5e3", 1500], ["√16 + sqrt(9)", 7], ["2 * PI", 2 * Math.PI], ["12 * 7 =", 84], ["--3", 3], ["0 * -1", 0], ["log10(1000)", 3], ["2e", NaN], ["e", Math.E],
  ];
  for (const [text, value] of right) {
    if (Number.isNaN(value)) assert.throws(() => calculate(text), BadSum, text);
    else assert.ok(Math.abs(calculate(text) - value) < 1e-12 && !Object.is(calculate(text), -0), `${text} = ${calculate(text)}`);
  }
  assert.equal(String(calculate("0.1 + 0.2")), "0.3");
});

test("what is no sum is a sentence for the model", () => {
  const wrong = ["", " ", "12 *", "(1", "1)", "1 2", "x + 1", "alert(1)", "constructor", "__proto__", "sqrt 2 3", "sqrt", "1/0", "sqrt(-1)", "171!", "1.5!", "1;2", "1,23", "[1]", `${"(".repeat(400)}1`, "-".repeat(400), "9".repeat(2000), "1e999"];
  for (const text of wrong) {
    assert.throws(() => calculate(text), (error) => error instanceof BadSum && /^[A-Z“].*\.$/s.test(error.message), text);
    assert.match(carryOut({ name: "calculator", arguments: JSON.stringify({ expression: text }) }).answer, /\.$/);
  }
  for (const given of ["{}", "not json", '{"expression": ["1"]}', "null"]) assert.match(carryOut({ name: "calculator", arguments: given }).answer, /needs an expression/);
  assert.equal(carryOut({ name: "calculator", arguments: '{"expression": 7}' }).answer, "7");
  assert.equal(carryOut({ name: "toString", arguments: "{}" }).answer, "There is no tool “toString”.");
});

test("a call in a line", () => {
  const line = (/** @type {string} */ name, /** @type {object} */ given) => lineOf(carryOut({ name, arguments: JSON.stringify(given) }));
  assert.equal(line("calculator", { expression: "12*7 =" }), "Used the calculator: 12*7 = 84");
  assert.equal(line("calculator", { expression: "12*" }), "Used the calculator: The sum ends where a number should follow.");
  // Of a chat that somebody wrote.
  for (const expression of ['{"toString":1}', `${"[".repeat(5000)}${"]".repeat(5000)}`, "null"]) {
    assert.equal(lineOf({ name: "calculator", arguments: `{"expression":${expression}}`, answer: "7" }), "Used the calculator:  = 7");
  }
  assert.match(line("clock", {}), /^Looked at the clock: \w+day, \w+ \d{1,2}, \d{4}, \d\d:\d\d \(.+\)$/);
  assert.match(now(new Date(2026, 0, 2, 0, 5)), /^Friday, January 2, 2026, 00:05 /);
});

const CALL = '<tool_call>\n{"name": "calculator", "arguments": {"expression": "12*7"}}\n</tool_call>';
/** @param {ScriptedEngine} engine @param {object} [more] */
async function ask(engine, more = {}) {
  /** @type {import("../../www/page/tools/rounds.js").Round[]} */
  const rounds = [];
  const text = { all: "", append: (/** @type {string} */ more) => void (text.all += more), clear: () => (text.all = ""), end: () => {} };
  const { signal } = new AbortController();
  const outcome = await answerWithTools({
    ...{ engine: /** @type {any} */ (engine), messages: [{ role: "user", content: "What is 12 times 7?" }], mayCall: true, text, signal },
    settings: { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, maxTokens: 500, seed: 1 },
    onRound: (round) => rounds.push(round),
    onToken: () => {},
    ...more,
  });
  return { outcome, rounds, text: text.all };
}

test("the model calls, gets the answer, and answers; of each round only what is new is read", async () => {
  const engine = new ScriptedEngine((read) => (read.includes("<tool_response>84") ? "It is 84." : `Let me see.\n${CALL}`));
  const { outcome, rounds, text } = await ask(engine);
  assert.deepEqual(rounds, [{ said: "Let me see.", calls: [{ name: "calculator", arguments: '{"expression":"12*7"}', answer: "84" }] }]);
  assert.equal(text, "It is 84.");
  assert.equal("reason" in outcome && outcome.reason, "stop");
  assert.equal(outcome.readTokens, engine.read);
  assert.equal(outcome.stats?.tokens, "It is 84.".length);
  // The next turn goes on from what was read.
  const before = engine.read;
  const messages = [...messagesOf([{ message: "What is 12 times 7?", answer: text, rounds }], ""), { role: "user", content: "Thanks" }];
  await ask(engine, { messages });
  assert.ok(engine.read - before < 60, `${engine.read - before} tokens were read`);
});

test("a model that calls for ever is stopped with a sentence; a stop and an error keep what was written", async () => {
  const endless = await ask(new ScriptedEngine(() => CALL));
  assert.equal(endless.rounds.length, 4);
  assert.match("error" in endless.outcome ? endless.outcome.error.message : "", /used its tools 4 times/);
  const controller = new AbortController();
  const stopped = await ask(new ScriptedEngine(() => "A long answer."), { signal: controller.signal, onToken: () => controller.abort() });
  assert.equal("reason" in stopped.outcome && stopped.outcome.reason, "cancelled");
  assert.equal(stopped.text, "A");
  const without = await ask(new ScriptedEngine(() => CALL), { mayCall: false });
  assert.equal(without.text, CALL, "without tools it is text");
});

test("rounds that somebody wrote are checked", () => {
  const call = { name: "clock", arguments: "{}", answer: "noon" };
  const sound = [{ said: "Hm.", calls: [call] }];
  assert.deepEqual(soundRounds(sound), sound);
  assert.deepEqual(soundRounds([{ said: 3, calls: [{ ...call, more: 1 }, null, { ...call, arguments: "[" }, { ...call, arguments: "[]" }, { ...call, name: "a b" }, { ...call, answer: 1 }] }]), [{ said: "", calls: [call] }]);
  for (const none of [undefined, null, "x", [], [null], [{ calls: [] }], [{ calls: "x" }]]) assert.equal(soundRounds(none), undefined);
});
