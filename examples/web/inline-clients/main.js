// An answer of a given shape, then the engine behind OpenAI's own client and behind Vercel's AI SDK, in one script.
import { generateText } from "ai";
import { languageModel } from "mamba-web/ai";
import { load, openaiFetch } from "mamba-web/inline";
import OpenAI from "openai";

const answer = document.getElementById("answer");
const question = "How many legs does a spider have?";
const engine = await load("./models/default/");

const { choices } = await engine.chat.completions.create({
  messages: [{ role: "user", content: "Do you like the rain?" }],
  response_format: { type: "json_schema", json_schema: { name: "likes", schema: { enum: ["yes", "no"] } } },
});
answer.dataset.likes = choices[0].message.content;

const client = new OpenAI({ fetch: openaiFetch(engine), apiKey: "none", dangerouslyAllowBrowser: true });
const completion = await client.chat.completions.create({ model: engine.chat.model, messages: [{ role: "user", content: question }], temperature: 0 });
answer.dataset.openai = completion.choices[0].message.content;

const { text } = await generateText({ model: languageModel(engine), prompt: question, temperature: 0 });
answer.append(text);
answer.title = `${engine.info.build}, ${engine.info.threads}`;
