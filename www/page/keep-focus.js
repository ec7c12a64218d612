// If a control disappears while it has the focus, people who use a keyboard or a screen reader must not be sent back to
// the top of the page.

import { focused, rootOf } from "./dom.js";

/** Where one goes on writing in a document or in a chat's shadow root. @type {WeakMap<Document | ShadowRoot, () => HTMLElement>} */
const places = new WeakMap();

/** @param {Document | ShadowRoot} root @param {() => HTMLElement} place */
export function setPlaceToWrite(root, place) {
  places.set(root, place);
}

/** To be called with a control before it may disappear. */
export function keepFocus() {
  const before = focused();
  if (!(before instanceof HTMLElement) || before === document.body) return;
  const root = rootOf(before);
  requestAnimationFrame(() => {
    const now = focused();
    // Where the host of a shadow root has the focus, nothing in it has.
    const isLost = now === null || now === document.body || (root instanceof ShadowRoot && now === root.host) || !now.checkVisibility({ visibilityProperty: true });
    if (isLost && !root.querySelector("dialog[open]")) places.get(root)?.().focus({ preventScroll: true });
  });
}

/** After a touch on a button, no keyboard should appear on the screen. */
export const isTouch = () => matchMedia("(pointer: coarse)").matches;
