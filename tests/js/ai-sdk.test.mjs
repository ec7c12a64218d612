// The provider for Vercel's AI SDK, used by that SDK, over an engine whose model says what a test wants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateObject, generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { languageModel } from "../../www/ai.js";
import { graniteLike, ScriptedEngine } from "./support/scripted-engine.mjs";

const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Lyon"}}\n</tool_call>';

test("generateText: the answer, its usage and why it ended", async () => {
  const engine = new ScriptedEngine(() => "Hello there");
  const model = languageModel(engine);
  const { text, finishReason, usage, response } = await generateText({
    model,
    instructions: "Be brief.",
    prompt: "Hi",
    maxOutputTokens: 5,
    temperature: 0,
    topK: 3,
    providerOptions: { mambaWeb: { min_p: 0.1 } },
  });
  assert.deepEqual([text, finishReason, response.modelId], ["Hello", "length", "scripted"]);
  assert.deepEqual([usage.inputTokens, usage.outputTokens, usage.inputTokenDetails.cacheReadTokens], [engine.read, 5, 0]);
  assert.deepEqual(engine.settings[0], { temperature: 0, topK: 3, minP: 0.1 });
  const again = await generateText({ model, instructions: "Be brief.", prompt: "Hi" });
  assert.deepEqual([again.text, again.usage.inputTokenDetails.noCacheTokens], ["Hello there", 0]);
});

test("streamText: pieces as they come, and who aborts stops the model", async () => {
  const engine = new ScriptedEngine(() => "Hello there");
  const model = languageModel(engine);
  const result = streamText({ model, prompt: "Hi" });
  const pieces = [];
  for await (const piece of result.textStream) pieces.push(piece);
  assert.equal(pieces.join(""), "Hello there");
  assert.ok(pieces.length > 5);
  assert.equal(await result.finishReason, "stop");
  assert.equal((await result.usage).outputTokens, 11);

  const call = new ScriptedEngine(() => `<tool_call>${"x".repeat(5000)}`); // nothing of it is certain
  const tools = [{ type: /** @type {const} */ ("function"), name: "weather", inputSchema: /** @type {const} */ ({ type: "object" }) }];
  const { stream } = await languageModel(call).doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }], tools, maxOutputTokens: 5000 });
  const reader = stream.getReader();
  await reader.read(); // the beginning of the stream
  void reader.read();
  await new Promise((resolve) => setTimeout(resolve, 30));
  await reader.cancel();
  assert.ok(call.written < 1000, `${call.written} tokens after the stream was cancelled`);

  const endless = new ScriptedEngine(() => "x".repeat(10_000));
  const abort = new AbortController();
  const stopped = streamText({ model: languageModel(endless), prompt: "Hi", abortSignal: abort.signal, onError: () => {} });
  let read = 0;
  for await (const _ of stopped.textStream) if ((read += 1) === 5) abort.abort();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { written } = endless;
  assert.ok(written < 2000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(endless.written, written, "the model goes on");
});

test("generateText: who aborts gets an AbortError, as from other providers", async () => {
  const engine = new ScriptedEngine(() => "x".repeat(10_000));
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 30);
  await assert.rejects(generateText({ model: languageModel(engine), prompt: "Hi", abortSignal: abort.signal }), { name: "AbortError" });
  assert.ok(engine.written < 2000);
});

/** @param {string[]} asked */
const weather = (asked) =>
  tool({
    description: "The weather now",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city);
      return { sky: "rain" };
    },
  });

test("tools are called, and what they answer is read on from where the call ended", async () => {
  for (const way of [generateText, streamText]) {
    const engine = new ScriptedEngine((text) => (text.includes('<tool_response>{"sky":"rain"}') ? "It rains." : `I look. ${CALL}`));
    /** @type {string[]} */
    const asked = [];
    const result = way({ model: languageModel(engine), prompt: "Weather in Lyon?", tools: { weather: weather(asked) }, stopWhen: isStepCount(3) });
    const { text, steps, totalUsage } = "textStream" in result ? { text: await result.text, steps: await result.steps, totalUsage: await result.totalUsage } : await result;
    assert.deepEqual([text, asked, steps.length], ["It rains.", ["Lyon"], 2], way.name);
    assert.deepEqual(steps.map((step) => step.finishReason), ["tool-calls", "stop"]);
    assert.equal(steps[0].text, "I look.");
    assert.equal(totalUsage.inputTokenDetails.noCacheTokens, engine.read, way.name);
    const fresh = '<|end|>\n<|user|><tool_response>{"sky":"rain"}</tool_response><|end|>\n<|assistant|>';
    assert.equal(steps[1].usage.inputTokenDetails.noCacheTokens, fresh.length, "the tools are not read again");
  }
});

test("generateObject asks the engine for its schema", async () => {
  const engine = new ScriptedEngine(() => '{"name": "Ada", "age": 36}');
  const schema = z.object({ name: z.string(), age: z.number() });
  /** @type {any[]} */
  const asked = [];
  const { completions, model } = engine.chat;
  const create = (/** @type {any} */ body) => {
    const { response_format: format, ...rest } = body;
    asked.push(format);
    return completions.create(rest);
  };
  const chat = /** @type {any} */ ({ model, completions: { create } });
  const { object } = await generateObject({ model: languageModel({ chat }), schema, prompt: "Who?" });
  assert.deepEqual(object, { name: "Ada", age: 36 });
  assert.equal(asked[0].type, "json_schema");
  assert.deepEqual(asked[0].json_schema.schema.required, ["name", "age"]);
});

test("what the engine cannot do is a warning or a failure, not silence", async () => {
  const engine = new ScriptedEngine(() => "x");
  const { warnings = [] } = await generateText({ model: languageModel(engine), prompt: "Hi", reasoning: "high" });
  assert.deepEqual(warnings, [{ type: "unsupported", feature: "reasoning" }]);
  const image = /** @type {const} */ ({ type: "file", mediaType: "image/png", data: new Uint8Array([137, 80, 78, 71]) });
  await assert.rejects(generateText({ model: languageModel(engine), messages: [{ role: "user", content: [image] }], maxRetries: 0 }), /is no text/);
  const plain = new ScriptedEngine(() => "x", ({ messages, prompts }) => graniteLike({ messages, prompts }));
  await assert.rejects(generateText({ model: languageModel(plain), prompt: "Hi", tools: { weather: weather([]) }, maxRetries: 0 }), /takes no tools/);
});
