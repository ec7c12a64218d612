// The package's chat completions as OpenAI's client and Vercel's AI SDK know them.

import type { LanguageModel } from "ai";
import { load, openaiFetch } from "mamba-web";
import { languageModel } from "mamba-web/ai";
import OpenAI from "openai";

export async function use(): Promise<[OpenAI.Chat.ChatCompletion, OpenAI.Chat.ChatCompletionChunk[], LanguageModel]> {
  const engine = await load("/m");
  const client = new OpenAI({ fetch: openaiFetch(engine), apiKey: "none" });
  await client.chat.completions.create({ model: engine.chat.model, messages: [] });
  const messages = [{ role: "user", content: "Hello" }];
  const chunks: OpenAI.Chat.ChatCompletionChunk[] = [];
  for await (const chunk of await engine.chat.completions.create({ messages, stream: true })) chunks.push(chunk);
  // @ts-expect-error: an answer that is whole is no stream
  for await (const _ of await engine.chat.completions.create({ messages }));
  return [await engine.chat.completions.create({ messages, n: 2 }), chunks, languageModel(engine)];
}
