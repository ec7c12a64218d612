// What the larger model answers in this engine and in llama.cpp (wllama), greedy, to a few chats: side by side.
//
//   python -m training.distill.for_llama_cpp www/models/talker talker.gguf
//   node benches/browser/peers/answers.mjs talker.gguf
//
// Needs a built site. It installs wllama into target/bench/.

import path from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "../support/browser.mjs";
import { table } from "../support/report.mjs";
import { serve, siteFolder } from "../support/server.mjs";
import { WLLAMA, wllamaFolder } from "./wllama.mjs";

const ANSWER_TOKENS = 80;
const CHATS = [
  ["Do you send what I write to a server?", "How much memory does the state take?"],
  ["Hi, I'm Marek and I am a baker in Gdansk.", "What is my job?"],
  ["Who painted the Mona Lisa?"],
  ["What is 345 + 278?"],
];

const [file] = process.argv.slice(2);
if (!file) throw new Error("Name the file that for_llama_cpp.py wrote.");

/** In the page. @param {{ chats: string[][], most: number }} of @returns {Promise<string[]>} */
async function ours({ chats, most }) {
  const address = "/mamba.js";
  const { load } = await import(address);
  const engine = await load({ model: "/models/talker/talker.q4_0-00001-of-00005.gguf", backend: "cpu", precision: "f32" });
  const answers = [];
  for (const chat of chats) {
    const session = await engine.session();
    for (const message of chat) {
      let answer = "";
      for await (const { text } of session.generate({ message, temperature: 0, maxTokens: most })) answer += text;
      answers.push(answer.trim());
    }
  }
  await engine.dispose();
  return answers;
}

/** In the page. @param {{ chats: string[][], most: number }} of @returns {Promise<string[]>} */
async function theirs({ chats, most }) {
  const address = "/wllama/index.js";
  const { Wllama, LoggerWithoutDebug } = await import(address);
  const engine = new Wllama({ default: new URL("/wllama/wasm/wllama.wasm", location.href).href }, { logger: LoggerWithoutDebug, suppressNativeLog: true });
  await engine.loadModel([await (await fetch("/theirs.gguf")).blob()], { n_ctx: 2048, n_threads: 1, n_gpu_layers: 0, n_parallel: 1 });
  const answers = [];
  for (const chat of chats) {
    /** @type {{ role: string, content: string }[]} */
    const messages = [];
    for (const content of chat) {
      messages.push({ role: "user", content });
      const { choices } = await engine.createChatCompletion({ messages, max_tokens: most, temperature: 0, stream: false });
      messages.push(choices[0].message);
      answers.push(choices[0].message.content.trim());
    }
  }
  await engine.exit();
  return answers;
}

const server = await serve({
  mounts: { "/": await siteFolder(), "/theirs.gguf": path.resolve(file), "/wllama/": await wllamaFolder(), "/empty.html": () => "<!doctype html><title>Answers</title>" },
});
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  await page.goto(`${server.origin}/empty.html`);
  const asked = { chats: CHATS, most: ANSWER_TOKENS };
  const mine = await page.evaluate(ours, asked);
  const peers = await page.evaluate(theirs, asked);
  const turns = CHATS.flat();
  console.log(table(["turn", "mamba-web, f32", `wllama ${WLLAMA}`, ""], turns.map((turn, at) => [turn, mine[at], peers[at], mine[at] === peers[at] ? "the same" : "differ"])));
} finally {
  await browser.close();
  await server.stop();
}
