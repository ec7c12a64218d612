// If a control disappears while it has the focus, people who use a keyboard or a screen reader must not be sent back to
// the top of the page.

import { byId } from "./dom.js";

/** After a touch on a button, no keyboard should appear on the screen. */
const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** To be called with a control before it may disappear. */
export function keepFocus() {
  const before = document.activeElement;
  if (!(before instanceof HTMLElement) || before === document.body) return;
  requestAnimationFrame(() => {
    const now = document.activeElement;
    const isLost = now === null || now === document.body || !now.checkVisibility({ visibilityProperty: true });
    if (isLost && !document.querySelector("dialog[open]")) placeToWrite().focus({ preventScroll: true });
  });
}

/** The box of the mode that is shown, or what surrounds it. @returns {HTMLElement} */
export function placeToWrite() {
  const boxes = [byId("message", HTMLTextAreaElement), byId("beginning", HTMLTextAreaElement)];
  const shown = boxes.find((box) => box.checkVisibility());
  return shown && !isTouch() ? shown : byId("main", HTMLElement);
}
