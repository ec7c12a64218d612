// Where the model stands in the open chat. To stand somewhere else, the nearest known state is taken and only what came
// after it is read.

import { badArgument } from "../../engine/errors.js";
import { hasThought, withoutThought } from "../thoughts.js";
import { keepState, nearestState, readTurns } from "./states.js";
import { forgetsThoughts, takesSystem } from "./template-traits.js";

/**
 * @typedef {import("../../mamba.js").Engine} Engine
 * @typedef {import("../../mamba.js").Session} Session
 * @typedef {import("./open-chat.js").OpenChat} OpenChat
 * @typedef {import("./tree.js").Node} Node
 * @typedef {{ signal: AbortSignal, onPrefill: (progress: { read: number, total: number }) => void, isContinued?: boolean }} Reading
 *   `isContinued`: the last turn goes on
 */

const MOST_WAIT_MS = 1000;
/** No turn has this id. */
const NOWHERE = "nowhere";

/**
 * A turn as the turns after it have it, where the template leaves thoughts out. The state after it is another one than that
 * with the thoughts, so it has another name.
 *
 * @param {Node} node
 * @returns {Node}
 */
const told = (node) => (hasThought(node.answer) ? { ...node, id: `${node.id}-told`, answer: withoutThought(node.answer), ids: null } : node);

export class Standing {
  #engine;
  /** @type {Session | null} */
  #session = null;
  /** The turn after which the session stands; null: before the first one. @type {string | null} */
  #at = null;
  /** The last state that was kept, or is being kept. @type {Promise<void>} */
  #keeping = Promise.resolve();
  /** How often a session was given up: while one is looked for, it may be wanted no more. */
  #left = 0;

  #bookState;

  /** @param {() => Engine | null} engine @param {(book: string) => Promise<Uint8Array | null>} bookState */
  constructor(engine, bookState) {
    this.#engine = engine;
    this.#bookState = bookState;
  }

  get position() {
    return this.#session?.position ?? 0;
  }

  /**
   * A session that stands after a turn, and the position from which it read there. The session stays this one's own, and is to
   * be [released](Standing.release) after its use.
   *
   * @param {OpenChat} chat
   * @param {string | null} at
   * @param {Reading} reading
   */
  async stand({ tree, meta }, at, reading) {
    const engine = this.#require();
    let left = this.#left;
    const path = await this.#asRead(engine, tree.path(at), reading.isContinued ?? false);
    const last = path.at(-1);
    const end = last?.id ?? null;
    const standing = this.#session;
    if (standing && this.#at === end) {
      // A session that is being written down must not go on meanwhile. A disk that hangs must not hold it up.
      await Promise.race([this.#keeping, new Promise((resolve) => setTimeout(resolve, MOST_WAIT_MS))]);
      if (this.#session === standing) return { session: standing, from: standing.position };
    }
    void this.leave();
    left += 1;
    const { session, rest } = await this.#nearest(engine, meta, path);
    const from = session.position;
    const isWanted = () => this.#left === left;
    try {
      if (rest.length > 0) {
        if (isWanted()) this.#show(session); // so that the page can show the position while it reads
        await readTurns(engine, session, rest, reading);
      }
    } catch (error) {
      if (isWanted()) void this.leave();
      else this.release(session);
      throw error;
    }
    if (!isWanted()) return { session, from };
    this.#show(session, end);
    if (last && rest.length > 0 && !reading.isContinued) void this.keep(last, session);
    return { session, from };
  }

  /**
   * The turns as the model reads them now.
   *
   * @param {Engine} engine
   * @param {Node[]} path
   * @param {boolean} isContinued whether the last one goes on, for which it needs its own thought
   */
  async #asRead(engine, path, isContinued) {
    if (!path.some(({ answer }) => hasThought(answer)) || !(await forgetsThoughts(engine))) return path;
    return path.map((node, i) => (isContinued && i === path.length - 1 ? node : told(node)));
  }

  /**
   * Another session that stands after a turn. It is the caller's, who closes it.
   *
   * @param {OpenChat} chat
   * @param {string | null} at
   * @param {Reading} reading
   */
  async apart({ tree, meta }, at, reading) {
    const engine = this.#require();
    const { session, rest } = await this.#nearest(engine, meta, await this.#asRead(engine, tree.path(at), false));
    try {
      if (rest.length > 0) await readTurns(engine, session, rest, reading);
    } catch (error) {
      void session.close().catch(() => {});
      throw error;
    }
    return session;
  }

  /** Stands after the leaf if its state is known; nothing is read. @param {OpenChat} chat */
  async look({ tree }) {
    const engine = this.#engine();
    const path = tree.path();
    if (!engine || path.length === 0) return;
    const known = await nearestState(engine, path.slice(-1)).catch(() => null);
    if (!known) return;
    if (this.#session || this.#engine() !== engine || tree.leaf !== path.at(-1)?.id) return void known.session.close().catch(() => {});
    this.#show(known.session, tree.leaf);
  }

  /** The session went on to the end of a turn. @param {Node} node @param {Session} session */
  reached(node, session) {
    // One that was given up meanwhile has read what the chat no longer says, such as other instructions.
    if (this.#session !== session) return;
    this.#at = node.id;
    void this.keep(node, session);
  }

  /** Closes a session that was given up while it was used. @param {Session} session */
  release(session) {
    if (this.#session !== session) void session.close().catch(() => {}); // an engine that has ended has freed it
  }

  /** Keeps the state after a turn. @param {Node} node @param {Session} session */
  keep(node, session) {
    const engine = this.#engine();
    if (engine) this.#keeping = keepState(engine, node, session);
    return this.#keeping;
  }

  /** The session is in the middle of a turn: it stands nowhere that has a name. */
  depart() {
    this.#at = NOWHERE;
  }

  /** Gives the session up and closes it. */
  leave() {
    return this.forget()();
  }

  /** Gives the session up. @returns {() => Promise<void>} closes it, once it is idle */
  forget() {
    this.#left += 1;
    const [session, kept] = [this.#session, this.#keeping];
    this.#session = null;
    this.#at = null;
    return () => kept.then(() => session?.close()).catch(() => {}); // an engine that has ended has freed it
  }

  /** @param {Session} session @param {string | null} [at] */
  #show(session, at = NOWHERE) {
    this.#session = session;
    this.#at = at;
  }

  #require() {
    const engine = this.#engine();
    if (!engine) throw new TypeError("Nothing is answered before a model is there.");
    return engine;
  }

  /**
   * A session that stands as far along the way as a state is known, and the turns after it.
   *
   * @param {Engine} engine
   * @param {import("./store.js").Chat} meta
   * @param {import("./tree.js").Node[]} path
   */
  async #nearest(engine, meta, path) {
    const known = await nearestState(engine, path);
    return { session: known?.session ?? (await this.begin(engine, meta)), rest: path.slice(known?.read ?? 0) };
  }

  /**
   * A session before the first turn.
   *
   * @param {Engine} engine
   * @param {import("./store.js").Chat} meta
   */
  async begin(engine, { system, book }) {
    if (book) {
      const state = await this.#bookState(book);
      if (!state) throw badArgument("The memory that this chat began from is not in this browser.", "Open its file, or begin a new chat.");
      return engine.restore(state);
    }
    return engine.session(system && (await takesSystem(engine)) ? { system } : {});
  }
}
