// The states after the chats' turns. The engine keeps them, in memory and on the disk. They are a cache: where one is
// missing, the text is read again.

import { StateFiles } from "../../engine/states/state-files.js";

/**
 * @typedef {import("../../mamba.js").Engine} Engine
 * @typedef {import("../../mamba.js").Session} Session
 * @typedef {import("./tree.js").Node} Node
 */

/** A state is kept after so many turns that are read again, so that a stop or a crash does not lose all of the reading. */
const TURNS_AT_ONCE = 32;

/** @param {Pick<Node, "chat" | "id">} node */
const keyOf = ({ chat, id }) => `${chat}/${id}`;

/** Keeps the state after a turn. @param {Engine} engine @param {Node} node @param {Session} session */
export async function keepState(engine, node, session) {
  try {
    await engine.states.put(keyOf(node), session);
  } catch (error) {
    console.debug(error); // the engine ended, or the session goes on already
  }
}

/** Drops the state after a turn whose answer goes on. @param {Engine} engine @param {Node} node */
export async function dropState(engine, node) {
  try {
    await engine.states.drop(keyOf(node));
  } catch (error) {
    console.debug(error); // the engine ended
  }
}

/**
 * The state after the last of some turns whose state is known.
 *
 * @param {Engine} engine
 * @param {Node[]} path
 * @returns {Promise<{ session: Session, read: number } | null>} `read`: how many of the turns it has read
 */
export async function nearestState(engine, path) {
  if (path.length === 0) return null;
  const there = new Set(await engine.states.has(path.map(keyOf)));
  for (let read = path.length; read > 0; read--) {
    const key = keyOf(path[read - 1]);
    const session = there.has(key) ? await engine.states.open(key) : null;
    if (session) return { session, read };
  }
  return null;
}

/**
 * Deletes the states of a chat, of all models.
 *
 * @param {Engine | null} engine
 * @param {string} chat
 */
export async function dropStates(engine, chat) {
  const prefix = `${chat}/`;
  try {
    if (engine) return await engine.states.drop(prefix);
    // Without an engine there are only the files.
    const files = new StateFiles("");
    for (const state of await files.list()) if (state.key.startsWith(prefix)) await files.remove(state);
  } catch (error) {
    console.debug(error); // this browser window has no files
  }
}

/**
 * Reads turns into a session as if they had been had there.
 *
 * @param {Engine} engine
 * @param {Session} session
 * @param {Node[]} turns
 * @param {{ signal: AbortSignal, onPrefill: (progress: { read: number, total: number }) => void }} options
 */
export async function readTurns(engine, session, turns, { signal, onPrefill }) {
  const { modelHash } = engine.info;
  const lettersOf = (/** @type {Node[]} */ of) => of.reduce((sum, { message, answer }) => sum + message.length + answer.length + 1, 0);
  const letters = lettersOf(turns);
  let before = 0;
  for (let at = 0; at < turns.length; at += TURNS_AT_ONCE) {
    const part = turns.slice(at, at + TURNS_AT_ONCE);
    // The ids of another model's turns mean nothing to this one.
    const known = part.map(({ message, answer, ids, modelHash: of }) => ({ message, answer, ids: of === modelHash ? ids : null }));
    let size = 0;
    const share = lettersOf(turns.slice(0, at + part.length)) / letters;
    await session.read(known, {
      signal,
      onPrefill({ read, total }) {
        size = total;
        // How many tokens the rest has is known only once it is read.
        onPrefill({ read: before + read, total: Math.round((before + total) / share) });
      },
    });
    before += size;
    if (at + part.length < turns.length) await keepState(engine, part[part.length - 1], session);
  }
}
