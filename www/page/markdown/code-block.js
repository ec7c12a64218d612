// A block of code: its language, a button that copies it, and the code, which scrolls in itself.

import { actionButton, copyText, make } from "../dom.js";
import { shownName, seenText } from "../shown-text.js";
import { showCopied } from "../copied.js";

/** What is behind a fence is often “js title=…” or “{.python}”. @param {string} info */
export const languageOf = (info) => (/[\w+#.-]+/.exec(info)?.[0] ?? "").replace(/^\./, "").toLowerCase();

/**
 * @param {string} text
 * @param {string} info what stands behind the fence
 */
export function codeBlock(text, info) {
  const language = languageOf(info);
  const code = make("code", { text: seenText(text), "data-language": language || undefined });
  return make(
    "div",
    { class: "code" },
    make("div", { class: "code-head" }, make("span", { class: "language", text: language ? shownName(language) : "text" }), copyButton()),
    make("pre", { tabindex: "0", dir: "ltr", role: "region", "aria-label": language ? `Code, ${shownName(language)}` : "Code" }, code),
  );
}

/** Its click is handled where it bubbles to (handleCopying), so blocks can be compared and moved. */
function copyButton() {
  return actionButton("Copy", "copy", () => {});
}

/** @param {HTMLElement} answer in which blocks of code come and go */
export function handleCopying(answer) {
  answer.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest(".code-head button") : null;
    const code = button?.closest(".code")?.querySelector("code");
    if (button instanceof HTMLButtonElement && code) showCopied(button, await copyText(codeText(code)));
  });
}

/** The text of a block of code. While it grows, its lines are elements. @param {Element} code */
export function codeText(code) {
  const lines = [...code.querySelectorAll(":scope > .line")];
  return lines.length > 0 ? lines.map((line) => line.textContent).join("\n").replace(/\n$/, "") : (code.textContent ?? "");
}
