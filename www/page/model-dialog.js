// The dialog that loads another model: by address, or from the visitor's disk.

import { asMambaError } from "../engine/errors.js";
import { findModel } from "../engine/model-source.js";
import { addressChoice, defaultChoice, filesChoice, requireReachable } from "./address.js";
import { byId } from "./dom.js";
import { closeOnBackdrop } from "./settings-view.js";

/** @param {(choice: import("./model.js").Choice) => void} load */
export function setUpModelDialog(load) {
  const dialog = byId("models", HTMLDialogElement);
  const address = byId("model-address", HTMLInputElement);
  const note = byId("model-address-note", HTMLElement);
  const usualNote = note.textContent ?? "";
  const backend = byId("model-backend", HTMLSelectElement);
  const precision = byId("model-precision", HTMLSelectElement);

  const open = () => {
    tell(null);
    dialog.showModal();
    address.focus();
  };
  byId("open-models", HTMLButtonElement).addEventListener("click", open);
  closeOnBackdrop(dialog);

  /** @param {string | null} problem */
  function tell(problem) {
    note.textContent = problem ?? usualNote;
    note.classList.toggle("wrong", problem !== null);
    address.setAttribute("aria-invalid", String(problem !== null));
  }
  /** @param {import("./model.js").Choice} choice */
  function choose(choice) {
    try {
      // What is wrong with an address itself is said here, where it can be mended.
      findModel(choice.model, document.baseURI);
      requireReachable(choice);
    } catch (thrown) {
      const error = asMambaError(thrown);
      tell(`${error.message} ${error.hint}`);
      return;
    }
    dialog.close();
    load(choice);
  }

  address.addEventListener("input", () => tell(null));
  byId("model-by-address", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    choose(addressChoice(address.value.trim(), backend.value, precision.value));
  });
  for (const id of ["model-folder", "model-files"]) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // so that the same files can be chosen again
      if (files.length > 0) choose(filesChoice(files, backend.value, precision.value));
    });
  }
  byId("load-default", HTMLButtonElement).addEventListener("click", () =>
    choose(defaultChoice(backend.value, precision.value)),
  );
  return { open };
}
