import { pipeline, TextStreamer } from "@huggingface/transformers";

const generate = await pipeline("text-generation", "owner/name");
const streamer = new TextStreamer(generate.tokenizer, { skip_prompt: true, callback_function: (text) => document.body.append(text) });
await generate([{ role: "user", content: "Hello!" }], { max_new_tokens: 256, streamer });
