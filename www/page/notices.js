// What the page has to say about the model: why one was not loaded, or a question before one is, under the conversation;
// and what has happened that one should know, above the box, where it is seen.

import { byId, icon, make } from "./dom.js";
import { keepFocus } from "./keep-focus.js";
import { shownText } from "./shown-text.js";

const place = byId("problem", HTMLElement);
const notices = byId("notices", HTMLElement);

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
 * Something to know, until it is put away. What is said of the same matter once more takes the place of what was said before.
 *
 * @param {string} title
 * @param {{ code: string, message: string, hint: string }} what
 */
export function tell(title, { code, message, hint }) {
  for (const old of notices.children) if (old.getAttribute("data-code") === code) old.remove();
  const close = make("button", { class: "tool", type: "button", "aria-label": "Close this notice" }, icon("close"));
  const notice = make(
    "div",
    { class: "notice", role: "alert", "data-code": code },
    make("div", {}, make("h3", { text: title }), make("p", { class: "notice-message", text: shownText(message), dir: "auto" }), make("p", { class: "quiet", text: shownText(hint), dir: "auto" })),
    close,
  );
  close.addEventListener("click", () => {
    keepFocus();
    notice.remove();
  });
  notices.append(notice);
}
