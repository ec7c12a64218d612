import { load } from "mamba-web/inline";

const engine = await load("hf:owner/name");
const session = await engine.session();
for await (const { text } of session.generate({ message: "Hello!" })) document.body.append(text);
