// A memory as a file: the .mstate file of its state, whose text says what it is. docs/chats.md has the format.

import { shownName } from "../shown-text.js";

/**
 * @typedef {import("../../mamba.js").Engine} Engine
 * @typedef {import("../../mamba.js").Session} Session
 * @typedef {import("./shelf.js").Book} Book
 */

const FORMAT = "mamba-web-memory";
const VERSION = 1;
const MOST_NAME = 80;

/** @param {Engine} engine whose memory it is @param {Book} book @param {Uint8Array} state @returns {Promise<Uint8Array>} */
export async function bookToFile(engine, book, state) {
  const session = await engine.restore(state);
  try {
    const { modelHash: _, modelName: __, ...about } = book; // the state says which model it is of
    return await session.snapshot({ text: JSON.stringify({ format: FORMAT, version: VERSION, memory: about }) });
  } finally {
    void session.close().catch(() => {});
  }
}

/**
 * What a state with this text is, if it is no chat. A state without a text is a memory too: some other program has made it.
 *
 * @param {Session} session restored from the file
 * @param {string} name of the file
 * @returns {Omit<Book, "modelHash" | "modelName"> | null} null where it is something else
 */
export function bookIn({ text, position }, name) {
  if (text === null || text === "") return checked({ name: name.replace(/\.mstate$/i, "") }, position);
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  return found?.format === FORMAT && found.version <= VERSION ? checked(found.memory ?? {}, position) : null;
}

/** @param {Record<string, unknown>} of as anybody may have written it @param {number} position tokens that the state has read */
function checked({ id, name, characters, isWhole, createdAt }, position) {
  const count = (/** @type {unknown} */ value) => (typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : 0);
  return {
    id: typeof id === "string" && /^[\w-]{8,64}$/.test(id) ? id : "",
    name: (typeof name === "string" && shownName(name).slice(0, MOST_NAME)) || "A memory",
    characters: count(characters),
    tokens: position,
    isWhole: isWhole !== false,
    createdAt: Math.min(count(createdAt), Date.now()) || Date.now(),
  };
}
