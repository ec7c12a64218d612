// The known models, and whether this device can hold them.

import { buildOf } from "../offline/names.js";
import { byId, make } from "./dom.js";
import { about, big } from "./format.js";

/**
 * @typedef {object} KnownModel an entry of models/catalogue.json
 * @property {string} name
 * @property {string} model what `load` takes
 * @property {string} architecture
 * @property {"base" | "chat"} kind
 * @property {number} parameters
 * @property {number} downloadBytes
 * @property {Record<string, number>} memory of the weights, by precision
 * @property {string} licence
 */

/** What the engine runs, in the words of config.json. */
const RUNS = new Set(["mamba", "mamba2", "falcon_mamba"]);

/** @type {Record<string, string>} */
const NAMES = { mamba: "Mamba", mamba2: "Mamba-2", falcon_mamba: "Falcon-Mamba" };

/** What wasm with 32-bit addresses can reach. */
const TAB_BYTES = 4 * 2 ** 30;
/** The program, the tokenizer and its work space, and a state or two. */
const BESIDE_WEIGHTS = 96 * 2 ** 20;
/** How much of a device one tab may take before the device begins to swap. */
const SHARE_OF_DEVICE = 0.6;

/** @param {KnownModel} model @param {string} precision */
const need = (model, precision) => model.memory[precision === "auto" ? "int8" : precision] + BESIDE_WEIGHTS;

/**
 * @param {KnownModel} model
 * @param {string} precision
 * @param {number | undefined} deviceGiB memory of the device, where the browser says it
 * @returns {string | null} why this device cannot run it
 */
export function whyNot(model, precision, deviceGiB) {
  if (!RUNS.has(model.architecture)) return `This version does not run ${NAMES[model.architecture] ?? model.architecture} yet.`;
  const device = deviceGiB ? deviceGiB * 2 ** 30 * SHARE_OF_DEVICE : Infinity;
  const fits = (/** @type {string} */ kind) => need(model, kind) <= Math.min(TAB_BYTES, device);
  if (fits(precision)) return null;
  const bytesNeeded = need(model, precision);
  const limit = bytesNeeded > TAB_BYTES ? "a browser tab can hold 4 GiB" : `this device has ${deviceGiB} GiB for everything`;
  const way = fits("auto") ? " int8 would fit." : "";
  return `Too large: it needs ${about(bytesNeeded)} of memory, and ${limit}.${way}`;
}

/**
 * @param {(model: string) => void} load
 * @param {() => string} precision
 */
export function setUpCatalogue(load, precision) {
  const list = byId("catalogue", HTMLUListElement);
  const note = byId("catalogue-note", HTMLElement);
  /** @type {KnownModel[] | null} */
  let models = null;

  /** @param {KnownModel} model @param {number} i */
  function row(model, i) {
    const deviceGiB = /** @type {{ deviceMemory?: number }} */ (navigator).deviceMemory;
    const why = whyNot(model, precision(), deviceGiB);
    const button = make("button", {
      class: "plain",
      type: "button",
      text: "Load",
      "aria-label": `Load ${model.name}`,
      "aria-describedby": `known-${i}`,
    });
    button.disabled = why !== null;
    button.addEventListener("click", () => load(model.model));
    const facts = [
      `${big(model.parameters)} parameters`,
      `${about(model.downloadBytes)} download`,
      `${about(need(model, precision()))} memory`,
      model.licence,
    ];
    return make(
      "li",
      { class: why ? "model is-out" : "model" },
      make(
        "div",
        { class: "model-what", id: `known-${i}` },
        make("h4", {}, model.name, ...(model.kind === "chat" ? [make("span", { class: "mark-of", text: "chat" })] : [])),
        make("p", { class: "quiet listed" }, ...facts.map((text) => make("span", { text }))),
        ...(why ? [make("p", { class: "quiet model-why", text: why })] : []),
      ),
      button,
    );
  }

  async function show() {
    try {
      models ??= await readCatalogue();
      list.replaceChildren(...models.map(row));
      note.textContent = "They come from Hugging Face. Only those marked “chat” hold a conversation; the others go on with a text.";
    } catch {
      note.textContent = "The list of known models could not be loaded. A name or an address works all the same.";
    }
  }
  return { show };
}

/** @returns {Promise<KnownModel[]>} */
async function readCatalogue() {
  // The address of each build's list is another, so that a new page never takes an old list from the browser's cache.
  const response = await fetch(`models/catalogue.json?${buildOf(document.baseURI, import.meta.url) ?? ""}`);
  if (!response.ok) throw new Error(`models/catalogue.json: status ${response.status}`);
  return (await response.json()).models;
}
