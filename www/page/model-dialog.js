// The dialog that loads another model: by address, from the visitor's disk, from the list of
// known ones, or one that is kept here.

import { asMambaError } from "../engine/errors.js";
import { findModel } from "../engine/model-source.js";
import { addressChoice, defaultChoice, filesChoice, requireReachable } from "./address.js";
import { setUpCatalogue } from "./catalogue.js";
import { byId } from "./dom.js";
import { setUpDrop } from "./drop.js";
import { setUpKeptModels } from "./kept-models.js";
import { closeOnBackdrop } from "./settings-view.js";

/** @param {(choice: import("./model.js").Choice) => void} load */
export function setUpModelDialog(load) {
  const dialog = byId("models", HTMLDialogElement);
  const address = byId("model-address", HTMLInputElement);
  const note = byId("model-address-note", HTMLElement);
  const usualNote = note.textContent ?? "";
  const backend = byId("model-backend", HTMLSelectElement);
  const precision = byId("model-precision", HTMLSelectElement);

  const loadNamed = (/** @type {string} */ model) => choose(addressChoice(model, backend.value, precision.value));
  const catalogue = setUpCatalogue(loadNamed, () => precision.value);
  const kept = setUpKeptModels(loadNamed);

  const open = () => {
    tell(null);
    void catalogue.show();
    void kept.show();
    dialog.showModal();
    dialog.scrollTop = 0;
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
      if (!dialog.open) dialog.showModal();
      note.scrollIntoView({ block: "nearest" });
      return;
    }
    dialog.close();
    load(choice);
  }

  address.addEventListener("input", () => tell(null));
  precision.addEventListener("change", () => void catalogue.show());
  byId("model-by-address", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    loadNamed(address.value.trim());
  });
  setUpDrop((files, name) => choose(filesChoice(files, backend.value, precision.value, name)));
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
