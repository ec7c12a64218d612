// engine.chat.completions in a page, with the default model: OpenAI's client and Vercel's AI SDK talk to it, what was read is
// not read again, to the token, and a real template writes tools.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
const root = fileURLToPath(new URL("../../", import.meta.url));

/** @type {import("playwright-core").Page} */
let page;
before(async () => {
  const contents = `
    export { default as OpenAI } from "openai";
    export { generateObject, generateText, jsonSchema, streamText, tool } from "ai";
    export { languageModel } from "./www/ai.js";`;
  const bundle = await build({ stdin: { contents, resolveDir: root }, bundle: true, format: "esm", write: false, logLevel: "error" });
  page = await browser.newPage();
  const clients = `${site.origin}/clients.js`;
  await page.route(clients, (route) => route.fulfill({ contentType: "text/javascript", body: bundle.outputFiles[0].text }));
  await page.goto(`${site.origin}/empty/`);
  await page.evaluate(
    async ({ mamba, clients, models }) => {
      const [{ load, openaiFetch, MambaError }, library] = await Promise.all([import(mamba), import(clients)]);
      const engine = await load({ model: `${models}default/`, backend: "cpu", threads: 1 });
      const client = new library.OpenAI({ apiKey: "none", baseURL: `${location.origin}/v1`, dangerouslyAllowBrowser: true, fetch: openaiFetch(engine) });
      /** The default model with another template, and perhaps another name for its token that stands for nothing. */
      const withTemplate = async (/** @type {string} */ template, pad = "<|pad|>") => {
        const names = ["config.json", "generation_config.json", "model.safetensors"];
        const files = await Promise.all(
          names.map(async (name) => new File([await (await fetch(`${models}default/${name}`)).blob()], name)),
        );
        const text = async (/** @type {string} */ name) => (await (await fetch(`${models}default/${name}`)).text()).replaceAll("<|pad|>", pad);
        const settings = JSON.parse(await text("tokenizer_config.json"));
        files.push(new File([await text("tokenizer.json")], "tokenizer.json"));
        files.push(new File([JSON.stringify({ ...settings, chat_template: template })], "tokenizer_config.json"));
        return load({ model: files, backend: "cpu", threads: 1 });
      };
      const clientOf = (/** @type {any} */ other) => new library.OpenAI({ apiKey: "none", dangerouslyAllowBrowser: true, fetch: openaiFetch(other) });
      Object.assign(window, { ...library, engine, client, clientOf, withTemplate, MambaError });
    },
    { mamba: `${site.page()}mamba.js`, clients, models: `${site.page()}models/` },
  );
});

// In the page; declared for the type check.
/** @type {any} */
let engine;
/** @type {any} */
let client;
/** @type {any} */
let withTemplate;
/** @type {any} */
let MambaError;
/** @type {any} */
let languageModel;
/** @type {any} */
let generateText;
/** @type {any} */
let streamText;
/** @type {any} */
let generateObject;
/** @type {any} */
let jsonSchema;
/** @type {any} */
let tool;
/** @type {any} */
let clientOf;

test("a chat that goes on says what it has read, to the token, and says the same as a session", async () => {
  const result = await page.evaluate(async () => {
    const settings = { temperature: 0, max_tokens: 24 };
    const start = [{ role: "user", content: "Tell me a story about a fox." }];
    const first = await engine.chat.completions.create({ messages: start, ...settings });
    const next = [...start, first.choices[0].message, { role: "user", content: "Tell me another story." }];
    const second = await engine.chat.completions.create({ messages: next, ...settings });

    const session = await engine.session();
    const turns = [];
    for (const message of [start[0].content, next[2].content]) {
      let text = "";
      for await (const piece of session.generate({ message, temperature: 0, maxTokens: 24 })) text += piece.text;
      turns.push({ text, stats: session.stats });
    }
    const branch = await engine.chat.completions.create({ messages: [...next.slice(0, 2), { role: "user", content: "Stop." }], ...settings, max_tokens: 1 });
    const ends = (await engine.tokenize("<|user|>Stop.<|bot|>")).length;
    return { first, second, turns, branch: branch.usage, ends, model: engine.chat.model };
  });
  const { first, second, turns, branch, ends } = result;
  assert.match(result.model, /models\/default\/$/);
  assert.deepEqual([first, second].map(({ choices }) => choices[0].message.content.trim()), turns.map(({ text }) => text.trim()));
  const details = (/** @type {any} */ { prompt_tokens: prompt, prompt_tokens_details: { cached_tokens: cached } }) => ({ prompt, cached });
  assert.deepEqual(details(first.usage), { prompt: turns[0].stats.promptTokens, cached: 0 });
  const { prompt, cached } = details(second.usage);
  assert.equal(cached, first.usage.prompt_tokens + first.usage.completion_tokens, "all of the first turn");
  assert.equal(prompt - cached, turns[1].stats.promptTokens, "only the second turn was read");
  assert.deepEqual(details(branch), { prompt: cached + ends, cached });
});

