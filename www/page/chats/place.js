// The place in a chat that is read: kept with the chat, so that it is there again at the next visit.

/**
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("../turn-view.js").TurnView} TurnView
 */

/** Closer to the end than this counts as the end. */
const NEAR_PX = 48;

/**
 * @param {import("../scroller.js").Scroller} scroller
 * @param {[Node, TurnView][]} shown
 * @returns {import("./store.js").Chat["scroll"]} null at the end
 */
export function placeIn({ y, height, whole, top }, shown) {
  if (whole - height - y < NEAR_PX) return null;
  for (const [node, { element }] of shown) {
    const box = element.getBoundingClientRect();
    if (box.bottom > top) return { node: node.id, offset: Math.round(top - box.top) };
  }
  return null;
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
