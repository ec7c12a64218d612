// What the worker says while a call is under way, and what it says last.

import { asMambaError, outOfMemory, toPlain } from "../errors.js";
import { memoryBytes } from "./program.js";

/** @param {number} id @param {import("../session/protocol.js").CallEvent} event */
export const tell = (id, event) => self.postMessage({ id, event });

/** @param {unknown} reason what trapped or ran out of memory */
export function die(reason) {
  // Rust's allocator traps when wasm cannot grow, so a trap close to 4 GiB means that memory ran out.
  const isFull = memoryBytes() > 3.5 * 2 ** 30;
  self.postMessage({ fatal: toPlain(isFull ? outOfMemory(reason) : asMambaError(reason)) });
  self.close();
}
