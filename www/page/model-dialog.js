// The dialog that loads another model: from the list of known ones, one that is kept here, from the visitor's disk, or by
// address.

import { asMambaError } from "../engine/errors.js";
import { findAbilities, whyNotTogether } from "./abilities.js";
import { addressChoice, defaultChoice, filesChoice, requireReachable } from "./address.js";
import { setUpCatalogue } from "./catalogue.js";
import { byId } from "./dom.js";
import { setUpDrop } from "./drop.js";
import { setUpKeptModels } from "./kept-models.js";
import { requireModelFiles } from "./look.js";
import { tell as tellOnPage } from "./notices.js";
import { closeOnBackdrop } from "./settings-view.js";
import { shownError } from "./shown-text.js";

/** @typedef {import("./model.js").Choice} Choice */

/** @param {(choice: Choice) => void} load */
export function setUpModelDialog(load) {
  const dialog = byId("models", HTMLDialogElement);
  const address = byId("model-address", HTMLInputElement);
  const note = byId("model-address-note", HTMLElement);
  const usualNote = note.textContent ?? "";
  const how = setUpHow();

  const loadNamed = (/** @type {string} */ model) => {
    const { backend, precision } = how.value();
    choose(addressChoice(model, backend, precision));
  };
  const catalogue = setUpCatalogue(loadNamed, how.value, findAbilities);
  const kept = setUpKeptModels(loadNamed);
  how.onChange(() => void catalogue.show());

  const open = () => {
    tell(null);
    void how.show();
    void catalogue.show();
    void kept.show();
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  byId("open-models", HTMLButtonElement).addEventListener("click", open);
  closeOnBackdrop(dialog);

  /** @param {string | null} problem */
  function tell(problem) {
    note.textContent = problem ?? usualNote;
    note.classList.toggle("wrong", problem !== null);
    address.setAttribute("aria-invalid", String(problem !== null));
  }
  /** @param {Choice} choice */
  function choose(choice) {
    try {
      // An error in the address itself is shown here, where it can be corrected.
      requireReachable(choice);
    } catch (thrown) {
      tell(shownError(asMambaError(thrown)));
      if (!dialog.open) dialog.showModal();
      address.focus();
      note.scrollIntoView({ block: "nearest" });
      return;
    }
    dialog.close();
    load(choice);
  }
  /** @param {File[]} files @param {string} [folder] */
  function chooseFiles(files, folder) {
    const { backend, precision } = how.value();
    try {
      requireModelFiles(files, document.baseURI);
    } catch (thrown) {
      dialog.close();
      tellOnPage("That is not a model", asMambaError(thrown));
      return;
    }
    choose(filesChoice(files, backend, precision, folder));
  }

  address.addEventListener("input", () => tell(null));
  byId("model-by-address", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    loadNamed(address.value.trim());
  });
  setUpDrop(chooseFiles);
  for (const id of ["model-folder", "model-files"]) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // so that the same files can be chosen again
      if (files.length > 0) chooseFiles(files);
    });
  }
  byId("load-default", HTMLButtonElement).addEventListener("click", () => {
    // The way back has to work, whatever was tried before.
    how.reset();
    choose(defaultChoice());
  });
  return { open };
}

/** How the next model runs. Choices that cannot work here, or not together, are disabled, with the reason. */
function setUpHow() {
  const backend = byId("model-backend", HTMLSelectElement);
  const precision = byId("model-precision", HTMLSelectElement);
  const note = byId("choices-note", HTMLElement);
  let listener = () => {};

  const value = () => ({ backend: backend.value, precision: precision.value });

  async function show() {
    const abilities = await findAbilities();
    /** @type {Set<string>} */
    const reasons = new Set();
    for (const option of backend.options) disable(option, whyNotTogether(option.value, precision.value, abilities));
    for (const option of precision.options) disable(option, whyNotTogether(backend.value, option.value, abilities));
    note.textContent = [...reasons].join(" ");

    /** @param {HTMLOptionElement} option @param {string | null} why */
    function disable(option, why) {
      option.disabled = why !== null;
      if (why) reasons.add(why);
    }
  }
  for (const select of [backend, precision]) {
    select.addEventListener("change", () => {
      void show();
      listener();
    });
  }
  return {
    value,
    show,
    reset() {
      backend.value = precision.value = "auto";
    },
    /** @param {() => void} changed */
    onChange(changed) {
      listener = changed;
    },
  };
}
