// Keys that act on the open chat, wherever the focus is in it.

/**
 * @typedef {object} Shortcut
 * @property {string} keys as they are shown
 * @property {string} name
 * @property {(event: KeyboardEvent) => boolean} is
 * @property {() => unknown} act
 *
 * @typedef {Record<"editLast" | "before" | "after" | "undo" | "redo", () => unknown>} ChatActs
 */

/** @param {KeyboardEvent} event */
export const isAlt = ({ ctrlKey, metaKey, altKey, shiftKey }) => altKey && !ctrlKey && !metaKey && !shiftKey;

/** The box of the chat, while nothing is in it. @param {EventTarget | null} target */
const isEmptyBox = (target) => target instanceof HTMLTextAreaElement && target.id === "message" && target.value === "";

/** @param {import("./chat.js").Chat} chat @returns {ChatActs} */
export const keysOf = (chat) => ({
  editLast: () => chat.lastView?.editMessage(),
  before: () => chat.turnTo(-1),
  after: () => chat.turnTo(1),
  undo: () => chat.undo(),
  redo: () => chat.redo(),
});

/** @param {ChatActs} act @returns {Shortcut[]} */
export const chatShortcuts = (act) => [
  { keys: "↑", name: "Edit the last message, in the empty box", is: (event) => event.key === "ArrowUp" && !event.altKey && isEmptyBox(event.target), act: act.editLast },
  { keys: "Alt ↑", name: "Previous branch", is: (event) => isAlt(event) && event.key === "ArrowUp", act: act.before },
  { keys: "Alt ↓", name: "Next branch", is: (event) => isAlt(event) && event.key === "ArrowDown", act: act.after },
  { keys: "Alt Z", name: "Take the last turn back", is: (event) => isAlt(event) && event.code === "KeyZ", act: act.undo },
  { keys: "Alt Y", name: "Put it back", is: (event) => isAlt(event) && event.code === "KeyY", act: act.redo },
];

/** @param {Shortcut[]} shortcuts @param {KeyboardEvent} event @returns {boolean} whether it was one of them */
export function press(shortcuts, event) {
  if (event.isComposing || event.defaultPrevented) return false;
  const shortcut = shortcuts.find(({ is }) => is(event));
  if (!shortcut) return false;
  event.preventDefault();
  shortcut.act();
  return true;
}
