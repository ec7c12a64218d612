import { Wllama } from "@wllama/wllama";
import addresses from "@wllama/wllama/esm/wasm-from-cdn.js";

const wllama = new Wllama(addresses);
await wllama.loadModelFromHF({ repo: "owner/name", file: "model.gguf" });
const chunks = await wllama.createChatCompletion({ messages: [{ role: "user", content: "Hello!" }], stream: true });
for await (const { choices } of chunks) document.body.append(choices[0].delta.content ?? "");
