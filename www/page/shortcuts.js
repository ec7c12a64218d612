// Keys that work anywhere on the page, and the list of them.

import { chatShortcuts, isAlt, press } from "./chat-keys.js";
import { byId, make } from "./dom.js";
import { closeOnBackdrop } from "./settings-view.js";

const isWriting = () => {
  const at = document.activeElement;
  return at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || (at instanceof HTMLInputElement && !/^(radio|checkbox|range|button)$/.test(at.type));
};

/** Ctrl, or Command on a Mac. @param {KeyboardEvent} event */
const isControl = ({ ctrlKey, metaKey, altKey }) => (ctrlKey || metaKey) && !altKey;

/**
 * @param {Record<"search" | "begin" | "map", () => unknown> & import("./chat-keys.js").ChatActs} act
 * @param {() => boolean} isInChat
 */
export function setUpShortcuts(act, isInChat) {
  const dialog = byId("shortcuts", HTMLDialogElement);
  const open = () => dialog.showModal();
  /** @type {import("./chat-keys.js").Shortcut[]} */
  const shortcuts = [
    { keys: "Ctrl K", name: "Search the chats", is: (event) => isControl(event) && !event.shiftKey && event.code === "KeyK", act: act.search },
    { keys: "Ctrl Shift O", name: "New chat", is: (event) => isControl(event) && event.shiftKey && event.code === "KeyO", act: act.begin },
    ...chatShortcuts(act),
    { keys: "Alt M", name: "Map of the chat", is: (event) => isAlt(event) && event.code === "KeyM", act: act.map },
    { keys: "?", name: "This list, where nothing is being written", is: (event) => event.key === "?" && !isWriting(), act: open },
  ];
  const others = [
    ["Enter", "Send; in an edited text, use it"],
    ["Shift Enter", "New line"],
    ["Esc", "Stop the answer, close what is open"],
  ];
  const row = (/** @type {string} */ keys, /** @type {string} */ name) =>
    make("div", {}, make("dt", {}, ...keys.split(" ").map((key) => make("kbd", { text: key }))), make("dd", { text: name }));
  byId("shortcuts-list", HTMLElement).replaceChildren(...shortcuts.map(({ keys, name }) => row(keys, name)), ...others.map(([keys, name]) => row(keys, name)));
  closeOnBackdrop(dialog);
  byId("open-shortcuts", HTMLButtonElement).addEventListener("click", open);

  document.addEventListener("keydown", (event) => {
    if (isInChat() && !document.querySelector("dialog[open]")) press(shortcuts, event);
  });
}
