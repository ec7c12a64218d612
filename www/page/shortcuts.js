// Keys that work anywhere on the page, and the list of them.

import { byId, make } from "./dom.js";
import { closeOnBackdrop } from "./settings-view.js";

/**
 * @typedef {object} Shortcut
 * @property {string} keys as they are shown
 * @property {string} name
 * @property {(event: KeyboardEvent) => boolean} is
 * @property {() => unknown} act
 */

const isWriting = () => {
  const at = document.activeElement;
  return at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || (at instanceof HTMLInputElement && !/^(radio|checkbox|range|button)$/.test(at.type));
};

/** Ctrl, or Command on a Mac. @param {KeyboardEvent} event */
const isControl = ({ ctrlKey, metaKey, altKey }) => (ctrlKey || metaKey) && !altKey;
/** @param {KeyboardEvent} event */
const isAlt = ({ ctrlKey, metaKey, altKey, shiftKey }) => altKey && !ctrlKey && !metaKey && !shiftKey;

/**
 * @param {Record<"search" | "begin" | "editLast" | "before" | "after" | "undo" | "redo" | "map", () => unknown>} act
 * @param {() => boolean} isInChat
 */
export function setUpShortcuts(act, isInChat) {
  const dialog = byId("shortcuts", HTMLDialogElement);
  const box = byId("message", HTMLTextAreaElement);
  const open = () => dialog.showModal();
  /** @type {Shortcut[]} */
  const shortcuts = [
    { keys: "Ctrl K", name: "Search the chats", is: (event) => isControl(event) && !event.shiftKey && event.code === "KeyK", act: act.search },
    { keys: "Ctrl Shift O", name: "New chat", is: (event) => isControl(event) && event.shiftKey && event.code === "KeyO", act: act.begin },
    { keys: "↑", name: "Edit the last message, in the empty box", is: (event) => event.key === "ArrowUp" && !event.altKey && event.target === box && box.value === "", act: act.editLast },
    { keys: "Alt ↑", name: "Previous branch", is: (event) => isAlt(event) && event.key === "ArrowUp", act: act.before },
    { keys: "Alt ↓", name: "Next branch", is: (event) => isAlt(event) && event.key === "ArrowDown", act: act.after },
    { keys: "Alt Z", name: "Take the last turn back", is: (event) => isAlt(event) && event.code === "KeyZ", act: act.undo },
    { keys: "Alt Y", name: "Put it back", is: (event) => isAlt(event) && event.code === "KeyY", act: act.redo },
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
    if (event.isComposing || event.defaultPrevented || !isInChat() || document.querySelector("dialog[open]")) return;
    const shortcut = shortcuts.find(({ is }) => is(event));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act();
  });
}
