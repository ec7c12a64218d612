// Formulas: a program of its own that is fetched, with its fonts, when the first answer has one. KaTeX builds nodes, so no
// HTML is read.

import katex from "katex";
import { addStyles } from "../styles.js";
import { addFonts } from "./fonts.js";
import styles from "./maths.css";

/** Commands that a formula may expand to. */
const MOST_EXPANSIONS = 200;
/** The largest size that a formula may ask for, in em. */
const MOST_SIZE_EM = 10;
/** Brackets within each other. Each is an element within another, and browsers lay these out by recursion. */
const MOST_LEVELS = 40;

let hasFonts = false;

/**
 * Gives a root what formulas in it need.
 *
 * @param {Document | ShadowRoot} root
 * @returns {boolean} false where they would be shown without their styles
 */
export function dress(root) {
  if (!addStyles(root, styles)) return false;
  if (!hasFonts) addFonts();
  return (hasFonts = true);
}

/**
 * @param {string} formula in TeX
 * @param {boolean} isDisplayed on a line of its own
 * @returns {HTMLElement | null} null if it cannot be read
 */
export function set(formula, isDisplayed) {
  if (levels(formula) > MOST_LEVELS) return null;
  const place = document.createElement("span");
  try {
    katex.render(formula, place, {
      displayMode: isDisplayed,
      throwOnError: true,
      trust: false, // no links, no pictures
      strict: "ignore",
      maxExpand: MOST_EXPANSIONS,
      maxSize: MOST_SIZE_EM,
    });
    return place;
  } catch {
    return null; // it is shown as it was written
  }
}

/** @param {string} formula */
function levels(formula) {
  let [now, most] = [0, 0];
  for (const [mark] of formula.matchAll(/[{}]|\\begin|\\end|\\left|\\right/g)) {
    now += /[}]|end|right/.test(mark) ? -1 : 1;
    most = Math.max(most, now);
  }
  return most;
}
