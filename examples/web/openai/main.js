// OpenAI's own client, answered by the engine in this page: only `fetch` is another one.
import { load, openaiFetch } from "mamba-web";
import OpenAI from "openai";

const answer = document.getElementById("answer");
const engine = await load({ model: "./models/default/" });
const client = new OpenAI({ fetch: openaiFetch(engine), apiKey: "none", dangerouslyAllowBrowser: true });
const stream = await client.chat.completions.create({
  model: engine.chat.model,
  messages: [{ role: "user", content: "How many legs does a spider have?" }],
  temperature: 0,
  stream: true,
});
for await (const { choices } of stream) answer.append(choices[0]?.delta.content ?? "");
answer.title = `${engine.info.build}, ${engine.info.threads}`;