test("OpenAI's client streams, several answers differ, and an abort stops the model", async () => {
  const { text, usage, answers, logprobs, aborted, error } = await page.evaluate(async () => {
    const model = engine.chat.model;
    const messages = [{ role: "user", content: "Tell me a story about a fox." }];
    const stream = client.chat.completions.stream({ model, messages, max_tokens: 12, seed: 1, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    const several = await client.chat.completions.create({ model, messages, n: 2, seed: 3, max_tokens: 12, logprobs: true, top_logprobs: 2 });
    const endless = await client.chat.completions.create({ model, messages, stream: true, max_tokens: 4000, logit_bias: {} });
    let chunks = 0;
    for await (const _ of endless) if ((chunks += 1) === 4) endless.controller.abort();
    const error = await client.chat.completions.create({ model, messages: [{ role: "system", content: "Be brief." }, ...messages] }).catch((/** @type {any} */ error) => error);
    return {
      text: completion.choices[0].message.content,
      usage: completion.usage,
      answers: several.choices.map((/** @type {any} */ choice) => choice.message.content),
      logprobs: several.choices[0].logprobs.content,
      aborted: chunks,
      error: { status: error.status, message: error.message },
    };
  });
  assert.ok(text.length > 10);
  assert.equal(usage.completion_tokens, 12);
  assert.notEqual(answers[0], answers[1]);
  assert.equal(logprobs.length, 12);
  assert.equal(logprobs.map((/** @type {any} */ { token }) => token).join("").trim(), answers[0].trim());
  for (const { logprob, top_logprobs: top } of logprobs) assert.ok(logprob <= 0 && top.length === 2 && top[0].logprob >= top[1].logprob);
  assert.ok(aborted < 8);
  assert.equal(error.status, 400);
  assert.match(error.message, /takes no system message/);
});

test("the AI SDK generates and streams", async () => {
  const { text, usage, pieces, streamed } = await page.evaluate(async () => {
    const model = languageModel(engine);
    const { text, usage } = await generateText({ model, prompt: "Tell me a story about a bird.", maxOutputTokens: 12, temperature: 0 });
    const result = streamText({ model, prompt: "Tell me a story about a bird.", maxOutputTokens: 12, temperature: 0 });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    return { text, usage, pieces: pieces.length, streamed: pieces.join("") };
  });
  assert.equal(streamed, text);
  assert.ok(pieces > 3);
  assert.equal(usage.outputTokens, 12);
});

test("Granite's template: tools, calls and answers of tools are read once, and a call is begun where one has to be", async () => {
  const { templates } = JSON.parse(await readFile(`${root}tests/golden/templates.json`, "utf8"));
  const { usages, forced, refused } = await page.evaluate(async (template) => {
    const granite = await withTemplate(template);
    const create = (/** @type {object} */ body) => granite.chat.completions.create({ temperature: 0, max_tokens: 4, ...body });
    const tools = [{ type: "function", function: { name: "clock", description: "The time.", parameters: { type: "object", properties: {} } } }];
    const asked = [{ role: "user", content: "What time is it?" }];
    const call = { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "clock", arguments: "{}" } }] };
    const told = [...asked, call, { role: "tool", tool_call_id: "call_1", content: "noon" }];
    const usages = [];
    for (const messages of [asked, told, told]) usages.push((await create({ messages, tools })).usage);
    const forced = (await create({ messages: asked, tools, tool_choice: "required" })).choices[0];
    const refused = await create({ messages: asked, response_format: { type: "text" }, tools: [{ type: "custom" }] }).catch((/** @type {any} */ error) => error);
    await granite.dispose();
    return { usages, forced, refused: { isOurs: refused instanceof MambaError, form: refused.error } };
  }, templates["granite-4"].template);
  const cached = usages.map((/** @type {any} */ usage) => usage.prompt_tokens_details.cached_tokens);
  assert.equal(cached[0], 0);
  assert.equal(cached[1], usages[0].prompt_tokens, "the tools and the question are not read again");
  assert.equal(cached[2], usages[1].prompt_tokens);
  assert.equal(usages[2].prompt_tokens, usages[1].prompt_tokens);
  assert.equal(forced.finish_reason, "tool_calls");
  const { name, arguments: given } = forced.message.tool_calls[0].function;
  assert.ok(name === "clock" && typeof JSON.parse(given) === "object", given);
  assert.ok(refused.isOurs);
  assert.equal(refused.form.param, "tools");
});

