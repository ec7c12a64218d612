// Messages about the model. Under the conversation: why a model was not loaded, or a question before it is. Above the box:
// what has happened.

import { byId, icon, make } from "./dom.js";
import { keepFocus } from "./keep-focus.js";
import { shownText } from "./shown-text.js";

const place = byId("problem", HTMLElement);
const notices = byId("notices", HTMLElement);

/**
 * Shows the one card about the wanted model; null removes it.
 *
 * @param {HTMLElement | null} card
 */
export function showCard(card) {
  keepFocus();
  place.hidden = card === null;
  place.replaceChildren(...(card ? [card] : []));
  card?.scrollIntoView({ block: "nearest" });
}

/** The matter is over. @param {string} code */
export function untell(code) {
  for (const old of notices.querySelectorAll(`[data-code="${CSS.escape(code)}"]`)) old.remove();
}

/**
 * Shows a notice until the visitor closes it. A new notice on the same matter replaces the old one.
 *
 * @param {string} title
 * @param {{ code: string, message: string, hint: string }} what
 */
export function tell(title, { code, message, hint }) {
  untell(code);
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
