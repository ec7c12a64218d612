// Chat completions, through OpenAI's own client and without it, answered by an engine whose model says what a test wants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import OpenAI from "openai";
import { MambaError } from "../../www/engine/errors.js";
import { openaiFetch } from "../../www/engine/openai/fetch.js";
import { graniteLike, ScriptedEngine, templateSays } from "./support/scripted-engine.mjs";

/** @typedef {import("openai").OpenAI.Chat.ChatCompletion} ChatCompletion */
/** @typedef {import("openai").OpenAI.Chat.ChatCompletionChunk} ChatCompletionChunk */
/** @typedef {import("openai").OpenAI.Chat.ChatCompletionMessageParam} Message */

/** @type {OpenAI.Chat.ChatCompletionTool} */
const WEATHER = {
  type: "function",
  function: { name: "weather", description: "The weather now", parameters: { type: "object", properties: { city: { type: "string" } } } },
};
const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city":"Lyon"}}\n</tool_call>';
/** @param {string} content @returns {Message} */
const user = (content) => ({ role: "user", content });

/** @param {ScriptedEngine} engine */
const clientOf = (engine) => new OpenAI({ apiKey: "none", baseURL: "http://nowhere.invalid/v1", fetch: openaiFetch(engine) });

/** @param {() => Promise<unknown>} work @returns {Promise<any>} */
async function failure(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return assert.fail("it did not fail");
}

test("an answer has the shape of OpenAI's types, whole and in chunks", async () => {
  const engine = new ScriptedEngine(() => "Hi there.");
  const body = { messages: [user("Hello")], temperature: 0.5, top_p: 0.9, seed: 7, stop: "\n", logprobs: true, top_logprobs: 1 };
  /** @type {ChatCompletion} the type check makes sure of its shape */
  const whole = await engine.chat.completions.create(body);
  assert.match(whole.id, /^chatcmpl-[0-9a-f]{24}$/);
  assert.ok(Math.abs(whole.created - Date.now() / 1000) < 60);
  const { choices, usage, model, object } = whole;
  assert.deepEqual({ model, object }, { model: "scripted", object: "chat.completion" });
  assert.deepEqual(choices[0].message, { role: "assistant", content: "Hi there.", refusal: null });
  assert.equal(choices[0].finish_reason, "stop");
  const [first] = choices[0].logprobs?.content ?? [];
  const likely = { token: "H", logprob: -0.5, bytes: [72] };
  assert.deepEqual(first, { ...likely, top_logprobs: [likely] });
  assert.equal(choices[0].logprobs?.content?.length, 9);
  const prompt = "<|user|>Hello<|end|>\n<|assistant|>".length;
  assert.deepEqual(usage, { prompt_tokens: prompt, completion_tokens: 9, total_tokens: prompt + 9, prompt_tokens_details: { cached_tokens: 0 } });
  assert.deepEqual(engine.settings[0], { temperature: 0.5, topP: 0.9, seed: 7, stop: ["\n"] });

  /** @type {ChatCompletionChunk[]} */
  const chunks = [];
  const stream = await engine.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } });
  for await (const chunk of stream) chunks.push(chunk);
  assert.deepEqual(new Set(chunks.map(({ id }) => id)).size, 1);
  assert.deepEqual(chunks[0].choices[0].delta, { role: "assistant", content: "" });
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "Hi there.");
  assert.deepEqual(chunks.at(-2)?.choices, [{ index: 0, delta: {}, finish_reason: "stop", logprobs: null }]);
  assert.deepEqual(chunks.at(-1)?.choices, []);
  assert.deepEqual(chunks.at(-1)?.usage, { ...usage, prompt_tokens_details: { cached_tokens: prompt } });
  assert.equal(chunks[0].usage, null);
});

