// A question before something ends.

import { byId } from "./dom.js";

/**
 * @param {{ title: string, text: string, yes: string, no: string }} question
 * @returns {Promise<boolean>} false too where the dialog was closed without an answer
 */
export function ask({ title, text, yes, no }) {
  const dialog = byId("ask", HTMLDialogElement);
  byId("ask-title", HTMLElement).textContent = title;
  byId("ask-text", HTMLElement).textContent = text;
  byId("ask-yes", HTMLButtonElement).textContent = yes;
  byId("ask-no", HTMLButtonElement).textContent = no;
  if (dialog.open) dialog.close("no");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
