// What is added to a block of an answer once it is finished: colours in code, and formulas set by KaTeX. Both programs are
// fetched from this site when the first answer needs them. Without them the text stays as it was written.

import { make, rootOf } from "../dom.js";
import { seenText } from "../shown-text.js";
import { codeText } from "./code-block.js";

/** Colours for more would keep the page from painting. */
const LONGEST_CODE = 20_000;

/** One block after the other, and the page may paint between them. */
let queue = Promise.resolve();

/** @param {HTMLElement} block @returns {Promise<void>} */
export function decorate(block) {
  /** @type {HTMLElement[]} */
  const codes = [...block.querySelectorAll("code")].filter(({ dataset }) => dataset.language);
  /** @type {NodeListOf<HTMLElement>} */
  const formulas = block.querySelectorAll(".formula");
  if (codes.length === 0 && formulas.length === 0) return Promise.resolve();
  queue = queue.then(async () => {
    if (codes.length > 0) await colour(codes);
    if (formulas.length > 0) await setFormulas(formulas);
    await new Promise((resolve) => setTimeout(resolve));
  });
  return queue;
}

/** @param {Iterable<HTMLElement>} codes */
async function colour(codes) {
  const program = await import("./highlight.js").catch(notThere);
  if (!program) return;
  for (const code of codes) {
    const text = codeText(code);
    if (!code.isConnected || text.length > LONGEST_CODE) continue;
    const pieces = program.highlight(text, code.dataset.language ?? "");
    if (pieces) code.replaceChildren(...pieces.map(({ text, classes }) => (classes.length > 0 ? make("span", { class: classes.join(" "), text }) : text)));
  }
}

/** @param {NodeListOf<HTMLElement>} formulas */
async function setFormulas(formulas) {
  const program = await import("./maths.js").catch(notThere);
  if (!program?.dress(rootOf(formulas[0]))) return;
  for (const place of formulas) {
    const formula = place.dataset.formula ?? "";
    // An invisible character would vanish in the formula, but is shown in its text.
    if (seenText(formula) !== formula) continue;
    const made = program.set(formula, place.classList.contains("displayed"));
    if (made) place.replaceChildren(...made.childNodes);
  }
}

/** @param {unknown} error */
function notThere(error) {
  console.debug(error); // without a network; the text stays as it was written
  return null;
}
