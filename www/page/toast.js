// A short message, mostly with one thing to do about it, which goes away by itself.

import { announce, byId } from "./dom.js";
import { keepFocus } from "./keep-focus.js";

const SHOWN_MS = 8000;

const place = byId("toast", HTMLElement);
const words = byId("toast-words", HTMLElement);
const button = byId("toast-act", HTMLButtonElement);

let act = () => {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

function hide() {
  clearTimeout(timer);
  keepFocus();
  place.hidden = true;
  act = () => {};
}

/**
 * @param {string} text
 * @param {string} [name] of what can be done
 * @param {() => void} [action]
 */
export function toast(text, name = "", action = () => {}) {
  if (!place.hidden) hide();
  words.textContent = text;
  button.textContent = name;
  button.hidden = !name;
  place.hidden = false;
  announce(name ? `${text} ${name}?` : text);
  act = action;
  timer = setTimeout(hide, SHOWN_MS);
}

button.addEventListener("click", () => {
  const action = act;
  hide();
  action();
});
// It stays as long as it is used.
for (const type of ["focusin", "pointerenter"]) place.addEventListener(type, () => clearTimeout(timer));
for (const type of ["focusout", "pointerleave"]) place.addEventListener(type, () => (timer = setTimeout(hide, SHOWN_MS)));
