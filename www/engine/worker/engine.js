// The engine of this worker: how it is loaded, and how it may come to the GPU.

import { asMambaError, badArgument, isFatal } from "../errors.js";
import { loadModel } from "../files/load-model.js";
import { buildReason, watchProgram, whenReady } from "./program.js";
import { die, tell } from "./tell.js";

/** @typedef {Parameters<import("../session/protocol.js").Calls["load"]>[0]} Wanted */

/** @type {import("../../mamba_web.js").WasmEngine | undefined} */
let engine;
/** @type {Wanted | undefined} */
let loaded;
/** @type {import("../files/files.js").Storage} */
let storage = { isKept: false, problem: null };

export function theEngine() {
  if (!engine) throw badArgument("No model is loaded.");
  return engine;
}

/** What the engine was loaded from, to load it again. */
export const loadedFrom = () => loaded;

export const info = () => ({ ...theEngine().info(), buildReason: buildReason(), storage });

/** @param {Wanted} wanted @param {number} id */
export async function load(wanted, id) {
  const report = (/** @type {import("../fetch/progress.js").Progress} */ progress) => tell(id, { progress });
  const result = await loadModel({ ...wanted, ...whenReady(), report, watchProgram });
  ({ engine, storage } = result);
  loaded = wanted;
  // When the load began, it looked as if the model could be kept.
  if (engine.mayMove && !result.canReadAgain) engine.stay("The model could not be kept in this browser, so it was not loaded again for the GPU.");
  else if (engine.mayMove) void tryGpu(wanted);
  return info();
}

/**
 * Loads the model a second time, for the GPU, while the CPU answers already. The faster one goes on, in the middle of a
 * sentence too.
 *
 * @param {Wanted} wanted
 */
async function tryGpu(wanted) {
  try {
    const { wasm } = await whenReady().wasmIsReady;
    await wasm.WasmEngine.findGpu();
    const rival = await loadModel({ ...wanted, trial: "rival", ...whenReady(), report: () => {} });
    await theEngine().race(rival.engine);
  } catch (error) {
    if (isFatal(error)) return die(error);
    theEngine().stay(asMambaError(error).message);
  }
  self.postMessage({ info: info() });
}
