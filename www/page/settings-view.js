// The settings drawer.

import { byId, make } from "./dom.js";
import { readSetting, SETTINGS } from "./settings.js";

/** @param {import("./settings.js").Settings} settings */
export function setUpSettings(settings) {
  const dialog = byId("settings", HTMLDialogElement);
  const shows = SETTINGS.map((setting) => addField(setting, settings));
  const showAll = () => shows.forEach((show) => show());

  byId("open-settings", HTMLButtonElement).addEventListener("click", () => {
    showAll(); // removes wrong input of the last time
    dialog.showModal();
  });
  byId("reset-settings", HTMLButtonElement).addEventListener("click", () => settings.reset());
  closeOnBackdrop(dialog);
  settings.onChange(showAll);
}

/** @param {HTMLDialogElement} dialog */
export function closeOnBackdrop(dialog) {
  dialog.addEventListener("click", (event) => {
    // Its contents cover the dialog itself, so only the backdrop's clicks have it as target.
    if (event.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside) dialog.close();
  });
}

/**
 * @param {import("./settings.js").Setting} setting
 * @param {import("./settings.js").Settings} settings
 * @returns {() => void} shows the value anew
 */
function addField(setting, settings) {
  const { name, label, explanation, min, max, step, isWide, mayBeEmpty } = setting;
  const id = `setting-${name}`;
  const bounds = { min: String(min), max: String(max), step: String(step) };
  const number = make("input", {
    autocomplete: "off",
    id,
    type: "number",
    inputmode: step === 1 ? "numeric" : "decimal",
    "aria-describedby": `${id}-note`,
    placeholder: mayBeEmpty ? "random" : undefined,
    // Only for the arrow keys: a number between two steps is fine, so the form never validates.
    ...bounds,
  });
  const slider = isWide ? null : make("input", { type: "range", "aria-label": `${label}, slider`, ...bounds });
  const note = make("p", { class: "quiet", id: `${id}-note`, text: explanation });
  const field = make("div", { class: "field" }, make("label", { for: id, text: label }), number, ...(slider ? [slider] : []), note);
  byId("settings-fields", HTMLElement).append(field);

  /** @param {string | null} problem */
  const tell = (problem) => {
    number.setAttribute("aria-invalid", String(problem !== null));
    field.classList.toggle("wrong", problem !== null);
    note.textContent = problem ?? explanation;
  };
  const show = () => {
    const value = settings.values[name];
    number.value = value === null ? "" : String(value);
    if (slider) slider.value = String(value);
    tell(null);
  };
  number.addEventListener("input", () => {
    // A text that is not a number gives an empty value too. Its validity tells the two apart.
    const read = number.validity.badInput ? { problem: `${label} needs a number.` } : readSetting(setting, number.value);
    if ("problem" in read) return tell(read.problem);
    tell(null);
    settings.set(name, read.value);
    if (slider) slider.value = String(read.value);
  });
  // A refused value is not kept, so it must not stay in the box.
  number.addEventListener("blur", () => number.getAttribute("aria-invalid") === "true" && show());
  slider?.addEventListener("input", () => {
    settings.set(name, slider.valueAsNumber);
    number.value = slider.value;
    tell(null);
  });
  show();
  return show;
}
