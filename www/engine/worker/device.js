// Work that may need the GPU: how it is waited for, and what happens if the GPU is lost.

import { asMambaError } from "../errors.js";
import { loadModel } from "../files/load-model.js";
import { info, loadedFrom, theEngine } from "./engine.js";
import { nextTask } from "./next-task.js";
import { whenReady } from "./program.js";
import { tell } from "./tell.js";

/** @typedef {import("../../mamba_web.js").WasmSession} WasmSession */

/** A GPU that is lost this often, without a successful run in between, will be lost again. */
const MOST_LOSSES = 2;

/** @type {Promise<void> | undefined} while a lost GPU is being replaced */
let recovery;
/** How often a GPU was lost since the last successful run. */
let losses = 0;

/** To be called after a successful run. */
export function forgetLosses() {
  losses = 0;
}

/**
 * Does something that may need the GPU. If the GPU is lost, the model moves to another device or to the CPU and the work
 * is done again. The sessions know what they have to read again.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 * @param {number} id of the call that it is for, which is told where the model is now
 * @returns {Promise<T>}
 */
export async function withDevice(work, id) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const cause = asMambaError(error);
      const loaded = loadedFrom();
      if (cause.code !== "device-lost" || !loaded) throw error;
      tell(id, { lost: true });
      recovery ??= recover(loaded, cause).finally(() => (recovery = undefined));
      await recovery;
      tell(id, { info: info() });
    }
  }
}

/**
 * Loads the model again, on a GPU if there still is one. A caller who asked for the GPU gets the CPU instead of half an
 * answer, and `backendReason` says so.
 *
 * @param {import("./engine.js").Wanted} wanted
 * @param {import("../errors.js").MambaError} cause
 */
async function recover(wanted, cause) {
  losses += 1;
  // Without a trial on the CPU first, after which nothing would try the GPU again.
  const again = { ...wanted, trial: /** @type {const} */ ("rival"), ...whenReady(), report: () => {} };
  let whyNot = `It was lost ${losses} times in a row`;
  if (losses <= MOST_LOSSES) {
    try {
      const { engine: fresh } = await loadModel(again);
      theEngine().replace(fresh, `${cause.message} The model was loaded again. ${fresh.info().backendReason}`);
      return;
    } catch (error) {
      console.debug(error);
      whyNot = asMambaError(error).message.replace(/\.$/, "");
    }
  }
  const { options } = wanted;
  const precision = options.precision === "f16" ? "auto" : options.precision;
  const { engine: fresh } = await loadModel({ ...again, options: { ...options, backend: "cpu", precision } });
  theEngine().replace(fresh, `${cause.message} It could not be used again (${whyNot}), so the CPU took over.`);
}

/** Waits until the session's state is in the worker's memory. @param {WasmSession} session @param {number} id */
export async function readBack(session, id) {
  while (!(await withDevice(() => session.readBack(), id))) {
    await session.arrival();
    await nextTask();
  }
}
