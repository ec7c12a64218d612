// Vercel's AI SDK with the engine in this page as its model.
import { streamText } from "ai";
import { load } from "mamba-web";
import { languageModel } from "mamba-web/ai";

const answer = document.getElementById("answer");
const engine = await load({ model: "./models/default/" });
const { textStream } = streamText({ model: languageModel(engine), prompt: "How many legs does a spider have?", temperature: 0 });
for await (const text of textStream) answer.append(text);
answer.title = `${engine.info.build}, ${engine.info.threads}`;
