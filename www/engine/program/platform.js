// What the engine needs of a browser. The package for Node has ../node/platform.js in its place (scripts/package.mjs).

import { scriptAddress } from "./script-address.js";
import { notFromThere } from "./why-not-started.js";

/** Whether what is downloaded is kept, where the caller does not say. */
export const KEEPS = true;

/** What a relative address is relative to. */
export const baseAddress = () => globalThis.document?.baseURI ?? globalThis.location.href;

/** The address that a caller's text means. @param {string} text */
export const addressOf = (text) => text;

/** Whether threads may share memory. */
export const sharesMemory = () => globalThis.crossOriginIsolated;

export const countCores = () => navigator.hardwareConcurrency || 1;

/** @param {URL} url @param {string} name @returns {Worker} */
export function startWorker(url, name) {
  try {
    return new Worker(scriptAddress(url), { type: "module", name });
  } catch (cause) {
    if (/** @type {Error} */ (cause).name !== "SecurityError") throw cause;
    throw notFromThere(url);
  }
}

/** Whether something is awaited of a worker. Node lives until then. @type {(worker: Worker, isAwaited: boolean) => void} */
export const holdOpen = () => {};

/** @param {string} url of a file of the program @param {RequestInit} options */
export const fetchProgram = (url, options) => fetch(url, options);
