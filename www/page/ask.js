// A question before something ends.

import { byId } from "./dom.js";

/**
 * @param {{ title: string, text: string, yes: string, no: string }} question
 * @returns {Promise<boolean>} false too where the dialog was closed without an answer
 */
export async function ask({ title, text, yes, no }) {
  const dialog = byId("ask", HTMLDialogElement);
  // The event of its end comes later. It must not be taken for an answer to this question.
  while (dialog.open) {
    const isOver = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    dialog.close("no");
    await isOver;
  }
  byId("ask-title", HTMLElement).textContent = title;
  byId("ask-text", HTMLElement).textContent = text;
  byId("ask-yes", HTMLButtonElement).textContent = yes;
  byId("ask-no", HTMLButtonElement).textContent = no;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
