// What the Lab's worker can do, by name. scripts/lab-examples.mjs runs the same functions in node.

import * as block from "./block.js";
import * as dna from "./dna.js";
import * as duality from "./duality.js";
import * as experiments from "./experiments.js";
import * as linear from "./linear.js";
import * as memory from "./memory.js";
import * as price from "./price.js";
import * as watch from "./watch.js";

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {(wasm: Wasm, input: any, say: (part: unknown) => void) => unknown} Job */

/** @type {Record<string, Job>} */
export const JOBS = {
  "block.load": block.load,
  "block.read": block.read,
  "dna.count": dna.count,
  "dna.load": dna.load,
  "dna.read": dna.read,
  "duality.load": duality.load,
  "duality.attend": duality.attend,
  "duality.measure": duality.measure,
  "experiments.ask": experiments.ask,
  "experiments.begin": experiments.begin,
  "experiments.change": experiments.change,
  "experiments.fork": experiments.fork,
  "experiments.load": experiments.load,
  "experiments.save": experiments.save,
  "experiments.undo": experiments.undo,
  "linear.hippo": linear.hippo,
  "linear.move": linear.move,
  "linear.run": linear.run,
  "memory.ask": memory.ask,
  "memory.load": memory.load,
  "memory.measure": memory.measure,
  "price.measure": price.measure,
  "watch.frames": watch.frames,
  "watch.load": watch.load,
  "watch.read": watch.read,
};
