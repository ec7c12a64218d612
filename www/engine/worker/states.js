// The states that this worker keeps for its model (../states/).

import { asMambaError } from "../errors.js";
import { roomLeft } from "../keep/store.js";
import { StateKeeper } from "../states/keeper.js";
import { StateFiles } from "../states/state-files.js";
import { theEngine } from "./engine.js";
import { open, snapshot, theSession } from "./sessions.js";

/** A kept state that cannot be opened for one of these reasons is as good as none. */
const NO_STATE = new Set(["bad-state", "wrong-model"]);

/** @type {StateKeeper | undefined} */
let states;

export function theStates() {
  const { modelHash } = theEngine().info();
  return (states ??= new StateKeeper(modelHash, new StateFiles(modelHash), roomLeft));
}

/** @param {{ key: string, session: number, packing?: string, text?: string }} args @param {number} id */
export async function putState({ key, session, packing, text }, id) {
  return theStates().put(key, await snapshot(theSession(session), packing, text, id));
}

/** @param {{ key: string }} args */
export async function openState({ key }) {
  const bytes = await theStates().get(key);
  try {
    return bytes && open(bytes);
  } catch (error) {
    if (!NO_STATE.has(asMambaError(error).code)) throw error;
    console.debug(error);
    await theStates().forget(key);
    return null;
  }
}
