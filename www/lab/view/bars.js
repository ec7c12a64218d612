// The bars of the next words.

import { make } from "./dom.js";

/** Special tokens have no text. @param {string} text */
export const shownText = (text) => text || "◇";

/** A line of `ol.bars`. @param {string} text @param {number} share 0: cut off */
export function barOf(text, share) {
  const bar = make("div", { className: "bar" });
  bar.style.width = `${100 * share}%`;
  return make("li", { className: share === 0 ? "gone" : "" }, make("span", {}, shownText(text)), bar, make("span", {}, `${(100 * share).toFixed(1)} %`));
}
