// What the model is told before a chat, if its chat template has a place for that.

import { byId, make } from "../dom.js";
import { takesSystem } from "./template-traits.js";

const MOST_LETTERS = 20_000;

/** To begin with, and to be changed. Small models follow short and plain ones best. @type {{ name: string, text: string }[]} */
export const EXAMPLES = [
  { name: "Brief", text: "Answer in one or two short sentences." },
  { name: "For a child", text: "Explain everything so that a child of ten understands it. Use short sentences and an example." },
  { name: "Translator", text: "Translate what the user writes into French. Write only the translation." },
  { name: "Editor", text: "Correct the spelling and grammar of what the user writes. Write only the corrected text." },
  { name: "Story", text: "You are Captain Mara, who sails a flying ship. Stay in this role and tell what happens next." },
];

/** @param {import("../chat.js").Chat} chat @param {() => import("../../mamba.js").Engine | null} engine */
export function setUpInstructions(chat, engine) {
  const box = byId("instructions", HTMLTextAreaElement);
  const note = byId("instructions-note", HTMLElement);
  const examples = byId("instruction-examples", HTMLElement);
  box.maxLength = MOST_LETTERS;

  byId("open-settings", HTMLButtonElement).addEventListener("click", async () => {
    const { meta, isOwn } = chat.current;
    box.value = meta.system;
    box.disabled = true;
    examples.hidden = true;
    const model = engine();
    note.textContent = !model ? "The model is not loaded yet." : "";
    if (!model) return;
    const takes = Boolean(model.info.chatTemplate) && (await takesSystem(model));
    box.disabled = !takes || !isOwn;
    examples.hidden = box.disabled;
    note.textContent = takes
      ? "What the model is told before this chat, such as whom it should play. If you change it, the model reads the chat again."
      : "This model takes no instructions.";
  });
  const change = () => {
    const { current } = chat;
    const system = box.value.trim();
    if (system === current.meta.system) return;
    current.meta.system = system;
    current.touch();
    void chat.readAgain();
  };
  box.addEventListener("change", change);
  examples.replaceChildren(
    ...EXAMPLES.map(({ name, text }) => {
      const button = make("button", { class: "plain is-small", type: "button", text: name });
      button.addEventListener("click", () => {
        box.value = text;
        change();
        box.focus();
      });
      return button;
    }),
  );
}
