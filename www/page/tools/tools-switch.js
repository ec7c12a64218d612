// Whether the model may use tools in a chat: a switch of the chat, off until the visitor wants it.

import { byId } from "../dom.js";
import { whyNoTools } from "../chats/template-traits.js";

const WHAT = "The model may compute and look at the clock before it answers. Each time is shown. Nothing is sent anywhere.";

/** @param {import("../chat.js").Chat} chat @param {() => import("../../mamba.js").Engine | null} engine */
export function setUpToolsSwitch(chat, engine) {
  const box = byId("chat-tools", HTMLInputElement);
  const note = byId("chat-tools-note", HTMLElement);

  byId("open-settings", HTMLButtonElement).addEventListener("click", async () => {
    const { meta, isOwn } = chat.current;
    box.checked = meta.tools === true;
    box.disabled = true;
    const model = engine();
    const why = !model
      ? "The model is not loaded yet."
      : meta.book
        ? "This chat began from a memory, which has no place for tools."
        : await whyNoTools(model);
    note.textContent = why ?? WHAT;
    // What is on can be switched off in any case.
    box.disabled = !isOwn || (why !== null && !box.checked);
  });
  box.addEventListener("change", () => {
    const { current } = chat;
    current.meta.tools = box.checked;
    current.touch();
    if (!box.checked) void engine()?.chat.forget();
    void chat.readAgain();
  });
}
