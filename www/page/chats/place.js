// The place in a chat that is read: kept with the chat, so that it is there again at the next visit.

/**
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("../turn-view.js").TurnView} TurnView
 */

/** Turns before and after the place that fill a window. */
const BEFORE = 4;
const AFTER = 10;
/** Closer to the end than this counts as the end. */
const NEAR_PX = 48;

/**
 * @param {import("../scroller.js").Scroller} scroller
 * @param {[Node, TurnView][]} shown
 * @returns {import("./store.js").Chat["scroll"]} null at the end
 */
export function placeIn({ y, height, whole, top }, shown) {
  if (whole - height - y < NEAR_PX) return null;
  const boxes = shown.map(([, { element }]) => element.getBoundingClientRect());
  const at = boxes.findIndex(({ bottom }) => bottom > top);
  if (at < 0) return null;
  const around = shown.slice(Math.max(0, at - BEFORE), at + AFTER + 1).map(([{ id }]) => id);
  return { node: shown[at][0].id, offset: Math.round(top - boxes[at].top), around };
}

/**
 * @param {import("../scroller.js").Scroller} scroller
 * @param {import("./store.js").Chat["scroll"]} place
 * @param {TurnView | null} view of its turn
 */
export function goToPlace(scroller, place, view) {
  const to = () => {
    if (!place || !view) return scroller.to(scroller.whole);
    scroller.to(scroller.y + view.element.getBoundingClientRect().top - scroller.top + place.offset);
  };
  // What was outside of the window has its true height only once it is inside.
  to();
  to();
}
