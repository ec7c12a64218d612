// Which model is meant: the page's own, the one in the page's address
// (?model=…&backend=…&precision=…), or one that the visitor names.

import { badArgument } from "../engine/errors.js";
import { HUB, readHubName } from "../engine/source/hub.js";
import { findModel } from "../engine/source/model-source.js";
import { DEFAULT_MODEL, OWN_MODELS } from "./own-models.js";
import { shownName, shownPlace } from "./shown-text.js";

/** @typedef {import("./model.js").Choice} Choice */

export const BACKENDS = ["auto", "gpu", "cpu", "reference"];
export const PRECISIONS = ["auto", "f32", "f16", "int8", "int4"];

/** @returns {Choice} */
export const defaultChoice = (backend = "auto", precision = "auto") => ownChoice(DEFAULT_MODEL, backend, precision);

/**
 * @param {import("./own-models.js").OwnModel} own
 * @param {string} backend
 * @param {string} precision
 * @returns {Choice}
 */
const ownChoice = (own, backend, precision) => ({
  model: own.model,
  name: own.name,
  origin: null,
  isDefault: own === DEFAULT_MODEL,
  backend,
  precision,
});

/**
 * @param {string} address
 * @returns {Choice}
 */
export function addressChoice(address, backend = "auto", precision = "auto") {
  const url = URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
  const plain = (/** @type {URL} */ { href }) => href.replace(/\/$/, "");
  const own = url && OWN_MODELS.find(({ model }) => plain(new URL(model, document.baseURI)) === plain(url));
  if (own) return ownChoice(own, backend, precision);
  return { model: address, name: shownName(nameOf(address)), origin: originOf(address), isDefault: false, backend, precision };
}

/**
 * @param {File[]} files
 * @param {string} [folder] name of the folder that they were in
 * @returns {Choice}
 */
export function filesChoice(files, backend = "auto", precision = "auto", folder = undefined) {
  const name = folder ?? (files.length === 1 ? files[0].name : files[0]?.webkitRelativePath.split("/")[0]);
  return {
    model: files,
    name: shownName(name || "Model from this computer"),
    origin: "this computer",
    isDefault: false,
    backend,
    precision,
  };
}

/**
 * @returns {{ choice: Choice, problems: string[] }} what the page's address asks for; `problems` says which
 *   parts do not exist; there the page chooses
 */
export function choiceInAddress() {
  const query = new URLSearchParams(location.search);
  /** @type {string[]} */
  const problems = [];
  /** @param {string} name @param {string[]} known */
  const read = (name, known) => {
    const value = query.get(name) || "auto";
    if (known.includes(value)) return value;
    problems.push(`This page's address asks for the ${name} “${shownName(value)}”, which does not exist. There are: ${known.join(", ")}.`);
    return "auto";
  };
  const backend = read("backend", BACKENDS);
  const precision = read("precision", PRECISIONS);
  const model = query.get("model");
  return { choice: model ? addressChoice(model, backend, precision) : defaultChoice(backend, precision), problems };
}

/**
 * Refuses an address that the page cannot read. Its content security policy allows this site and https. The error is
 * made here, because the browser's refusal would look like a broken network.
 *
 * @param {Choice} choice
 */
export function requireReachable({ model }) {
  findModel(model, document.baseURI);
  if (typeof model !== "string" || !URL.canParse(model, document.baseURI)) return;
  const url = new URL(model, document.baseURI);
  if (url.protocol === "http:" && url.origin !== location.origin && !isLocal(url)) {
    throw badArgument(
      "This page loads models from other sites only over https.",
      "Write the address with https:// in front, or download the model and choose its files.",
    );
  }
}

/** A server on the visitor's own machine, which browsers trust as they trust https. @param {URL} url */
const isLocal = ({ hostname }) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

/**
 * Where a model comes from, in a word that stands beside its name.
 *
 * @param {string} address
 * @returns {string | null} null where it cannot be told
 */
function originOf(address) {
  try {
    const source = findModel(address, document.baseURI);
    if (source.kind === "hub") return new URL(HUB).host;
    if (source.kind !== "web") return null;
    const { origin, host } = new URL(source.folder);
    return origin === location.origin ? "this site" : shownPlace(host);
  } catch {
    return null; // not an address at all; the load reports it
  }
}

/** @param {string} address */
function nameOf(address) {
  const hub = readHubName(address);
  if (hub) return hub.weights?.split("/").at(-1) ?? hub.repository;
  const path = address.split(/[?#]/)[0];
  const parts = path.split("/").filter((part) => part && !/^https?:$/.test(part) && !/\.(safetensors|json)$/.test(part));
  return parts.at(-1) ?? address;
}
