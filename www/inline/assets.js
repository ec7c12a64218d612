// The parts of the program within scripts, for “mamba-web/inline”, in the place of ../engine/program/assets.js. Bundlers that
// know nothing of workers and wasm files need no configuration then. Each wasm is a module of its own, so that a page fetches
// only the one that it uses.

import helper from "packed:helper";
import worker from "packed:worker";
import { bytesOf } from "./base64.js";

/** @typedef {import("../engine/program/assets.js").WasmName} WasmName */
/** @typedef {import("../engine/program/assets.js").WorkerName} WorkerName */

/** @type {Record<WorkerName, string>} */
const WORKERS = { worker, helper };

/** @type {Record<WasmName, () => Promise<{ default: string, bytes: number }>>} */
const PACKED = {
  plain: () => import("packed:plain"),
  relaxed: () => import("packed:relaxed"),
  threads: () => import("packed:threads"),
  guide: () => import("packed:guide"),
};

/** A worker from a blob cannot import these modules: bundlers give them other names. */
export const WASM = null;

/** @type {Map<WorkerName, URL>} */
const addresses = new Map();

/** One for all engines of the page. @param {WorkerName} name @returns {URL} */
export function workerAddress(name) {
  const known = addresses.get(name);
  if (known) return known;
  const made = new URL(URL.createObjectURL(new Blob([WORKERS[name]], { type: "text/javascript" })));
  addresses.set(name, made);
  return made;
}

/** As a server would send it. @param {WasmName} name @returns {Promise<Response>} */
export async function fetchWasm(name) {
  const { default: packed, bytes } = await PACKED[name]();
  const unpacked = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked, { headers: { "Content-Type": "application/wasm", "Content-Length": String(bytes) } });
}
