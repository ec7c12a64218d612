// Links in an answer. A model, or who wrote the shared chat, chose their addresses; so each shows where it leads. The other
// site learns nothing about this page, and cannot reach it.

import { make } from "../dom.js";
import { shownPlace } from "../shown-text.js";

/**
 * @param {string} address that parse.js allowed
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function linkTo(address, children) {
  const place = placeOf(address);
  const link = make("a", { href: address, rel: "noopener noreferrer", referrerpolicy: "no-referrer", target: "_blank" }, ...children);
  // A text that is the address says it already.
  if (saysPlace(link.textContent ?? "", place)) return link;
  return make("span", { class: "link-place" }, link, make("span", { class: "place", text: ` (${shownPlace(place)})` }));
}

/** @param {string} address */
function placeOf(address) {
  const { protocol, host, pathname } = new URL(address);
  return protocol === "mailto:" ? pathname : host;
}

/**
 * Whether a text is an address that begins with the place, in its own letters: a name before an @, or letters that look like
 * others, may say another one.
 *
 * @param {string} text
 * @param {string} place
 */
function saysPlace(text, place) {
  return URL.canParse(text) && placeOf(text) === place && text.replace(/^(https?:\/\/|mailto:)/i, "").toLowerCase().startsWith(place.toLowerCase());
}

/** A picture of another site would tell it who reads, so it is a link with the picture's text. @param {string} address @param {string} text */
export const imageLink = (address, text) => linkTo(address, [`Image: ${text || "without a text"}`]);
