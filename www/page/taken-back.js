// What is said below a chat from whose end turns were taken back, and the way to have them again.

import { make } from "./dom.js";
import { counted } from "./format.js";

export class TakenBack {
  #note = make("p", { class: "quiet", id: "taken-back-note" });
  #button = make("button", { type: "button", class: "link", id: "put-back", text: "Put it back" });
  element = make("div", { id: "taken-back", class: "taken-back" }, this.#note, this.#button);
  #chat;

  /** @param {import("./chat.js").Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.element.hidden = true;
    this.#button.addEventListener("click", () => void chat.redo());
  }

  /** Something has changed in the chat. */
  show() {
    const { tree, isOwn } = this.#chat.current;
    this.element.hidden = !isOwn || tree.redone === null || this.#chat.isWaiting;
    if (tree.redone === null) return;
    const turns = tree.path(tree.endOf(tree.redone)).length - tree.path().length;
    this.#note.textContent = `${counted(turns, "turn")} after this ${turns === 1 ? "is" : "are"} taken back.`;
  }
}
