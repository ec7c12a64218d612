// Which model is meant: the page's own, the one in the page's address
// (?model=…&backend=…&precision=…), or one that the visitor names.

import { badArgument } from "../engine/errors.js";
import { readHubName } from "../engine/hub.js";
import { DEFAULT_MODEL } from "./default-model.js";

/** @typedef {import("./model.js").Choice} Choice */

/** @returns {Choice} */
export const defaultChoice = (backend = "auto", precision = "auto") => ({
  model: DEFAULT_MODEL.address,
  name: DEFAULT_MODEL.name,
  isDefault: true,
  backend,
  precision,
});

/**
 * @param {string} address
 * @returns {Choice}
 */
export function addressChoice(address, backend = "auto", precision = "auto") {
  const url = URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
  const own = new URL(DEFAULT_MODEL.address, document.baseURI);
  if (url && url.href.replace(/\/$/, "") === own.href.replace(/\/$/, "")) return defaultChoice(backend, precision);
  return { model: address, name: nameOf(address), isDefault: false, backend, precision };
}

/**
 * @param {File[]} files
 * @param {string} [folder] name of the folder that they were in
 * @returns {Choice}
 */
export function filesChoice(files, backend = "auto", precision = "auto", folder = undefined) {
  const name = folder ?? (files.length === 1 ? files[0].name : files[0]?.webkitRelativePath.split("/")[0]);
  return { model: files, name: name || "Model from this computer", isDefault: false, backend, precision };
}

/** @returns {Choice} what the page's address asks for; the engine checks the values */
export function choiceInAddress() {
  const query = new URLSearchParams(location.search);
  const backend = query.get("backend") || "auto";
  const precision = query.get("precision") || "auto";
  const model = query.get("model");
  return model ? addressChoice(model, backend, precision) : defaultChoice(backend, precision);
}

/**
 * The page's own content security policy lets it read from this site and over https; said
 * here, because the browser's refusal would look like a broken network.
 *
 * @param {Choice} choice
 */
export function requireReachable({ model }) {
  if (typeof model !== "string" || !URL.canParse(model, document.baseURI)) return;
  const url = new URL(model, document.baseURI);
  if (url.protocol === "http:" && url.origin !== location.origin) {
    throw badArgument(
      "This page loads models from other sites only over https.",
      "Write the address with https:// in front, or download the model and choose its files.",
    );
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
