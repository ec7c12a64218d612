// What a chat is called until the visitor names it: its first words.

import { shownText } from "../shown-text.js";

export const MOST_TITLE = 60;
export const UNTITLED = "New chat";

/** @param {string} message the first one */
export function titleOf(message) {
  const line = message.trim().slice(0, 4 * MOST_TITLE).replace(/\s+/g, " ");
  if (line === "") return UNTITLED;
  if (line.length <= MOST_TITLE) return shownText(line, MOST_TITLE);
  const end = line.lastIndexOf(" ", MOST_TITLE);
  return `${shownText(line.slice(0, end > MOST_TITLE / 2 ? end : MOST_TITLE), MOST_TITLE)} …`;
}

/** @param {string} typed @returns {string | null} null where nothing was typed */
export function renamed(typed) {
  const title = typed.trim().replace(/\s+/g, " ").slice(0, 2 * MOST_TITLE);
  return title === "" ? null : title;
}
