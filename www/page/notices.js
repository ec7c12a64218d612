// What the page has to say about the model, under the conversation: why one was not loaded, a question before one is, and
// what has happened that one should know.

import { byId } from "./dom.js";
import { keepFocus } from "./keep-focus.js";
import { problemCard } from "./problem.js";

/** @typedef {import("./problem.js").WayOut} WayOut */

const place = byId("problem", HTMLElement);
const told = byId("notices", HTMLElement);

/**
 * The one card about the model that is wanted; null takes it away.
 *
 * @param {HTMLElement | null} card
 */
export function showCard(card) {
  keepFocus();
  place.hidden = card === null;
  place.replaceChildren(...(card ? [card] : []));
  card?.scrollIntoView({ block: "nearest" });
}

/**
 * Something to know, until it is put away. The same thing is said once.
 *
 * @param {string} title
 * @param {{ code: string, message: string, hint: string }} what
 * @param {WayOut[]} [ways]
 */
export function tell(title, what, ways = []) {
  for (const old of told.children) if (old.getAttribute("data-code") === what.code) old.remove();
  const close = {
    name: "Close",
    action: () => {
      keepFocus();
      card.remove();
    },
  };
  const card = problemCard(title, what, [...ways, close], { isCalm: true });
  told.append(card);
  card.scrollIntoView({ block: "nearest" });
}