test("messages that go on read only what is new, those that branch go on from the branch", async () => {
  const engine = new ScriptedEngine((text) => (text.includes("two") ? "Second." : " First. "));
  const create = async (/** @type {object} */ body) => {
    const before = engine.read;
    const { choices, usage } = await engine.chat.completions.create(body);
    assert.equal(engine.read - before, usage.prompt_tokens - usage.prompt_tokens_details.cached_tokens, "what was read is what is said");
    return { message: choices[0].message, read: engine.read - before, usage };
  };
  const start = [{ role: "system", content: "Be brief." }, user("one")];
  const head = "<|system|>Be brief.<|end|>\n<|user|>".length;
  const first = await create({ messages: start });
  assert.equal(first.usage.prompt_tokens_details.cached_tokens, 0);
  const second = await create({ messages: [...start, first.message, user("two")] });
  assert.equal(second.read, "<|end|>\n<|user|>two<|end|>\n<|assistant|>".length, "neither the prompt nor the answer is read again");
  const again = await create({ messages: [...start, first.message, user("two")] });
  assert.equal(again.read, 0, "another answer to the same");
  const edited = await create({ messages: [...start, first.message, user("deux")] });
  assert.equal(edited.read, "<|end|>\n<|user|>deux<|end|>\n<|assistant|>".length, "a branch goes on from where it leaves");
  const other = await create({ messages: [start[0], user("another")] });
  assert.equal(other.usage.prompt_tokens_details.cached_tokens, head, "instructions are read once for all chats");
  const words = await create({ messages: [...start, { role: "assistant", content: "Other words" }, user("two")] });
  assert.equal(words.usage.prompt_tokens_details.cached_tokens, "<|system|>Be brief.<|end|>\n<|user|>one<|end|>\n<|assistant|>".length);
  await engine.chat.forget();
  assert.equal(engine.open, 0, "no session is left");
  assert.equal((await create({ messages: start })).usage.prompt_tokens_details.cached_tokens, 0);
});

test("a stop string that ended an answer is no part of it, so messages do not go on from where it was read", async () => {
  const engine = new ScriptedEngine((text) => (text.includes("two") ? "Second." : "First.\nUser: I"));
  const start = [user("one")];
  const cut = await engine.chat.completions.create({ messages: start, stop: ["\nUser:"] });
  assert.deepEqual([cut.choices[0].message.content, cut.choices[0].finish_reason], ["First.", "stop"]);
  const next = await engine.chat.completions.create({ messages: [...start, cut.choices[0].message, user("two")] });
  assert.equal(next.usage.prompt_tokens, "<|user|>one<|end|>\n<|assistant|>First.<|end|>\n<|user|>two<|end|>\n<|assistant|>".length);
  assert.equal(next.usage.prompt_tokens_details.cached_tokens, cut.usage.prompt_tokens, "the prompt alone");
  // One that had no room for the stop string is known as it is.
  const short = await engine.chat.completions.create({ messages: [user("1")], stop: ["\nUser:"], max_tokens: 3 });
  const on = await engine.chat.completions.create({ messages: [user("1"), short.choices[0].message, user("two")] });
  assert.equal(on.usage.prompt_tokens_details.cached_tokens, short.usage.total_tokens);
});

test("large states are few, and a prompt and its answer always stay", async () => {
  const engine = new ScriptedEngine(() => "Yes", graniteLike, 2 ** 40);
  for (let i = 0; i < 9; i++) await engine.chat.completions.create({ messages: [user(`Number ${i}`)] });
  assert.ok(engine.open <= 3, `${engine.open} sessions`);
  const { usage } = await engine.chat.completions.create({ messages: [user("Number 8"), { role: "assistant", content: "Yes" }, user("Go on")] });
  assert.equal(usage.prompt_tokens - usage.prompt_tokens_details.cached_tokens, "<|end|>\n<|user|>Go on<|end|>\n<|assistant|>".length);
});

