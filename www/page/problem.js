// A card for the visitor about a failure or an event: what happened, what to do, and buttons that do it.

import { icon, make } from "./dom.js";
import { shownText } from "./shown-text.js";

/** @typedef {{ name: string, action: () => void }} WayOut */

/**
 * @param {string} title
 * @param {{ code: string, message: string, hint: string }} error
 * @param {WayOut[]} ways
 * @param {{ isCalm?: boolean }} [how] calm is what the visitor asked for, or what is only to be known
 */
export function problemCard(title, { code, message, hint }, ways, { isCalm = code === "cancelled" } = {}) {
  const buttons = ways.map(({ name, action }, i) => {
    const button = make("button", { class: i === 0 ? "primary" : "plain", type: "button", text: name });
    button.addEventListener("click", action);
    return button;
  });
  return make(
    "div",
    { class: isCalm ? "problem is-calm" : "problem", role: "alert", "data-code": code },
    icon(code === "cancelled" ? "stop" : "problem"),
    make(
      "div",
      {},
      make("h3", { text: title }),
      make("p", { class: "problem-message", text: shownText(message), dir: "auto" }),
      ...(hint ? [make("p", { class: "quiet", text: shownText(hint), dir: "auto" })] : []),
      make("div", { class: "row" }, ...buttons),
    ),
  );
}
