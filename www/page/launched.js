// What other programs of the device pass to the installed page: a model's file to open, a text or an address that is
// shared (manifest.json). It is put where the visitor sees it. Nothing starts without the visitor.

import { filesChoice } from "./address.js";
import { byId } from "./dom.js";

/** @typedef {{ setConsumer: (take: (launch: { files?: FileSystemFileHandle[] }) => void) => void }} LaunchQueue */

/**
 * @param {(choice: import("./model.js").Choice) => void} load
 * @param {() => void} openModels
 */
export function setUpLaunches(load, openModels) {
  const { launchQueue } = /** @type {{ launchQueue?: LaunchQueue }} */ (/** @type {unknown} */ (window));
  launchQueue?.setConsumer(async ({ files = [] }) => {
    if (files.length === 0) return;
    load(filesChoice(await Promise.all(files.map((handle) => handle.getFile()))));
  });

  const query = new URLSearchParams(location.search);
  const shared = (query.get("shared-url") ?? query.get("shared-text") ?? "").trim();
  for (const name of ["shared-text", "shared-url"]) query.delete(name);
  if (shared === "") return;
  // A reload must not share it again.
  history.replaceState(history.state, "", `${location.pathname}${query.size > 0 ? `?${query}` : ""}`);
  if (/^(https:\/\/|hf:)\S+$/.test(shared)) {
    openModels();
    byId("model-address", HTMLInputElement).value = shared;
  } else {
    byId("message", HTMLTextAreaElement).value = shared;
  }
}
