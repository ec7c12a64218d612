// The place in a chat that is read: kept with the chat, so that it is there again at the next visit.

/**
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("../turn-view.js").TurnView} TurnView
 */

/** Closer to the end than this counts as the end. */
const NEAR_PX = 48;

const headerBottom = () => Math.max(0, document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0);

/**
 * @param {[Node, TurnView][]} shown
 * @returns {import("./store.js").Chat["scroll"]} null at the end
 */
export function placeIn(shown) {
  if (document.documentElement.scrollHeight - innerHeight - scrollY < NEAR_PX) return null;
  const top = headerBottom();
  for (const [node, { element }] of shown) {
    const box = element.getBoundingClientRect();
    if (box.bottom > top) return { node: node.id, offset: Math.round(top - box.top) };
  }
  return null;
}

/**
 * @param {import("./store.js").Chat["scroll"]} place
 * @param {TurnView | null} view of its turn
 */
export function goToPlace(place, view) {
  const to = () => {
    if (!place || !view) return scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    scrollBy({ top: view.element.getBoundingClientRect().top - headerBottom() + place.offset, behavior: "instant" });
  };
  // What was outside of the window has its true height only once it is inside.
  to();
  to();
}
