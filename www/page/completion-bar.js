// The buttons under the sheet of the completion mode: what the main button does next, and why it cannot.

import { byId } from "./dom.js";

const NEXT = { begin: "Continue the text", "go on": "Go on", again: "Try another" };

/**
 * @param {import("./model.js").Model} model
 * @param {import("./completion.js").Completion} completion
 * @param {import("./running.js").Running} running
 */
export function setUpCompletionBar(model, completion, running) {
  const button = byId("complete", HTMLButtonElement);
  const box = byId("beginning", HTMLTextAreaElement);
  const note = byId("completion-note", HTMLElement);

  function complete() {
    if (!model.engine) {
      note.textContent = model.state.loading ? "The model is still loading." : "There is no model to write. Load one first.";
    } else if (box.value === "") {
      note.textContent = "Write how the text begins first.";
      box.focus();
    } else {
      void completion.continue();
    }
  }

  button.addEventListener("click", () => {
    if (running.isRunning) void running.stop();
    else complete();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    complete();
  });
  return {
    show() {
      button.textContent = running.isRunning ? "Stop" : NEXT[completion.next];
    },
  };
}
