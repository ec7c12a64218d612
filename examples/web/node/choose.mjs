// node choose.mjs /path/to/model "a question": an answer of a given shape
import { load } from "mamba-web";

const [, , model, message] = process.argv;
const engine = await load(model);
const session = await engine.session();
const constraint = { choices: ["yes", "no", "perhaps"] };
for await (const { text } of session.generate({ message, constraint, temperature: 0 })) process.stdout.write(text);
