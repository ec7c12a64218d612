// What the Lab's worker can do, by name. scripts/lab-examples.mjs runs the same functions in node.

import * as duality from "./duality.js";
import * as linear from "./linear.js";
import * as price from "./price.js";

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {(wasm: Wasm, input: any, say: (part: unknown) => void) => unknown} Job */

/** @type {Record<string, Job>} */
export const JOBS = {
  "duality.attend": duality.attend,
  "duality.measure": duality.measure,
  "linear.hippo": linear.hippo,
  "linear.move": linear.move,
  "linear.run": linear.run,
  "price.measure": price.measure,
};