test("where memory has room for the answer only, what is kept makes room for it", async () => {
  const engine = new ScriptedEngine(() => "Yes");
  const ask = async (/** @type {string} */ text) => (await engine.chat.completions.create({ messages: [user(text)] })).choices[0].message.content;
  for (const room of [3, 2, 1]) {
    engine.room = room;
    for (let i = 0; i < 4; i++) assert.equal(await ask(`Number ${i}`), "Yes", `${room}`);
    // A state that is known is forked, for which there may be no room either.
    for (let i = 0; i < 2; i++) assert.equal(await ask("Number 3"), "Yes", `${room}`);
  }
  engine.room = 0;
  assert.equal((await failure(() => ask("None"))).code, "out-of-memory");
});

test("several answers read the prompt once, each with its own seed", async () => {
  const engine = new ScriptedEngine((_, seed) => `seed ${seed}`);
  const { choices, usage } = await engine.chat.completions.create({ messages: [user("x")], n: 3, seed: 5, max_tokens: 6 });
  assert.deepEqual(choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason]), [0, 1, 2].map((i) => [i, `seed ${i + 5}`, "stop"]));
  assert.equal(engine.read, usage.prompt_tokens);
  assert.equal(usage.completion_tokens, 18);
  const cut = await engine.chat.completions.create({ messages: [user("x")], max_completion_tokens: 2 });
  assert.deepEqual([cut.choices[0].message.content, cut.choices[0].finish_reason], ["se", "length"]);
});

