// Whether the tab died the last time it loaded a model. Phones end a tab that takes too much memory without notice, and
// load it again. Without this note the page would at once repeat what killed it.

import { recall, remember } from "./storage.js";

const NOTE = "loading";
/** Held while a load is under way, so that another tab's load is not taken for a dead one. */
const LOCK = "mamba-web-loading";

/** Every device has room for less. A note that stays by accident would ask a question that nobody understands. */
const LARGE_BYTES = 100e6;

/** @typedef {{ name: string, backend: string, bytes: number }} Died */

let release = () => {};
let isNoted = false;

/** A load is under way. @param {import("./model.js").Choice} choice @param {number | null} bytes of the model */
export function noteLoading({ name, backend }, bytes) {
  if (isNoted || bytes === null || bytes < LARGE_BYTES) return;
  isNoted = true;
  remember(NOTE, JSON.stringify({ name, backend, bytes }));
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  navigator.locks?.request(LOCK, { mode: "shared" }, () => held).catch(() => {});
}

/** The load has ended, well or not. */
export function noteLoaded() {
  if (!isNoted) return;
  isNoted = false;
  release();
  remember(NOTE, null);
}

/** @returns {Promise<Died | null>} the load that this page died of at its last visit */
export async function findDied() {
  const note = recall(NOTE);
  if (note === null) return null;
  const others = await navigator.locks?.query().catch(() => ({ held: [] }));
  if (others?.held?.some(({ name }) => name === LOCK)) return null;
  remember(NOTE, null);
  try {
    const { name, backend, bytes } = JSON.parse(note);
    return { name: String(name), backend: String(backend), bytes: Number(bytes) };
  } catch {
    return null; // damaged
  }
}

// A page that is closed or reloaded while it loads has not died.
addEventListener("pagehide", () => noteLoaded());
