// A chat from a link once more, from its first turn: the model of this page writes each answer with the settings and the seed
// that the link gives. So its state after the chat is one that it has come to itself.

import { requestOf } from "../../settings.js";
import { keepState, readTurns } from "../states.js";

/**
 * @typedef {import("../../../mamba.js").Engine} Engine
 * @typedef {import("../../../mamba.js").Session} Session
 * @typedef {import("../tree.js").Node} Node
 *
 * @typedef {"same" | "other" | "read"} Outcome of an answer. "other": this model has written another one here. "read": the link
 *   does not say how it was written
 *
 * @typedef {object} Replaying
 * @property {AbortSignal} signal
 * @property {(written: number) => void} onTurn called before each turn
 * @property {() => void} onToken
 */

/** Whether the link says how the answer was written. @param {Node} node @param {string} modelHash of the model that is to write it */
export const isReplayable = ({ settings, modelHash: of }, modelHash) => of !== "" && of === modelHash && settings !== null && (settings.seed !== null || settings.temperature === 0);

/**
 * Writes, or else reads, the turns of a chat in their order, and keeps the state after each.
 *
 * @param {Engine} engine
 * @param {Session} beginning before the first turn. It is closed
 * @param {Node[]} turns they get the ids that the model has read
 * @param {Replaying} replaying
 * @returns {Promise<Outcome[]>} one for each turn
 */
export async function replay(engine, beginning, turns, { signal, onTurn, onToken }) {
  /** @type {Outcome[]} */
  const outcomes = [];
  let session = beginning;
  try {
    for (const [at, node] of turns.entries()) {
      onTurn(at);
      /** @type {Outcome} */
      let outcome = "read";
      if (isReplayable(node, engine.info.modelHash)) {
        const trial = await session.fork();
        const isSame = await writesTheSame(trial, node, signal, onToken).catch(async (error) => {
          await trial.close().catch(() => {}); // an engine that has ended has freed it
          throw error;
        });
        outcome = isSame ? "same" : "other";
        const unused = isSame ? session : trial;
        if (isSame) session = trial;
        await unused.close();
      }
      if (outcome === "same") node.ids = session.lastRun?.ids ?? null;
      else await readTurns(engine, session, [node], { signal, onPrefill: onToken });
      await keepState(engine, node, session);
      outcomes.push(outcome);
    }
  } finally {
    void session.close().catch(() => {});
  }
  return outcomes;
}

/**
 * @param {Session} session before the turn
 * @param {Node} node
 * @param {AbortSignal} signal
 * @param {() => void} onToken
 */
async function writesTheSame(session, { message, answer, settings }, signal, onToken) {
  let text = "";
  for await (const piece of session.generate({ ...requestOf(settings), message, signal })) {
    text += piece.text;
    onToken();
    // The rest needs not be written.
    if (!answer.startsWith(text)) return false;
  }
  return text === answer;
}