test("OpenAI's client: answers, streams, its helper, models, tools and errors", async () => {
  const engine = new ScriptedEngine((text) => (text.includes("tool_response") ? "It rains." : text.includes("Tools:") ? `I look.\n${CALL}` : "Hello!"));
  const client = clientOf(engine);
  assert.deepEqual((await client.models.list()).data.map(({ id }) => id), ["scripted"]);
  assert.equal((await client.models.retrieve("scripted")).owned_by, "mamba-web");
  const whole = await client.chat.completions.create({ model: "scripted", messages: [user("Hi")] });
  assert.equal(whole.choices[0].message.content, "Hello!");
  let text = "";
  for await (const chunk of await client.chat.completions.create({ model: "scripted", messages: [user("Hi")], stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  assert.equal(text, "Hello!");

  const stream = client.chat.completions.stream({ model: "scripted", messages: [user("Weather?")], tools: [WEATHER], stream_options: { include_usage: true } });
  const { choices, usage } = await stream.finalChatCompletion();
  assert.equal(choices[0].finish_reason, "tool_calls");
  assert.equal(choices[0].message.content, "I look.");
  const call = choices[0].message.tool_calls?.[0];
  assert.ok(call?.type === "function");
  assert.deepEqual(call.function, { name: "weather", arguments: '{"city":"Lyon"}' });
  assert.equal(usage?.completion_tokens, "I look.\n".length + CALL.length);

  /** @type {unknown[]} */
  const asked = [];
  const lookUp = (/** @type {{ city: string }} */ given) => (asked.push(given), "rain");
  const before = engine.read;
  const runner = client.chat.completions.runTools({
    model: "scripted",
    messages: [user("Weather?")],
    tools: [{ type: "function", function: { name: "weather", description: "The weather now", parameters: {}, function: lookUp, parse: JSON.parse } }],
  });
  assert.equal(await runner.finalContent(), "It rains.");
  assert.deepEqual(asked, [{ city: "Lyon" }]);
  const prompts = engine.read - before;
  assert.ok(prompts < 400, `${prompts}: the second turn read the tools again`);

  const wrong = await failure(() => client.chat.completions.create({ model: "scripted", messages: [user("Hi")], temperature: 1000 }));
  assert.ok(wrong instanceof OpenAI.BadRequestError);
  assert.deepEqual([wrong.status, wrong.param, wrong.code, wrong.type], [400, "temperature", "bad-argument", "invalid_request_error"]);
  assert.match(wrong.message, /“temperature” has to be from 0 to 100; it is 1000\./);
  const missing = await failure(() => client.chat.completions.create({ model: "gpt-4o", messages: [user("Hi")] }));
  assert.ok(missing instanceof OpenAI.NotFoundError);
  assert.match(missing.message, /The one that is loaded is “scripted”/);
  const odd = await openaiFetch(engine)("http://nowhere.invalid/v1/models/50%_off");
  assert.deepEqual([odd.status, (await odd.json()).error.param], [404, "model"]);
  assert.equal((await failure(() => client.embeddings.create({ model: "scripted", input: "x" }))).status, 404);
});

test("an answer that is given up stops the model and closes its session", async () => {
  const engine = new ScriptedEngine(() => "x".repeat(500));
  const kept = async () => {
    await engine.chat.forget();
    return engine.open;
  };
  const abort = new AbortController();
  const failed = failure(() => engine.chat.completions.create({ messages: [user("Hi")] }, { signal: abort.signal }));
  setTimeout(() => abort.abort(), 30);
  assert.equal((await failed).code, "cancelled");
  assert.equal(await kept(), 0);
  assert.equal((await failure(() => engine.chat.completions.create({ messages: [user("Hi")], signal: AbortSignal.abort() }))).code, "cancelled");

  for await (const _ of await engine.chat.completions.create({ messages: [user("Hi")], stream: true })) if (engine.written > 100) break;
  assert.equal(await kept(), 0);

  const client = clientOf(engine);
  const stream = await client.chat.completions.create({ model: "scripted", messages: [user("Hi")], stream: true });
  let read = 0;
  for await (const _ of stream) if (++read === 5) stream.controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const written = engine.written;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(engine.written, written, "the model goes on");
  assert.equal(await kept(), 0);
});

test("an engine that is disposed of ends the answer with “cancelled”, however its sessions end", async () => {
  const engine = new ScriptedEngine(() => "x".repeat(500));
  const failed = failure(() => engine.chat.completions.create({ messages: [user("Hi")], n: 2 }));
  setTimeout(() => (engine.hasEnded = true), 30);
  const { code, status } = await failed;
  assert.deepEqual([code, status], ["cancelled", 499]);
  const unread = new ScriptedEngine(() => "x");
  unread.hasEnded = true;
  assert.equal((await failure(() => unread.chat.completions.create({ messages: [user("Hi")] }))).code, "cancelled", "while the prompt is read");
});

test("who reads slowly holds the model back", async () => {
  const engine = new ScriptedEngine(() => "x".repeat(500));
  const response = await openaiFetch(engine)("http://nowhere.invalid/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({ messages: [user("Hi")], stream: true }),
  });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let i = 0; i < 10; i++) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(engine.written <= 12, `${engine.written} tokens for 10 chunks`);
  await reader.cancel();
});

test("who aborts a stream ends it also after a garbage collection", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const engine = new ScriptedEngine(() => "A very long answer. ".repeat(100));
  const controller = new AbortController();
  const body = JSON.stringify({ stream: true, messages: [user("x")] });
  const response = await openaiFetch(engine)("http://nowhere.invalid/v1/chat/completions", { method: "POST", body, signal: controller.signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
  }
  controller.abort();
  const error = await failure(async () => {
    while (!(await reader.read()).done); // to its end
  });
  assert.equal(error.name, "AbortError");
  assert.ok(engine.written < 100, `${engine.written}`);
});

test("who cancels a stream while a chunk is awaited ends the answer at once", async () => {
  const engine = new ScriptedEngine(() => `<tool_call>${"x".repeat(5000)}`); // nothing of it is certain
  const body = { messages: [user("Hi")], tools: [WEATHER], stream: /** @type {const} */ (true), max_tokens: 5000 };
  const response = await openaiFetch(engine)("http://nowhere.invalid/v1/chat/completions", { method: "POST", body: JSON.stringify(body) });
  const lines = async () => (await engine.chat.completions.create(body)).toReadableStream();
  for (const stream of [response.body, await lines()]) {
    const reader = /** @type {ReadableStream<Uint8Array>} */ (stream).getReader();
    void reader.read();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await reader.cancel();
    const { written } = engine;
    assert.ok(written < 2000, `${written} tokens`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(engine.written, written, "the model goes on");
  }
  await engine.chat.forget();
  assert.equal(engine.open, 0);
});

test("a failure in the middle of a stream is told in it", async () => {
  const engine = new ScriptedEngine(() => {
    throw new MambaError("out-of-memory", "There is no memory.", "Close other tabs.");
  });
  const client = clientOf(engine);
  const stream = await client.chat.completions.create({ model: "scripted", messages: [user("Hi")], stream: true });
  const error = await failure(async () => {
    for await (const _ of stream); // until it fails
  });
  assert.match(error.message, /There is no memory\. Close other tabs\./);
  const whole = await failure(() => client.chat.completions.create({ model: "scripted", messages: [user("Hi")] }));
  assert.deepEqual([whole.status, whole.type], [500, "server_error"]);
});

test("a tool that has to be called is, and one call is enough where only one is wanted", async () => {
  const engine = new ScriptedEngine((text) => (text.endsWith('"arguments": ') ? '{"city": "Rom"}}' : `${CALL}\n${CALL} and more`));
  const messages = [user("Weather?")];
  const choose = async (/** @type {object} */ more) => (await engine.chat.completions.create({ messages, tools: [WEATHER], ...more })).choices[0];
  const called = async (/** @type {object} */ more) => (await choose(more)).message.tool_calls?.map((call) => call.function.arguments);
  assert.deepEqual(await called({}), ['{"city":"Lyon"}', '{"city":"Lyon"}']);
  assert.deepEqual(await called({ parallel_tool_calls: false }), ['{"city":"Lyon"}']);
  assert.deepEqual(await called({ tool_choice: "required" }), ['{"city":"Rom"}']);
  const forced = await choose({ tool_choice: { type: "function", function: { name: "weather" } } });
  assert.deepEqual([forced.message.content, forced.finish_reason], [null, "tool_calls"]);
  // In a form that is not known nothing is held, and the session still ends with the call.
  const other = new ScriptedEngine(() => `${CALL}\n${CALL}`, (chat) => graniteLike(chat).replaceAll("<tool_call>", "[call]"));
  const single = await other.chat.completions.create({ messages, tools: [WEATHER], parallel_tool_calls: false });
  assert.equal(single.choices[0].message.tool_calls?.length, 1);
  assert.deepEqual(other.settings, [{ ahead: 0 }]);
  const none = await choose({ tool_choice: "none" });
  assert.match(none.message.content ?? "", /^<tool_call>/, "without tools it is text");
});

test("a call that has to come is held to the template's form and to the tool's schema, and its end is read", async () => {
  const clock = { type: "function", function: { name: "clock", strict: true } };
  const strict = { type: "function", function: { ...WEATHER.function, strict: true } };
  const engine = new ScriptedEngine((text) => (text.endsWith('{"name": "') ? 'clock", "arguments": {}}' : text.includes("Rom") ? "Rain." : '{"city": "Rom"}}'));
  const client = clientOf(engine);
  const messages = [user("Weather?")];
  const body = { model: "scripted", messages, tools: [strict, clock], tool_choice: /** @type {const} */ ("required") };
  const any = await client.chat.completions.create(/** @type {any} */ (body));
  const called = any.choices[0].message.tool_calls?.[0];
  assert.deepEqual(called?.type === "function" && called.function, { name: "clock", arguments: "{}" });
  const blanks = '"x-guidance":{"item_separator":", ","key_separator":": ","whitespace_flexible":false},"type":"object"';
  assert.deepEqual(engine.settings.at(-1).constraint.grammar.split("\n"), [
    'start: "weather\\", \\"arguments\\": " arguments0 "}" | "clock\\", \\"arguments\\": " arguments1 "}"',
    `arguments0: %json {${blanks},"properties":{"city":{"type":"string"}}}`,
    `arguments1: %json {${blanks}}`,
  ]);
  const one = await client.chat.completions.create(/** @type {any} */ ({ ...body, tool_choice: { type: "function", function: { name: "weather" } } }));
  assert.match(engine.settings.at(-1).constraint.grammar, /^start: arguments0 "}"\narguments0: /);
  // The template writes the mark after the call, so a chat that goes on finds it read.
  const { message } = one.choices[0];
  const told = [...messages, message, { role: "tool", tool_call_id: message.tool_calls?.[0].id, content: "rain" }];
  const { usage } = await client.chat.completions.create(/** @type {any} */ ({ ...body, messages: told }));
  assert.equal(usage?.prompt_tokens_details?.cached_tokens, one.usage?.total_tokens);
  const unknown = new ScriptedEngine(() => "x", (chat) => graniteLike(chat).replaceAll("<tool_call>", "[call]"));
  for (const choice of ["required", "auto"]) {
    assert.match((await failure(() => unknown.chat.completions.create({ ...body, tool_choice: choice }))).message, /writes calls in a form that is not known/);
  }
  assert.equal((await unknown.chat.completions.create({ messages, tools: [WEATHER] })).choices[0].message.content, "x", "nothing is strict");
});

test("a call that the model begins by itself is held too, and what it says around it is free", async () => {
  const said = `I look.\n${CALL}\n${CALL.replace("Lyon", "Rom")}`;
  const engine = new ScriptedEngine((text) => (text.includes("tool_response") ? "Rain." : said));
  const strict = { type: "function", function: { ...WEATHER.function, strict: true } };
  const messages = [user("Weather?")];
  const { choices, usage } = await engine.chat.completions.create({ messages, tools: [strict], max_tokens: 500 });
  const [{ message, finish_reason: reason }] = choices;
  assert.deepEqual([message.content, reason], ["I look.", "tool_calls"]);
  assert.deepEqual(message.tool_calls?.map((call) => call.function.arguments), ['{"city":"Lyon"}', '{"city":"Rom"}']);
  const [free, call, again, other, last] = engine.settings;
  assert.deepEqual([free, again, last], [{ ahead: 0 }, { ahead: 0 }, { ahead: 0 }]);
  assert.match(call.constraint.grammar, /^start: arguments0 "}"\narguments0: %json/);
  assert.deepEqual(other, call);
  const told = [...messages, message, ...(message.tool_calls ?? []).map(({ id }) => ({ role: "tool", tool_call_id: id, content: "rain" }))];
  const next = await engine.chat.completions.create({ messages: told, tools: [strict] });
  assert.equal(next.usage.prompt_tokens_details.cached_tokens, usage.total_tokens, "the answer was read as the template writes it");
  // A call that is cut off is none.
  const cut = await engine.chat.completions.create({ messages, tools: [strict], max_tokens: "I look.\n<tool_call>".length + 30 });
  assert.deepEqual([cut.choices[0].finish_reason, cut.choices[0].message.tool_calls], ["length", undefined]);
});

test("what cannot be honoured is refused with a sentence that names it", async () => {
  const engine = new ScriptedEngine(() => "no");
  const base = { messages: [user("Hi")] };
  const tool = { role: "tool", content: "x", tool_call_id: "call_9" };
  /** @type {[object, string | null, RegExp][]} */
  const cases = [
    [{ ...base, temprature: 1 }, null, /no option “temprature”.*/],
    [{ ...base, user: "me" }, "user", /“user” cannot be used here/],
    [{ ...base, functions: [] }, "functions", /tools have taken its place/],
    [{ ...base, reasoning_effort: "low" }, "reasoning_effort", /how long to think/],
    [{ ...base, n: 0 }, "n", /whole number from 1/],
    [{ ...base, max_tokens: 1, max_completion_tokens: 1 }, "max_tokens", /mean the same/],
    [{ ...base, top_logprobs: 2 }, "logprobs", /top_logprobs/],
    [{ ...base, logprobs: true, top_logprobs: 20 }, "top_logprobs", /from 0 to 5/],
    [{ ...base, stream_options: { include_usage: true } }, "stream", /stream_options/],
    [{ ...base, tool_choice: "required" }, "tool_choice", /needs tools/],
    [{ ...base, tools: [WEATHER, WEATHER] }, "tools", /Two tools have the name “weather”/],
    [{ ...base, response_format: { type: "json_schema" } }, "response_format", /json_schema/],
    [{}, "messages", /list of messages/],
    [{ messages: [] }, "messages", /at least one message/],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] }, "messages", /“messages\[0\]\.content\[0\]” is no text/],
    [{ messages: [{ role: "robot", content: "x" }] }, "messages", /“messages\[0\]\.role” has to be/],
    [{ messages: [{ role: "user", content: "x", name: "Ada" }] }, "messages", /has no option “name”/],
    [{ messages: [tool] }, "messages", /“call_9”, which no message before it has/],
    [{ messages: [{ role: "assistant", tool_calls: [{ id: "1", type: "function", function: { name: "a", arguments: "{" } }] }] }, "messages", /JSON object/],
  ];
  for (const [body, param, says] of cases) {
    const error = await failure(() => engine.chat.completions.create(body));
    const { code, param: named, status, error: form } = error;
    assert.ok(error instanceof MambaError, String(error));
    assert.match(error.message, says);
    assert.deepEqual([code, named, status, form.param], ["bad-argument", param, 400, param], JSON.stringify(body));
  }
  assert.equal(engine.read, 0);
  assert.equal((await engine.chat.completions.create({ ...base, store: false, service_tier: "auto", audio: null, logit_bias: null })).object, "chat.completion");
});

