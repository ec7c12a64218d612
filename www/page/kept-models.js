// The models that this browser keeps: how large they are, and ways to load and delete them.

import { asMambaError } from "../engine/errors.js";
import { deleteKeptModel, keptModels } from "../mamba.js";
import { addressChoice } from "./address.js";
import { byId, make } from "./dom.js";
import { about, bytes, counted } from "./format.js";
import { shownError, shownText } from "./shown-text.js";

/** @param {(model: string) => void} load */
export function setUpKeptModels(load) {
  const title = byId("kept-title", HTMLElement);
  const list = byId("kept", HTMLUListElement);
  const note = byId("kept-note", HTMLElement);
  const persist = byId("persist", HTMLButtonElement);

  /** @param {import("../engine/keep/store.js").KeptModel} model */
  function row({ id, address, bytes: size, isComplete }) {
    const name = address ? addressChoice(address).name : "Part of an interrupted download";
    const way = (/** @type {string} */ text, /** @type {() => void} */ action) => {
      const button = make("button", { class: "plain", type: "button", text, "aria-label": `${text} ${name}` });
      button.addEventListener("click", action);
      return button;
    };
    const ways = address ? [way(isComplete ? "Load" : "Resume", () => load(address))] : [];
    return make(
      "li",
      { class: "model" },
      make(
        "div",
        { class: "model-what" },
        make("h4", { dir: "auto" }, name, ...(isComplete ? [] : [make("span", { class: "mark-of", text: "incomplete" })])),
        make("p", { class: "quiet listed" }, make("span", { text: bytes(size) }), ...(address ? [make("span", { text: shownText(address, 200) })] : [])),
      ),
      make("div", { class: "model-ways" }, ...ways, way("Delete", () => void remove(id, name))),
    );
  }

  /** @param {string} id @param {string} name */
  async function remove(id, name) {
    /** @type {string} */
    let said;
    try {
      await deleteKeptModel(id);
      said = `${name} was deleted.`;
    } catch (thrown) {
      const error = asMambaError(thrown);
      said = shownError(error);
    }
    await show(said);
    title.tabIndex = -1; // the button that had the focus is gone
    title.focus();
  }

  /** @param {string} [said] what was just done */
  async function show(said = "") {
    try {
      const models = await keptModels();
      list.replaceChildren(...models.map(row));
      const isPersisted = (await navigator.storage.persisted?.()) ?? false;
      persist.hidden = models.length === 0 || isPersisted || !navigator.storage.persist;
      const total = models.reduce((sum, model) => sum + model.bytes, 0);
      const what = models.length === 0 ? "No model is kept." : `${counted(models.length, "model")}, ${bytes(total)}.`;
      note.textContent = [said, what, await room(), promise(models.length > 0, isPersisted)].filter(Boolean).join(" ");
    } catch (thrown) {
      const error = asMambaError(thrown);
      list.replaceChildren();
      persist.hidden = true;
      note.textContent = shownError(error);
    }
  }

  persist.addEventListener("click", async () => {
    const isGranted = await navigator.storage.persist();
    await show(isGranted ? "" : "The browser did not agree. It decides by how often you use this page.");
    if (persist.hidden) title.focus();
  });
  return { show };
}

async function room() {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined) return "";
  return `There is room for about ${about(Math.max(0, quota - usage))} more.`;
}

/** @param {boolean} isAny @param {boolean} isPersisted */
function promise(isAny, isPersisted) {
  if (!isAny) return "";
  return isPersisted
    ? "They stay until you delete them."
    : "The browser may delete them when the disk is nearly full.";
}
