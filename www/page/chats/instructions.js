// What the model is told before a chat, if its chat template has a place for that.

import { byId } from "../dom.js";
import { takesSystem } from "./standing.js";

const MOST_LETTERS = 20_000;

/** @param {import("../chat.js").Chat} chat @param {() => import("../../mamba.js").Engine | null} engine */
export function setUpInstructions(chat, engine) {
  const box = byId("instructions", HTMLTextAreaElement);
  const note = byId("instructions-note", HTMLElement);
  box.maxLength = MOST_LETTERS;

  byId("open-settings", HTMLButtonElement).addEventListener("click", async () => {
    const { meta, isOwn } = chat.current;
    box.value = meta.system;
    box.disabled = true;
    const model = engine();
    note.textContent = !model ? "The model is not loaded yet." : "";
    if (!model) return;
    const takes = Boolean(model.info.chatTemplate) && (await takesSystem(model));
    box.disabled = !takes || !isOwn;
    note.textContent = takes
      ? "What the model is told before this chat, such as whom it should play. If you change it, the model reads the chat again."
      : "This model takes no instructions.";
  });
  box.addEventListener("change", () => {
    const { current } = chat;
    const system = box.value.trim();
    if (system === current.meta.system) return;
    current.meta.system = system;
    current.touch();
    void chat.readAgain();
  });
}
