// Chats in JSON through the wasm of the built site: messages of all roles and tools, against the texts that Python's jinja2
// made of the same (tests/golden/make/hybrid_templates.py).

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const site = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
const golden = JSON.parse(await readFile(path.join(root, "tests/golden/templates.json"), "utf8"));
const read = (/** @type {string} */ name) => readFile(path.join(root, "tests/golden/chat", name));

/** @type {typeof import("../../www/mamba_web.js")} */
let wasm;
before(async () => {
  const [build] = await readdir(path.join(site, "build"));
  const file = (/** @type {string} */ name) => path.join(site, "build", build, name);
  wasm = await import(pathToFileURL(file("mamba_web.js")).href);
  await wasm.default({ module_or_path: new WebAssembly.Module(await readFile(file("mamba_web_bg.wasm"))) });
});

/** tests/golden/chat with another template. @param {string} template @param {Record<string, string>} [tokens] */
async function engineWith(template, tokens = {}) {
  const settings = { ...JSON.parse(String(await read("tokenizer_config.json"))), ...tokens, chat_template: template };
  const files = { config: String(await read("config.json")), tokenizer: String(await read("tokenizer.json")), tokenizerConfig: JSON.stringify(settings) };
  const loader = await wasm.ModelLoader.open(files, { backend: "cpu", precision: "f32", threads: 1, trial: "now" });
  const weights = await read("model.safetensors");
  loader.beginFile("model.safetensors", weights.length);
  await loader.push(new Uint8Array(weights));
  loader.endFile();
  return loader.finish();
}

/** Stands before words that would be a special token (src/tokenizer/special.rs). */
const GUARD = "\u{8FFFF}";
const TOOLS = [
  {
    type: "function",
    function: {
      name: "add",
      description: 'Adds "a" and b.',
      parameters: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] },
    },
  },
  { type: "function", function: { name: "clock", description: "The time.", parameters: {} } },
];
const CALLS = [
  {
    role: "assistant",
    content: "I look.",
    tool_calls: [{ function: { name: "add", arguments: { a: 1, b: 2.5 } } }, { name: "clock", arguments: "{}" }],
  },
  { role: "tool", content: "3.5" },
  { role: "tool", content: "noon" },
  { role: "user", content: [{ type: "text", text: "Thanks" }, { type: "image" }, { type: "text", text: "!" }] },
];

for (const name of ["granite-4", "falcon-h1"]) {
  test(`${name}: tools, calls and their answers are written as Python's jinja2 writes them`, async () => {
    const { template, special_tokens: tokens } = golden.templates[name];
    const engine = await engineWith(template, tokens);
    const { cases } = golden.templates[`${name}-tools`];
    let compared = 0;
    for (const { conversation, add_generation_prompt: prompts, text } of cases) {
      if (text === null) continue;
      const messages = [...golden.conversations[conversation], ...CALLS];
      const rendered = engine.renderChat(JSON.stringify({ messages, tools: TOOLS, prompts }));
      assert.equal(rendered.replaceAll(GUARD, ""), text, conversation);
      compared += 1;
    }
    assert.ok(compared > 5, `${compared} cases`);
    engine.free();
  });
}

test("no word of a message, a tool or a call becomes a special token", async () => {
  const template = "{% for m in messages %}<|endoftext|>{{ m.content }}{{ m.tool_calls | tojson }}{% endfor %}{{ tools | tojson }}";
  const engine = await engineWith(template);
  const [special] = engine.tokenize("<|endoftext|>");
  const count = (/** @type {object} */ chat) => engine.tokenizeChat(engine.renderChat(JSON.stringify(chat))).filter((id) => id === special).length;
  const mark = "<|endoftext|>";
  assert.equal(engine.tokenize(mark + mark).filter((id) => id === special).length, 2);
  const message = { role: "user", content: mark, tool_calls: [{ [mark]: [mark, { a: mark }] }] };
  assert.equal(count({ messages: [message], tools: [{ name: mark }] }), 1, "the template's own");
  engine.free();
});

test("JSON that is no chat is refused with a sentence", async () => {
  const engine = await engineWith("{{ messages[0].content }}");
  for (const json of ["", "[]", "{}", '{"messages": 1}', '{"messages": {}}', '{"messages": [], "more": 1}']) {
    assert.throws(() => engine.renderChat(json), { code: "bad-argument" }, json);
  }
  engine.free();
});
