import { load } from "./mamba-web/mamba.js";

const parent = (message) => window.parent.postMessage(message, location.origin);
const engine = await load("./models/default/");
const session = await engine.session();
for await (const { text } of session.generate({ message: "How many legs does a spider have?", temperature: 0 })) parent({ text });
parent({ done: `${engine.info.build}, ${engine.info.threads}` });
