// Text whose pieces are coloured by a number: light is much. The number is in each piece's title and in the table.

import { viridis } from "./colours.js";
import { make } from "./dom.js";

/** @typedef {{ text: string, value: number | null, said: string }} Piece */

/** The luminance on which black and white letters have equal contrast (WCAG 2). */
const EVEN = 0.179;

/** The relative luminance of a colour, 0 to 1 (WCAG 2). @param {...number} colour red, green, blue from 0 to 255 */
function luminance(...colour) {
  const [red, green, blue] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {HTMLElement} place @param {Piece[]} pieces @param {number} [most] the value of the lightest colour */
export function colour(place, pieces, most = Math.max(...pieces.map(({ value }) => value ?? 0))) {
  place.replaceChildren(
    ...pieces.map(({ text, value, said }) => {
      const piece = make("span", { className: "piece", title: said }, text);
      if (value === null) return piece;
      const [red, green, blue] = viridis(value / (most || 1));
      piece.style.backgroundColor = `rgb(${red} ${green} ${blue})`;
      piece.style.color = luminance(red, green, blue) > EVEN ? "black" : "white";
      return piece;
    }),
  );
}
