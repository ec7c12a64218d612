// Text whose pieces are coloured by a number: light is much. The number is in each piece's title and in the table.

import { viridis } from "./colours.js";
import { make } from "./dom.js";

/** @typedef {{ text: string, value: number | null, said: string }} Piece */

/** @param {HTMLElement} place @param {Piece[]} pieces @param {number} [most] the value of the lightest colour */
export function colour(place, pieces, most = Math.max(...pieces.map(({ value }) => value ?? 0))) {
  place.replaceChildren(
    ...pieces.map(({ text, value, said }) => {
      const piece = make("span", { className: "piece", title: said }, text);
      if (value === null) return piece;
      const [red, green, blue] = viridis(value / (most || 1));
      piece.style.backgroundColor = `rgb(${red} ${green} ${blue})`;
      piece.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 128 ? "black" : "white";
      return piece;
    }),
  );
}
