// node generate.mjs /path/to/model "a message"
import { load } from "mamba-web";

const [, , model, message] = process.argv;
const engine = await load(model);
const session = await engine.session();
for await (const { text } of session.generate({ message, temperature: 0 })) process.stdout.write(text);
