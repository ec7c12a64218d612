import { CreateMLCEngine } from "@mlc-ai/web-llm";

const engine = await CreateMLCEngine("Llama-3.2-1B-Instruct-q4f16_1-MLC");
const chunks = await engine.chat.completions.create({ messages: [{ role: "user", content: "Hello!" }], stream: true });
for await (const { choices } of chunks) document.body.append(choices[0]?.delta.content ?? "");