test("a call that has to come is one of the tools' schemas, and an object one of its schema, whatever the model would say", async () => {
  const { templates } = JSON.parse(await readFile(`${root}tests/golden/templates.json`, "utf8"));
  const { calls, begun, next, named, sdk, object } = await page.evaluate(async (template) => {
    const granite = await withTemplate(template);
    const chat = clientOf(granite).chat.completions;
    const weather = {
      type: "object",
      additionalProperties: false,
      required: ["city", "days"],
      properties: { city: { $ref: "#/$defs/city" }, days: { type: "integer", minimum: 1, maximum: 9 } },
      $defs: { city: { type: "string", minLength: 1, maxLength: 8 } },
    };
    const clock = { type: "object", additionalProperties: false, required: ["zone"], properties: { zone: { enum: ["UTC", "CET"] } } };
    const tools = Object.entries({ weather, clock }).map(([name, parameters]) => ({ type: "function", function: { name, parameters, strict: true } }));
    const body = { model: granite.chat.model, tools, tool_choice: "required", temperature: 1.5, max_tokens: 48 };
    const asked = [{ role: "user", content: "What time is it?" }];
    const calls = [];
    for (const seed of [1, 2, 3, 4]) calls.push((await chat.create({ ...body, messages: asked, seed })).choices[0]);
    const last = await chat.create({ ...body, messages: asked, seed: 4 });
    const { message } = last.choices[0];
    const told = [...asked, message, { role: "tool", tool_call_id: message.tool_calls[0].id, content: "noon" }];
    const next = { before: last.usage.total_tokens, usage: (await chat.create({ ...body, messages: told })).usage };
    // This model would never begin a call by itself, so another one has the mark as a token, which is made likely.
    const caller = await withTemplate(template, "<tool_call>");
    const auto = { ...body, model: caller.chat.model, messages: asked, tool_choice: "auto", parallel_tool_calls: false, logit_bias: { 1: 100 } };
    const begun = [];
    for (const seed of [1, 2, 3, 4]) begun.push((await clientOf(caller).chat.completions.create({ ...auto, seed })).choices[0]);
    await caller.dispose();
    const named = (await chat.create({ ...body, messages: asked, tool_choice: { type: "function", function: { name: "clock" } } })).choices[0];
    const model = languageModel(granite);
    const given = { prompt: "What time is it?", maxOutputTokens: 48, temperature: 1, seed: 1 };
    const sdkTools = { weather: tool({ inputSchema: jsonSchema(weather) }), clock: tool({ inputSchema: jsonSchema(clock) }) };
    const { toolCalls, finishReason } = await generateText({ model, ...given, tools: sdkTools, toolChoice: "required" });
    const { object } = await generateObject({ model, ...given, schema: jsonSchema(weather) });
    await granite.dispose();
    return { calls, begun, next, named, sdk: { call: toolCalls[0], finishReason }, object };
  }, templates["granite-4"].template);
  const isWeather = (/** @type {any} */ { city, days, ...rest }) =>
    [...city].length >= 1 && [...city].length <= 8 && Number.isInteger(days) && days >= 1 && days <= 9 && Object.keys(rest).length === 0;
  const isClock = (/** @type {any} */ { zone, ...rest }) => ["UTC", "CET"].includes(zone) && Object.keys(rest).length === 0;
  for (const { finish_reason: reason, message } of [...calls, ...begun, named]) {
    assert.deepEqual([reason, message.content, message.tool_calls.length], ["tool_calls", null, 1], JSON.stringify(message));
    const { name, arguments: written } = message.tool_calls[0].function;
    const args = JSON.parse(written);
    assert.ok(name === "weather" ? isWeather(args) : name === "clock" && isClock(args), `${name} ${written}`);
  }
  assert.equal(named.message.tool_calls[0].function.name, "clock");
  const { prompt_tokens_details: details } = next.usage;
  assert.ok(details.cached_tokens >= next.before, "the call and its end were read");
  assert.equal(sdk.finishReason, "tool-calls");
  assert.ok(sdk.call.toolName === "weather" ? isWeather(sdk.call.input) : isClock(sdk.call.input), JSON.stringify(sdk.call));
  assert.ok(isWeather(object), JSON.stringify(object));
});

test("who leaves at a token with ahead: 0 finds the session right after it", async () => {
  const [read, ids] = await page.evaluate(async () => {
    const session = await engine.session();
    const ids = [];
    for await (const { id } of session.generate({ message: "Tell me a story about a fox.", temperature: 0, ahead: 0 })) {
      ids.push(id);
      await new Promise((resolve) => setTimeout(resolve, 20)); // time enough for another token
      if (ids.length === 5) break;
    }
    const { lastRun } = session;
    await session.close();
    return [[...lastRun.ids.slice(-5)], ids];
  });
  assert.deepEqual(read, ids);
});
