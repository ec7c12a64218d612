// The known models, in an order that helps to choose, and whether this device can hold them.

import { buildOf } from "../offline/names.js";
import { isIos, tabBytes } from "./abilities.js";
import { addressChoice } from "./address.js";
import { ask } from "./ask.js";
import { byId, make } from "./dom.js";
import { about, big } from "./format.js";
import { DEFAULT_MODEL, OWN_MODELS } from "./own-models.js";

/**
 * @typedef {object} KnownModel an entry of models/catalogue.json, or a model that comes with the page
 * @property {string} name
 * @property {string} model what `load` takes
 * @property {string} architecture
 * @property {"base" | "chat"} kind
 * @property {number} parameters
 * @property {number} downloadBytes
 * @property {Record<string, number>} memory of the weights, by precision
 * @property {number} state bytes of one session
 * @property {string} languages
 * @property {string} use what its makers made it for
 * @property {string} licence
 *
 * @typedef {{ backend: string, precision: string }} How the visitor wants it to run
 * @typedef {import("./abilities.js").Abilities & { deviceGiB: number | undefined, tabBytes: number, isIos: boolean }} Device
 *   `deviceGiB`: memory of the device, where the browser says it; `tabBytes`: what a page can have
 */

/** What the engine runs, in the words of config.json. */
const RUNS = new Set(["mamba", "mamba2", "falcon_mamba", "granitemoehybrid", "falcon_h1"]);

/** @type {Record<string, string>} */
const NAMES = { mamba: "Mamba", mamba2: "Mamba-2", falcon_mamba: "Falcon-Mamba", granitemoehybrid: "Granite-4.0-H", falcon_h1: "Falcon-H1" };

/** Room for the program, the tokenizer and the work space: the bound that benches/browser/smoke.mjs holds the engine to. */
const BESIDE_WEIGHTS = 64 * 2 ** 20;
/** The session of the chat, and a copy of it to go back to. */
const STATES = 2;
/** Beyond this share of its limit, iOS may or may not close the page. The page and the browser take some of it too. */
const SAFE_SHARE_OF_IOS = 0.65;
/** How much of a device one tab may take before the device begins to swap. */
const SHARE_OF_DEVICE = 0.6;
/** Browsers report no more than this, so such a device may have more. */
const MOST_TOLD_GIB = 8;
/** A model of this size answers quickly everywhere. */
const SMALL_PARAMETERS = 200e6;
/** Beyond this a CPU writes slower than people read. */
const READABLE_PARAMETERS = 1.5e9;
/** Nobody waits for a larger download before they have seen what such a model can do. */
const MOST_FIRST_DOWNLOAD = 1e9;
/** More languages than these are counted. */
const NAMED_LANGUAGES = 3;

/**
 * @param {KnownModel} model
 * @param {string} precision
 */
const need = (model, precision) => model.memory[precision === "auto" ? "int8" : precision] + STATES * model.state + BESIDE_WEIGHTS;

/**
 * @param {KnownModel} model
 * @param {How} how
 * @param {Device} device
 * @returns {string | null} why this device cannot run it
 */
export function whyNot(model, { backend, precision }, { deviceGiB, tabBytes, isIos, hasGpu, whyNoGpu }) {
  if (!RUNS.has(model.architecture)) return `This version does not run ${NAMES[model.architecture] ?? model.architecture} yet.`;
  const isTold = deviceGiB !== undefined && deviceGiB < MOST_TOLD_GIB;
  const ofDevice = isTold ? deviceGiB * 2 ** 30 * SHARE_OF_DEVICE : Infinity;
  // The GPU's memory is its own, but a phone's is also the page's.
  const mayUseGpu = hasGpu && !isIos && (backend === "gpu" || backend === "auto");
  const limit = Math.min(mayUseGpu ? Infinity : tabBytes, ofDevice);
  const bytesNeeded = need(model, precision);
  if (bytesNeeded <= limit) return null;
  const told = `Too large: it needs ${about(bytesNeeded)} of memory, and `;
  const way = need(model, "int8") < bytesNeeded && need(model, "int8") <= limit ? " int8 would fit." : "";
  if (bytesNeeded > ofDevice) return `${told}this device has ${deviceGiB} GiB for everything.${way}`;
  if (isIos) return `${told}iPhones and iPads close a page that takes more than ${about(tabBytes)}.${way}`;
  const gpu = hasGpu ? " The GPU could hold more." : ` A GPU could hold more, but ${whyNoGpu}.`;
  return `${told}a browser tab can hold 4 GiB.${way || gpu}`;
}

/** Whether only the GPU can hold it. @param {KnownModel} model @param {How} how @param {Device} device */
const needsGpu = (model, { precision }, { tabBytes, isIos }) => !isIos && need(model, precision) > tabBytes;

/** Whether the device may close the page because of it, so that the visitor is asked. @param {KnownModel} model @param {How} how @param {Device} device */
export const isRisky = (model, { precision }, { tabBytes, isIos }) => isIos && need(model, precision) > tabBytes * SAFE_SHARE_OF_IOS;

/**
 * @param {KnownModel[]} models
 * @param {How} how
 * @param {Device} device
 * @returns {{ title: string, advice: string, models: KnownModel[] }[]} each model once
 */
