import { load } from "mamba-web";

const answer = document.getElementById("answer");
const engine = await load("./models/default/");
const session = await engine.session();
for await (const { text } of session.generate({ message: "How many legs does a spider have?", temperature: 0 })) answer.append(text);
answer.title = `${engine.info.build}, ${engine.info.threads}`;
