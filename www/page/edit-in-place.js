// A box in the place of a text, to write another one.

import { make } from "./dom.js";
import { keepFocus } from "./keep-focus.js";

/**
 * @param {HTMLElement} place whose content is hidden meanwhile
 * @param {{ text: string, label: string, yes: string, onDone: (text: string) => void }} what
 */
export function editor(place, { text, label, yes, onDone }) {
  if (place.classList.contains("edited")) return;
  const box = make("textarea", { "aria-label": label, dir: "auto", rows: "2" });
  box.value = text;
  const no = make("button", { class: "plain", type: "button", text: "Cancel" });
  const form = make("form", { class: "editor" }, box, make("div", { class: "row" }, make("button", { class: "primary", type: "submit", text: yes }), no));
  const hidden = [...place.children].filter((child) => child instanceof HTMLElement && !child.hidden && !child.matches(".unseen"));
  const show = (/** @type {boolean} */ isEdited) => {
    place.classList.toggle("edited", isEdited);
    for (const child of hidden) /** @type {HTMLElement} */ (child).hidden = isEdited;
  };
  const end = () => {
    keepFocus();
    form.remove();
    show(false);
  };
  no.addEventListener("click", end);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") end();
    else if (event.key === "Enter" && !event.shiftKey) form.requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const written = box.value;
    if (written.trim() === "") return box.focus();
    end();
    if (written !== text) onDone(written);
  });
  show(true);
  place.append(form);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}