export function inGroups(models, how, device) {
  const fits = (/** @type {KnownModel} */ model) => whyNot(model, how, device) === null;
  const left = [...OWN_MODELS, ...models];
  const take = (/** @type {(model: KnownModel) => boolean} */ which) => {
    const taken = left.filter(which);
    for (const model of taken) left.splice(left.indexOf(model), 1);
    return taken;
  };
  const chats = (/** @type {KnownModel} */ model) => model.kind === "chat";
  const quick = take((model) => model === DEFAULT_MODEL);
  const small = take((model) => chats(model) && model.parameters <= SMALL_PARAMETERS);
  // Of those that chat, the largest that is still of use here.
  const isOfUse = (/** @type {KnownModel} */ model) =>
    fits(model) && !needsGpu(model, how, device) && !isRisky(model, how, device) && model.downloadBytes <= MOST_FIRST_DOWNLOAD && (device.hasGpu || model.parameters <= READABLE_PARAMETERS);
  const [best] = left.filter((model) => chats(model) && isOfUse(model)).sort((a, b) => b.parameters - a.parameters);
  return [
    { title: "Small and quick", advice: "Loaded in moments, on any device.", models: quick },
    { title: "Chats well", advice: "Small still, and made to answer.", models: small },
    { title: "The best here", advice: "The one for a chat that this device should run at the speed of reading.", models: take((model) => model === best) },
    { title: "Others that chat", advice: "They are large to download, or need a graphics card with room for them.", models: take(chats) },
    { title: "Models that continue a text", advice: "They were not made to answer. Give them a beginning in “Completion”.", models: left },
  ].filter((group) => group.models.length > 0);
}

/**
 * @param {(model: string) => void} load
 * @param {() => How} how
 * @param {() => Promise<import("./abilities.js").Abilities>} abilities
 */
export function setUpCatalogue(load, how, abilities) {
  const list = byId("catalogue", HTMLElement);
  const note = byId("catalogue-note", HTMLElement);
  /** @type {KnownModel[] | null} */
  let models = null;

  /** @param {KnownModel} model @param {string} id @param {Device} device */
  function row(model, id, device) {
    const why = whyNot(model, how(), device);
    const button = make("button", {
      class: "plain",
      type: "button",
      text: "Load",
      "aria-label": `Load ${model.name}`,
      "aria-describedby": id,
    });
    button.disabled = why !== null;
    button.addEventListener("click", async () => {
      if (!isRisky(model, how(), device) || (await askAbout(model, how(), device))) load(model.model);
    });
    const { origin } = addressChoice(model.model);
    const facts = [
      inLanguages(model),
      `${big(model.parameters)} parameters`,
      `${about(model.downloadBytes)} to download`,
      `${about(need(model, how().precision))} of memory here${needsGpu(model, how(), device) ? ", on the GPU" : ""}`,
      ...(origin ? [`from ${origin}`] : []),
      model.licence,
    ];
    const kind = model.kind === "chat" ? make("span", { class: "mark-of is-chat", text: "chats" }) : make("span", { class: "mark-of", text: "continues a text" });
    return make(
      "li",
      { class: why ? "model is-out" : "model" },
      make(
        "div",
        { class: "model-what", id },
        make("div", { class: "model-name" }, make("h5", {}, model.name), kind),
        make("p", { class: "quiet", text: model.use }),
        make("p", { class: "quiet listed" }, ...facts.map((text) => make("span", { text }))),
        ...(why ? [make("p", { class: "quiet model-why", text: why })] : []),
      ),
      button,
    );
  }

  async function show() {
    const { deviceMemory } = /** @type {{ deviceMemory?: number }} */ (navigator);
    const device = { ...(await abilities()), deviceGiB: deviceMemory, tabBytes: tabBytes(), isIos: isIos() };
    try {
      models ??= await readCatalogue();
      note.textContent = "A model that chats was trained to answer. A model that continues a text writes on from where you stop.";
    } catch {
      note.textContent = "The list of known models could not be loaded. You can still give a name or an address.";
    }
    list.replaceChildren(
      ...inGroups(models ?? [], how(), device).map(({ title, advice, models }, group) =>
        make(
          "section",
          { "aria-label": title },
          make("h4", { text: title }),
          ...(advice ? [make("p", { class: "quiet", text: advice })] : []),
          make("ul", { class: "models" }, ...models.map((model, i) => row(model, `known-${group}-${i}`, device))),
        ),
      ),
    );
  }
  return { show };
}

/** @param {KnownModel} model */
function inLanguages({ languages }) {
  const names = languages.split(", ");
  return names.length <= NAMED_LANGUAGES ? languages : `${names.length} languages (${names.slice(0, NAMED_LANGUAGES).join(", ")} …)`;
}

/** @param {KnownModel} model @param {How} how @param {Device} device */
const askAbout = (model, { precision }, { tabBytes }) =>
  ask({
    title: `Load “${model.name}”?`,
    text: `It needs ${about(need(model, precision))} of memory. iPhones and iPads close a page that takes about ${about(tabBytes)}. Close other pages first, or choose a smaller model.`,
    yes: "Load it",
    no: "Do not load it",
  });

/** @returns {Promise<KnownModel[]>} */
async function readCatalogue() {
  // Each build's list has its own address, so a new page never takes an old list from the browser's cache.
  const response = await fetch(`models/catalogue.json?${buildOf(document.baseURI, import.meta.url) ?? ""}`);
  if (!response.ok) throw new Error(`models/catalogue.json: status ${response.status}`);
  return (await response.json()).models;
}
