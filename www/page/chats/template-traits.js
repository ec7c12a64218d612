// What a model's chat template has a place for, found by trying.

import { MambaError } from "../../engine/errors.js";
import { specialMarks } from "../../engine/openai/answer.js";
import { TOOLS } from "../tools/tools.js";
import { THINKS, THOUGHT } from "../thoughts.js";

/** @typedef {import("../../mamba.js").Engine} Engine */
/** @typedef {import("../../engine/openai/messages.js").TemplateMessage} Message */

/** Each is found out once for an engine. @template T @param {(engine: Engine) => Promise<T>} look */
function once(look) {
  /** @type {WeakMap<Engine, Promise<T>>} */
  const found = new WeakMap();
  return (/** @type {Engine} */ engine) => {
    const known = found.get(engine);
    if (known) return known;
    const looked = look(engine);
    found.set(engine, looked);
    looked.catch(() => found.delete(engine)); // it may be answered another time
    return looked;
  };
}

/** @param {Message["role"]} role @param {string} content @returns {Message} */
const message = (role, content) => ({ role, content });

/** Whether it has a place for a system message. */
export const takesSystem = once((engine) =>
  engine.session({ system: "Yes?" }).then(
    async (session) => {
      await session.close();
      return true;
    },
    () => false,
  ),
);

/** Why the model cannot use the tools of this page: a sentence; null if it can. */
export const whyNoTools = once(async (engine) => {
  if (!engine.info.chatTemplate) return "This model has no chat template, so it takes no tools.";
  const name = TOOLS[0].definition.function.name;
  /** @type {Message[]} */
  const chat = [
    message("user", "Hello"),
    { ...message("assistant", ""), tool_calls: [{ id: "call_1", type: "function", function: { name, arguments: {} } }] },
    { ...message("tool", "84"), tool_call_id: "call_1", name },
  ];
  try {
    await engine.chat.template.prompt(chat, TOOLS.map(({ definition }) => definition));
    return null;
  } catch (error) {
    return error instanceof MambaError ? error.message : String(error);
  }
});

/** The marks of thoughts that are special tokens, by their ids. The engine leaves their text out, but the page folds by them. */
export const thoughtMarks = once((engine) => specialMarks(engine, [THINKS, THOUGHT]));

/** Whether it leaves the thoughts of earlier turns out, so that the model does not read them again. */
export const forgetsThoughts = once(async (engine) => {
  const thought = "Hm, let me see.";
  const chat = [message("user", "Hello"), message("assistant", `${THINKS}\n${thought}\n${THOUGHT}\n\nYes.`), message("user", "And then?")];
  const text = await engine.chat.template.prompt(chat, []).catch(() => thought);
  return !text.includes(thought);
});