test("a template that leaves something out or refuses it is asked before, and named", async () => {
  const plain = new ScriptedEngine(() => "x", ({ messages }) => messages.filter(({ role }) => role !== "system").map(({ content }) => content).join("|"));
  const system = { role: "system", content: "Be brief." };
  assert.match((await failure(() => plain.chat.completions.create({ messages: [system, user("Hi")] }))).message, /takes no system message: its chat template leaves/);
  assert.match((await failure(() => plain.chat.completions.create({ messages: [user("Hi")], tools: [WEATHER] }))).message, /takes no tools/);
  const strict = new ScriptedEngine(
    () => "x",
    (chat) => {
      if (chat.messages[0].role === "system") throw templateSays("No system!");
      return graniteLike(chat);
    },
  );
  assert.match((await failure(() => strict.chat.completions.create({ messages: [system, user("Hi")] }))).message, /takes no system message: The chat template says: No system!/);
  // One that takes the messages may refuse them with the answer. It is only read again then.
  const alternating = new ScriptedEngine(
    () => "Yes",
    (chat) => {
      const roles = chat.messages.map(({ role }) => role);
      if (roles.some((role, i) => role === "assistant" && roles[i - 1] === role)) throw templateSays("Roles must alternate.");
      return graniteLike(chat);
    },
  );
  const going = { messages: [user("a"), { role: "assistant", content: "It is" }] };
  const { choices } = await alternating.chat.completions.create(going);
  assert.deepEqual([choices[0].message.content, choices[0].finish_reason], ["Yes", "stop"]);
  // A template that writes old answers in another way is read from where it differs.
  const forgetful = new ScriptedEngine(() => "x", ({ messages, prompts }) => `${messages.length}${messages.map(({ content }) => `<${content}>`).join("")}${prompts ? ":" : ""}`);
  await forgetful.chat.completions.create({ messages: [user("a")] });
  const { usage } = await forgetful.chat.completions.create({ messages: [user("a"), { role: "assistant", content: "x" }, user("b")] });
  assert.equal(usage.prompt_tokens_details.cached_tokens, 0);
});
