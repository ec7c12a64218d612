// The chat: a session, its turns, and the state before the last of them.

import { asMambaError } from "../engine/errors.js";
import { announce, byId } from "./dom.js";
import { streamAnswer } from "./stream-answer.js";
import { TurnView } from "./turn-view.js";

/** @typedef {import("../mamba.js").Session} Session */

/**
 * @typedef {object} Turn
 * @property {string} message
 * @property {TurnView} view
 * @property {Session | null} before the state that the message was read into. Regenerating
 *   starts from a copy of it, so the conversation is never read a second time. It costs one
 *   state (760 KiB for the page's own model, whatever the length of the chat); only the last
 *   turn can be regenerated, so only its state is kept.
 * @property {number} attempt
 *
 * @typedef {object} ChatParts
 * @property {() => import("../mamba.js").Engine | null} engine
 * @property {import("./settings.js").Settings} settings
 * @property {import("./running.js").Running} running
 * @property {import("./follow-scroll.js").FollowScroll} scroll
 * @property {() => void} onChange something began, ended or was cleared
 * @property {() => void} onToken tokens were read or written
 * @property {(error: import("../mamba.js").MambaError) => import("./problem.js").WayOut[]} waysOut of a failed answer
 */

export class Chat {
  #parts;
  #list = byId("turns", HTMLOListElement);
  /** @type {Session | null} */
  #session = null;
  /** @type {Turn[]} */
  #turns = [];

  /** @param {ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get position() {
    return this.#session?.position ?? 0;
  }

  get isEmpty() {
    return this.#turns.length === 0;
  }

  /** Ends this chat; the next message begins another. */
  async clear() {
    await this.#parts.running.stop();
    const sessions = [this.#session, this.#turns.at(-1)?.before];
    this.#session = null;
    this.#turns = [];
    this.#list.replaceChildren();
    this.#parts.onChange();
    // A worker that is gone has freed them already.
    for (const session of sessions) session?.close().catch(() => {});
  }

  /** @param {string} message */
  send(message) {
    return this.#parts.running.run(async (signal) => {
      const view = new TurnView(message, {
        regenerate: () => this.#regenerate(turn),
        goOn: () => this.#goOn(turn),
        follow: () => this.#parts.scroll.follow(),
      });
      /** @type {Turn} */
      const turn = { message, view, before: null, attempt: 0 };
      const previous = this.#turns.at(-1);
      previous?.view.showActions({ canRegenerate: false, canGoOn: false });
      this.#turns.push(turn);
      this.#list.append(view.element);
      view.begin({ isContinued: false });
      this.#parts.onChange();
      this.#parts.scroll.jump();
      await this.#guard(turn, async () => {
        this.#session ??= await this.#newSession();
        turn.before = await this.#session.fork();
        await previous?.before?.close();
        if (previous) previous.before = null;
        await this.#answer(turn, { message }, signal);
      });
    });
  }

  /** @param {Turn} turn */
  #regenerate(turn) {
    return this.#parts.running.run(async (signal) => {
      turn.attempt += 1;
      turn.view.begin({ isContinued: false });
      turn.view.showActions({ canRegenerate: false, canGoOn: false });
      await this.#guard(turn, async () => {
        const { before } = turn;
        if (!before) return;
        const old = this.#session;
        this.#session = await before.fork();
        await old?.close();
        await this.#answer(turn, { message: turn.message }, signal);
      });
    });
  }

  /** Past the longest answer, from the state as it is. @param {Turn} turn */
  #goOn(turn) {
    return this.#parts.running.run(async (signal) => {
      turn.view.begin({ isContinued: true });
      turn.view.showActions({ canRegenerate: false, canGoOn: false });
      await this.#guard(turn, () => this.#answer(turn, {}, signal));
    });
  }

  async #newSession() {
    const engine = this.#parts.engine();
    if (!engine) throw new TypeError("The page lets nobody write before a model is there.");
    return engine.session();
  }

  /**
   * @param {Turn} turn
   * @param {{ message?: string }} request
   * @param {AbortSignal} signal
   */
  async #answer(turn, request, signal) {
    const session = this.#session;
    if (!session) return;
    const { view } = turn;
    const outcome = await streamAnswer({
      session,
      request: { ...this.#parts.settings.request(turn.attempt), ...request },
      text: view.answer,
      signal,
      onPrefill: (progress) => {
        view.showReading(progress);
        this.#parts.onToken();
      },
      onToken: () => {
        view.showWriting();
        this.#parts.onToken();
      },
    });
    if ("error" in outcome) throw outcome.error;
    view.end(session.stats, outcome.reason);
    view.showActions({ canRegenerate: true, canGoOn: outcome.reason === "length" });
    this.#parts.onChange();
    this.#parts.scroll.follow();
    announce(outcome.reason === "cancelled" ? "Stopped." : `Answer: ${view.answer.text.trim()}`);
  }

  /**
   * @param {Turn} turn
   * @param {() => Promise<void>} work
   */
  async #guard(turn, work) {
    try {
      await work();
    } catch (thrown) {
      // A chat that was cleared meanwhile has no place to tell it.
      if (!this.#turns.includes(turn)) return;
      const error = asMambaError(thrown);
      const ways = this.#parts.waysOut(error);
      turn.view.fail(error, ways);
      turn.view.showActions({ canRegenerate: turn.before !== null && ways.length === 0, canGoOn: false });
      this.#parts.scroll.follow();
    }
  }
}
