// A small menu at a button, one at a time.

import { focused, icon, make, rootOf } from "./dom.js";

/** @typedef {{ name: string, icon: string, action: () => void, isDisabled?: boolean }} MenuItem */

const menu = make("div", { id: "menu", class: "menu", role: "menu", popover: "auto", "aria-label": "What can be done" });
/** While it goes with its button. */
let scrolling = new AbortController();
/** @type {HTMLElement | null} */
let opener = null;

/** @param {HTMLElement} button that was pressed @param {MenuItem[]} items */
export function openMenu(button, items) {
  const isSame = opener === button && menu.matches(":popover-open");
  close();
  if (isSame) return;
  opener = button;
  button.setAttribute("aria-expanded", "true");
  menu.replaceChildren(...items.map(item));
  // Inside of what the button is in: a menu beside it would close a drawer, and would be dead beside an open dialog.
  const root = rootOf(button);
  (button.closest("dialog, [popover], nav, main, .chat-column") ?? document.body).append(menu);
  menu.showPopover();
  scrolling = new AbortController();
  // Scrolling inside of a shadow root is not heard outside of it.
  for (const place of [root, window]) place.addEventListener("scroll", () => follow(button), { passive: true, capture: true, signal: scrolling.signal });
  place(button);
  focus(0);
}

/** A button that opens a menu. @param {string} name @param {() => MenuItem[]} items */
export function menuButton(name, items) {
  const button = make("button", { class: "action", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", title: name }, icon("more"), make("span", { class: "unseen", text: name }));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    openMenu(button, items());
  });
  return button;
}

/** @param {MenuItem} item */
function item({ name, icon: iconName, action, isDisabled = false }) {
  const button = make("button", { type: "button", role: "menuitem", tabindex: "-1" }, icon(iconName), make("span", { text: name }));
  button.disabled = isDisabled;
  button.addEventListener("click", () => {
    close();
    action();
  });
  return button;
}

function close() {
  if (menu.matches(":popover-open")) menu.hidePopover();
}

/** The page also scrolls by itself, while an answer grows. @param {HTMLElement} button */
function follow(button) {
  const { top, bottom } = button.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) close();
  else place(button);
}

/** Beside the button, within the window. @param {HTMLElement} button */
function place(button) {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const top = at.bottom + height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - height - 4);
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}

/** @param {number} at */
function focus(at) {
  const all = [...menu.querySelectorAll("button:enabled")];
  const button = all[(at + all.length) % all.length];
  if (button instanceof HTMLElement) button.focus();
}

menu.addEventListener("keydown", (event) => {
  const all = [...menu.querySelectorAll("button:enabled")];
  const at = all.indexOf(/** @type {Element} */ (focused()));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) focus(to);
  else if (event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

menu.addEventListener("toggle", (event) => {
  if (/** @type {ToggleEvent} */ (event).newState === "open") return;
  opener?.setAttribute("aria-expanded", "false");
  scrolling.abort();
});

menu.addEventListener("beforetoggle", (event) => {
  // The focus goes back to where it came from, unless the visitor has moved it.
  if (/** @type {ToggleEvent} */ (event).newState === "closed" && menu.contains(focused())) opener?.focus({ preventScroll: true });
});
