// The chat: a session, its turns, and the state before the last of them. A turn that is sent before a model is ready, or
// while another turn is answered, is in the conversation at once and waits.

import { asMambaError } from "../engine/errors.js";
import { announce, byId, make } from "./dom.js";
import { streamAnswer } from "./stream-answer.js";
import { TurnView } from "./turn-view.js";

/** @typedef {import("../mamba.js").Session} Session */
/** @typedef {import("../mamba.js").MambaError} MambaError */

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
 * @property {(error: MambaError) => Promise<MambaError | null>} judge sees whether the engine is gone, and says that itself:
 *   what is left to say about the answer, null for nothing
 */

/** A state up to this size is also kept outside the engine, in case the engine has to be started again. */
const MOST_SAVED_BYTES = 4 * 2 ** 20;

export class Chat {
  #parts;
  #list = byId("turns", HTMLOListElement);
  /** @type {Session | null} */
  #session = null;
  /** Begun. @type {Turn[]} */
  #turns = [];
  /** Not begun. @type {Turn[]} */
  #waiting = [];
  /** The one that is being answered. @type {Turn | null} */
  #active = null;
  /** Whether another engine is taking over. */
  #isAdopting = false;
  /** The model that answered last. */
  #modelHash = "";
  /** The state after a turn, outside of the engine. @type {{ bytes: Uint8Array, after: Turn } | null} */
  #saved = null;

  /** @param {ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get position() {
    return this.#session?.position ?? 0;
  }

  /** Nothing is shown. */
  get isEmpty() {
    return this.#list.childElementCount === 0;
  }

  /** Whether a model remembers something of it. */
  get isRemembered() {
    return this.#session !== null;
  }

  get isWaiting() {
    return this.#waiting.length > 0;
  }

