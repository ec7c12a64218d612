// A button that copied something says so for a moment.

import { announce, setIcon } from "./dom.js";

const SHOWN_MS = 2000;

/**
 * @param {HTMLButtonElement} button with an icon and a label
 * @param {boolean} isCopied
 */
export function showCopied(button, isCopied) {
  const [svg, label] = [button.querySelector("svg"), button.querySelector("span")];
  if (!svg || !label) return;
  // A second click comes while “Copied” is shown.
  const name = (button.dataset.name ??= label.textContent ?? "");
  label.textContent = isCopied ? "Copied" : "Not copied";
  setIcon(svg, isCopied ? "done" : "problem");
  announce(isCopied ? "Copied." : "The browser did not let this page copy.", button);
  setTimeout(() => {
    label.textContent = name;
    setIcon(svg, "copy");
  }, SHOWN_MS);
}
