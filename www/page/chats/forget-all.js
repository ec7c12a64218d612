// Deletes everything that this page keeps in this browser.

import { deleteDB } from "idb";
import { ask } from "../ask.js";
import { byId } from "../dom.js";
import { inTime } from "../../engine/keep/file-access.js";
import { cachesOf } from "../../offline/names.js";
import { BOOKS } from "../books/shelf.js";
import { VERSIONS } from "./store.js";

/** Another tab may hold a store open for ever. */
const DELETE_MS = 4000;

/**
 * @param {object} parts
 * @param {import("./library.js").Library} parts.library
 * @param {() => Promise<void>} parts.endAll ends the chat and the engine, so that nothing writes any more
 */
export function setUpForgetAll({ library, endAll }) {
  byId("forget-all", HTMLButtonElement).addEventListener("click", async () => {
    byId("settings", HTMLDialogElement).close();
    const isWanted = await ask({
      title: "Delete everything that this page keeps?",
      text: "All chats, models, states and settings of this page in this browser are deleted, and the page itself, so it needs the network to open again. This cannot be undone.",
      yes: "Delete everything",
      no: "Keep it",
    });
    if (!isWanted) return;
    await endAll();
    await library.end();
    const left = await forgetAll();
    if (left.length === 0) return location.replace(location.pathname);
    await ask({
      title: "Not everything could be deleted",
      text: `Left: ${left.join(", ")}. Close the other tabs of this page and try again.`,
      yes: "Open the page again",
      no: "Close",
    });
    location.reload();
  });
}

/** @returns {Promise<string[]>} what could not be deleted, in words */
export async function forgetAll() {
  /** @type {[string, () => Promise<unknown>][]} */
  const steps = [
    ["chats", () => Promise.all(VERSIONS.map(({ name }) => deleteDB(name)))],
    ["memories of texts", () => deleteDB(BOOKS)],
    ["models and states", forgetFiles],
    ["the page's own files", forgetCaches],
    ["settings", forgetSettings],
  ];
  const left = [];
  for (const [name, forget] of steps) {
    try {
      await inTime(forget(), DELETE_MS);
    } catch (error) {
      console.debug(error);
      left.push(name);
    }
  }
  return left;
}

/** Models and states lie in the origin private file system. */
async function forgetFiles() {
  const root = await navigator.storage?.getDirectory?.().catch(() => null);
  if (!root) return;
  for await (const name of /** @type {AsyncIterable<string>} */ (/** @type {any} */ (root).keys())) {
    if (name.startsWith("mamba-web")) await root.removeEntry(name, { recursive: true });
  }
}

async function forgetCaches() {
  const scope = new URL("./", document.baseURI).href;
  const registration = await navigator.serviceWorker?.getRegistration(scope);
  await registration?.unregister();
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith(cachesOf(scope))) await caches.delete(name);
}

async function forgetSettings() {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) if (key.startsWith("mamba-web")) storage.removeItem(key);
  }
}