  /**
   * Ends this chat; the next message begins another.
   *
   * @returns {string} what was not answered
   */
  clear() {
    const text = this.takeBack();
    // This does not wait for the engine: the sessions are closed once the engine has stopped using them.
    const stopped = this.#parts.running.stop();
    const sessions = [this.#session, this.#turns.at(-1)?.before];
    this.#session = this.#saved = null;
    this.#turns = [];
    this.#list.replaceChildren();
    this.#parts.onChange();
    // A worker that has ended has freed them already.
    void stopped
      .then(() => this.#parts.running.letGo())
      .then(() => sessions.forEach((session) => session?.close().catch(() => {})));
    return text;
  }

  /** Shows the message, and answers it as soon as it can be. @param {string} message */
  send(message) {
    const view = new TurnView(message, {
      regenerate: () => this.#regenerate(turn),
      goOn: () => this.#goOn(turn),
      follow: () => this.#parts.scroll.follow(),
    });
    /** @type {Turn} */
    const turn = { message, view, before: null, attempt: 0 };
    this.#waiting.push(turn);
    this.#list.append(view.element);
    view.showWaiting("Waits for the model");
    this.#parts.scroll.jump(view.element);
    this.#parts.onChange();
    void this.answerWaiting();
  }

  /** Answers the waiting turns in order, if there is a model. */
  async answerWaiting() {
    const mayBegin = () => this.#parts.engine() && !this.#isAdopting && !this.#parts.running.isRunning;
    while (mayBegin() && this.#waiting.length > 0) await this.#begin();
  }

  /** Takes the messages that wait out of the conversation. @returns {string} their texts */
  takeBack() {
    const texts = this.#waiting.map(({ message, view }) => {
      view.element.remove();
      return message;
    });
    this.#waiting = [];
    this.#parts.onChange();
    return texts.join("\n\n");
  }

  /**
   * Goes on with another engine. The text stays. The new engine has read it only if it runs the same model and the state
   * was saved.
   *
   * @param {import("../mamba.js").Engine} engine
   * @param {string} name
   */
  async adopt(engine, name) {
    this.#isAdopting = true;
    try {
      await this.#adopt(engine, name);
    } finally {
      this.#isAdopting = false;
    }
  }

  /** @param {import("../mamba.js").Engine} engine @param {string} name */
  async #adopt(engine, name) {
    await this.#parts.running.stop();
    const last = this.#turns.at(-1);
    const { modelHash } = engine.info;
    const isSame = modelHash === this.#modelHash;
    const saved = isSame ? this.#saved : null;
    this.#modelHash = modelHash;
    this.#session = this.#saved = null;
    if (!last) return;
    for (const { view } of this.#turns) view.showActions({ canRegenerate: false, canGoOn: false });
    last.before = null;
    try {
      if (saved) this.#session = await engine.restore(saved.bytes);
      // Before the first answer there was nothing to save.
      else if (isSame && this.#turns.length === 1) this.#session = await engine.session();
    } catch (error) {
      console.debug(error); // the divider below says what this means
    }
    if (this.#session) {
      this.#saved = saved;
      // The turn that was being answered when the engine ended.
      if (saved?.after !== last) last.before = await this.#session.fork();
      last.view.showActions({ canRegenerate: last.before !== null, canGoOn: false });
      return;
    }
    this.#turns = [];
    const text = isSame
      ? `${name} was started again. It does not remember the chat above.`
      : `${name} answers from here on. It has not read the chat above.`;
    const line = make("li", { class: "divider", text });
    const [next] = this.#waiting;
    if (next) next.view.element.before(line);
    else this.#list.append(line);
    this.#parts.onChange();
  }

  /** Without an engine the present turns have no actions. */
  detach() {
    this.#session = null;
    for (const turn of this.#turns) {
      turn.before = null;
      turn.view.showActions({ canRegenerate: false, canGoOn: false });
    }
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  #run(work) {
    // The engine is still in the middle of a step. The numbers come once it has stopped.
    return this.#parts.running.run(work, () => this.#active?.view.showStopped());
  }

  #begin() {
    return this.#run(async (signal) => {
      const turn = this.#waiting.shift();
      if (!turn) return;
      const previous = this.#turns.at(-1);
      previous?.view.showActions({ canRegenerate: false, canGoOn: false });
      this.#turns.push(turn);
      turn.view.begin({ isContinued: false });
      this.#parts.onChange();
      this.#parts.scroll.jump(turn.view.element);
      await this.#guard(turn, async () => {
        this.#session ??= await this.#newSession();
        turn.before = await this.#session.fork();
        await previous?.before?.close();
        if (previous) previous.before = null;
        await this.#answer(turn, { message: turn.message }, signal);
      });
    });
  }

  /** @param {Turn} turn */
  #regenerate(turn) {
    return this.#run(async (signal) => {
      turn.attempt += 1;
      turn.view.begin({ isContinued: false });
      turn.view.showActions({ canRegenerate: false, canGoOn: false });
      this.#parts.scroll.jump(turn.view.element);
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

  /** Goes on after the longest answer or a stop, from the present state. @param {Turn} turn */
  #goOn(turn) {
    return this.#run(async (signal) => {
      turn.view.begin({ isContinued: true });
      turn.view.showActions({ canRegenerate: false, canGoOn: false });
      await this.#guard(turn, () => this.#answer(turn, {}, signal));
    });
  }

  async #newSession() {
    const engine = this.#parts.engine();
    if (!engine) throw new TypeError("Nothing is answered before a model is there.");
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
    if (!this.#turns.includes(turn)) return;
    const isStopped = outcome.reason === "cancelled";
    view.end(session.stats, outcome.reason);
    // If a message was not read to its end, there is no answer to continue.
    view.showActions({ canRegenerate: true, canGoOn: outcome.reason === "length" || (isStopped && view.answer.text !== "") });
    this.#parts.onChange();
    this.#parts.scroll.follow();
    announce(isStopped ? "Stopped." : `Answer: ${view.answer.text.trim()}`);
    await this.#save(session, turn);
  }

  /** @param {Session} session @param {Turn} turn */
  async #save(session, turn) {
    const { stateBytes } = this.#parts.engine()?.info ?? { stateBytes: Infinity };
    if (stateBytes > MOST_SAVED_BYTES) return;
    try {
      const bytes = await session.snapshot();
      if (session === this.#session) this.#saved = { bytes, after: turn };
    } catch (error) {
      console.debug(error); // it is only needed if the engine ends, and that is reported then
    }
  }

  /**
   * @param {Turn} turn
   * @param {() => Promise<void>} work
   */
  async #guard(turn, work) {
    this.#active = turn;
    try {
      await work();
    } catch (thrown) {
      const told = await this.#parts.judge(asMambaError(thrown));
      // A chat that was cleared meanwhile has no place to show it.
      if (!this.#turns.includes(turn)) return;
      turn.view.fail(told);
      turn.view.showActions({ canRegenerate: turn.before !== null, canGoOn: false });
      this.#parts.scroll.follow();
    }
  }
}
