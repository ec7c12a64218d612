// The steps of the runs (a block of the prompt or one token each), alone or in passes.

import { Passes } from "../session/passes.js";
import { withDevice } from "./device.js";
import { theEngine } from "./engine.js";
import { turns } from "./in-turn.js";
import { nextTask } from "./next-task.js";
import { runs } from "./runs.js";

/** @typedef {import("./runs.js").Run} Run */
/** @typedef {import("../../mamba_web.js").WasmSession} WasmSession */
/** @typedef {Exclude<import("../../mamba_web.js").Step, { kind: "waiting" }>} Step one that is done */

/** @type {Passes<{ session: WasmSession, run: Run }, Step | null | undefined>} */
const passes = new Passes(async (isMidStep) => {
  await turns.take(passes, isMidStep);
  await nextTask(); // whoever was in the last pass is ready by then
}, advance);

/**
 * Does the next step, by itself or in a pass with those of other sessions; null when the run is stopped.
 *
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} id
 */
export async function nextStep(session, run, id) {
  for (;;) {
    const who = runs.size > 1 && session.mayJoin ? passes : run;
    if (run.who !== who) turns.end(run.who);
    run.who = who;
    if (who === run) {
      await turns.take(run);
      return oneStep(session, run, id);
    }
    const step = await withDevice(() => passes.join({ session, run }), id);
    if (step !== undefined) return step;
  }
}

/**
 * Goes on with a step of each. It is null for those that are stopped, and undefined for those that may not join any more,
 * because the model has moved meanwhile to where it cannot: they have to do it by themselves.
 *
 * @param {{ session: WasmSession, run: Run }[]} members
 * @returns {import("../session/passes.js").Outcome<Step | null | undefined>[]}
 */
function advance(members) {
  const joins = members.map(({ session, run }) => !run.isStopped && session.mayJoin);
  const pass = theEngine().pass();
  members.forEach(({ session }, index) => joins[index] && pass.add(session));
  const outcomes = pass.advance();
  return members.map(({ session, run }, index) => {
    const outcome = joins[index] && outcomes.shift();
    if (!outcome) return { step: run.isStopped ? null : undefined };
    if ("error" in outcome) return outcome;
    const { step } = outcome;
    return step.kind === "waiting" ? { waits: session.arrival() } : { step };
  });
}

/**
 * Does one step and waits for it; null when the run is stopped. The turn is kept until the step is done. Otherwise a
 * session that does not fit the GPU beside another one would read again for ever what the other one's turn drops.
 *
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} id
 */
async function oneStep(session, run, id) {
  while (!run.isStopped) {
    const step = await withDevice(() => session.advance(), id);
    if (step.kind !== "waiting") return step;
    await session.arrival();
    await nextTask();
  }
  return null;
}
