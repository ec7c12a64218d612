// A chat with the state that a model has after it: an .mstate file whose text is the chat in JSON.

import { hasRounds } from "../../tools/rounds.js";
import { keepState, nearestState } from "../states.js";
import { Tree } from "../tree.js";
import { BadChats, chatsFromJson, chatsToJson } from "./chats-json.js";

/** @typedef {import("../../../mamba.js").Engine} Engine */
/** @typedef {import("../library.js").Whole} Whole */

/**
 * @param {Engine} engine
 * @param {Whole} whole
 * @returns {Promise<Uint8Array>}
 * @throws {BadChats} where the model has not read the chat to its end
 */
export async function chatToState(engine, whole) {
  const path = new Tree(whole.nodes, whole.chat.leaf).path();
  if (path.some(hasRounds)) throw new BadChats("A memory of a chat in which the model used tools cannot be saved. Save the chat as JSON: that has all of it.");
  const known = await nearestState(engine, path);
  if (!known || known.read < path.length) {
    void known?.session.close().catch(() => {});
    throw new BadChats("The present model has not read this chat to its end. Send a message in it first, or save it as JSON.");
  }
  try {
    // Only the way that it remembers.
    return await known.session.snapshot({ text: chatsToJson([{ chat: whole.chat, nodes: path }]) });
  } finally {
    void known.session.close().catch(() => {});
  }
}

/**
 * @param {Engine} engine that keeps the state, so that nothing of the chat is read again
 * @param {Uint8Array} bytes of an .mstate file
 * @returns {Promise<Whole[]>}
 */
export async function chatsFromState(engine, bytes) {
  const session = await engine.restore(bytes);
  try {
    if (!session.text) throw new BadChats("It is a memory without its text, so there is no chat to show.");
    const wholes = chatsFromJson(session.text);
    for (const { chat, nodes } of wholes) {
      const leaf = nodes.find(({ id }) => id === chat.leaf);
      if (leaf) await keepState(engine, leaf, session);
    }
    return wholes;
  } finally {
    void session.close().catch(() => {});
  }
}
