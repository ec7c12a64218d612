// A failure, told to the visitor: what happened, what to do, and buttons that do it.

import { icon, make } from "./dom.js";

/** @typedef {{ name: string, action: () => void }} WayOut */

/**
 * @param {string} title
 * @param {import("../mamba.js").MambaError} error
 * @param {WayOut[]} ways
 */
export function problemCard(title, error, ways) {
  const buttons = ways.map(({ name, action }, i) => {
    const button = make("button", { class: i === 0 ? "primary" : "plain", type: "button", text: name });
    button.addEventListener("click", action);
    return button;
  });
  return make(
    "div",
    // What the visitor asked for is no failure.
    { class: error.code === "cancelled" ? "problem is-calm" : "problem", role: "alert", "data-code": error.code },
    icon(error.code === "cancelled" ? "stop" : "problem"),
    make(
      "div",
      {},
      make("h3", { text: title }),
      make("p", { class: "problem-message", text: error.message }),
      make("p", { class: "quiet", text: error.hint }),
      make("div", { class: "row" }, ...buttons),
    ),
  );
}
