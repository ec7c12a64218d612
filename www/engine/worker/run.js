// One run, from its request to its ending.

import { isFatal } from "../errors.js";
import { walkOf } from "../program/guide.js";
import { TOKENS_AHEAD } from "../session/protocol.js";
import { forgetLosses, readBack } from "./device.js";
import { theEngine } from "./engine.js";
import { turns } from "./in-turn.js";
import { nextTask } from "./next-task.js";
import { moduleOf } from "./program.js";
import { runs } from "./runs.js";
import { standing, theSession } from "./sessions.js";
import { nextStep } from "./steps.js";
import { tell } from "./tell.js";

/** @typedef {import("./runs.js").Run} Run */
/** @typedef {import("../session/protocol.js").Ending} Ending */
/** @typedef {import("../../mamba_web.js").WasmSession} WasmSession */

/** @param {Parameters<import("../session/protocol.js").Calls["run"]>[0]} args @param {number} id */
export async function run({ session: handle, request: { constraint, ahead = TOKENS_AHEAD, ...request } }, id) {
  const session = theSession(handle);
  /** @type {Run} */
  const run = { isStopped: false, untaken: 0, wake: () => {}, who: {} };
  runs.set(id, run);
  try {
    session.begin(request, constraint && (await walkFor(run, constraint)));
    const ending = await work(session, run, ahead, id);
    forgetLosses();
    return ending;
  } catch (error) {
    if (!isFatal(error)) await giveUp(session, id);
    throw error;
  } finally {
    turns.end(run.who);
    runs.delete(id);
  }
}

/**
 * A walk for the constraint; none where the run is stopped before its module has come.
 *
 * @param {Run} run
 * @param {import("../session/arguments.js").Constraint} constraint
 */
async function walkFor(run, constraint) {
  const coming = walkOf(theEngine(), constraint, moduleOf);
  const stopped = new Promise((/** @type {(none: undefined) => void} */ resolve) => (run.wake = () => resolve(undefined)));
  const walk = await Promise.race([coming, stopped]);
  if (!walk) void coming.then((late) => late.free(), () => {}); // nobody waits for it any more
  return walk;
}

/**
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} ahead tokens that may be begun before their turn
 * @param {number} id
 * @returns {Promise<Ending>}
 */
async function work(session, run, ahead, id) {
  for (;;) {
    await nextTask();
    while (run.untaken > ahead && !run.isStopped) {
      await turns.pause(run.who, new Promise((resolve) => (run.wake = () => resolve(undefined))));
    }
    const step = await nextStep(session, run, id);
    if (!step) {
      const text = session.cancel();
      await readBack(session, id);
      return ending(session, "cancelled", text);
    }
    const at = standing(session);
    if (step.kind === "end") return ending(session, step.reason, step.text);
    if (step.kind === "token") {
      run.untaken += 1;
      tell(id, { pieces: [{ id: step.id, text: step.text, ...session.weighed() }], at });
    } else {
      tell(id, { prefill: { read: step.read, total: step.total }, at });
    }
  }
}

/**
 * @param {WasmSession} session
 * @param {Ending["reason"]} reason
 * @param {string} text
 * @returns {Ending}
 */
const ending = (session, reason, text) => ({
  reason,
  text,
  ids: session.ids() ?? null,
  surprise: session.surprises(),
  ...standing(session),
});

/** Ends a run that went wrong, as well as can be. @param {WasmSession} session @param {number} id */
async function giveUp(session, id) {
  session.cancel();
  try {
    await readBack(session, id);
  } catch (error) {
    console.debug(error); // the first error is reported; the next call on this session tries again
  }
}
