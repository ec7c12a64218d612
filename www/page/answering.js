// Answers: one at a time, streamed into a turn of the open chat.

import { asMambaError } from "../engine/errors.js";
import { announce } from "./dom.js";
import { dropState } from "./chats/states.js";
import { takesSystem, thoughtMarks } from "./chats/template-traits.js";
import { streamAnswer } from "./stream-answer.js";
import { withoutThought } from "./thoughts.js";
import { messagesOf, usesTools } from "./tools/rounds.js";
import { answerWithTools } from "./tools/tool-answer.js";

/**
 * @typedef {import("../mamba.js").MambaError} MambaError
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {import("./chats/open-chat.js").OpenChat} OpenChat
 * @typedef {import("./turn-view.js").TurnView} TurnView
 * @typedef {{ isOpen: (chat: OpenChat) => boolean, refresh: () => void }} Place `refresh` shows what can be done with each turn
 */

/** @param {ArrayLike<number> | null} before @param {ArrayLike<number> | null} after @returns {Uint32Array | null} null where a part is not known */
const together = (before, after) => before && after && Uint32Array.from([...Array.from(before), ...Array.from(after)]);

/** What is said between two turns. @param {Node} node @param {Node | null} before */
export function dividerBefore(node, before) {
  const isOther = before !== null && node.modelHash !== "" && before.modelHash !== "" && node.modelHash !== before.modelHash;
  return isOther ? `${node.modelName} answers from here on.` : "";
}

export class Answering {
  #parts;
  #standing;
  #place;
  /** Tokens of the chat after the last answer with tools, which no session of the page has. */
  position = 0;
  /** The turn that is being answered. @type {TurnView | null} */
  #active = null;

  /**
   * @param {import("./chat.js").ChatParts} parts
   * @param {import("./chats/standing.js").Standing} standing
   * @param {Place} place
   */
  constructor(parts, standing, place) {
    this.#parts = parts;
    this.#standing = standing;
    this.#place = place;
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  async run(work) {
    await this.#parts.running.run(work, () => this.#active?.showStopped());
    this.#place.refresh();
  }

  /** The turn that was being answered is not shown any more. */
  forget() {
    this.#active = null;
    this.position = 0;
  }

  /**
   * Answers a turn, and says so where that fails.
   *
   * @param {OpenChat} open
   * @param {Node} node
   * @param {TurnView} view
   * @param {AbortSignal} signal
   * @param {{ isContinued?: boolean }} [how]
   */
  async answer(open, node, view, signal, { isContinued = false } = {}) {
    this.#active = view;
    this.#place.refresh();
    view.begin({ isContinued });
    /** @type {MambaError | null} */
    let failure = null;
    this.#parts.onChange();
    this.#parts.scroll.jump(view.element);
    const isShown = () => this.#place.isOpen(open);
    if (!isContinued) {
      node.answer = "";
      delete node.rounds;
    }
    node.reason = null;
    // An answer that another model began is this one's from here on. The other's tokens mean nothing to it.
    const modelHash = this.#parts.engine()?.info.modelHash ?? "";
    if (node.modelHash !== modelHash) node.ids = null;
    node.modelHash = modelHash;
    node.modelName = this.#parts.modelName();
    view.showDivider(dividerBefore(node, open.tree.get(node.parent)));
    try {
      if (usesTools(open, node.parent)) await this.#writeWithTools(open, node, view, signal);
      else await this.#write(open, node, view, signal, isContinued);
      if (!isShown()) return;
      view.end(node);
      this.#parts.scroll.follow();
      announce(node.reason === "cancelled" ? "Stopped." : `Answer: ${withoutThought(view.answer.text).trim()}`, view.element);
    } catch (thrown) {
      const error = asMambaError(thrown);
      const isStopped = error.code === "cancelled" && signal.aborted;
      node.reason = isStopped ? "cancelled" : "failed";
      if (!isStopped) failure = error;
      const told = isStopped ? null : await this.#parts.judge(error);
      // A chat that was left meanwhile has no place to show it.
      if (!isShown()) return;
      if (isStopped) view.end(node);
      else view.fail(told);
      this.#parts.scroll.follow();
    } finally {
      open.touch(node);
      void open.flush();
      this.#place.refresh();
      this.#parts.onChange();
      this.#parts.onTurn(node, failure);
    }
  }

  /**
   * @param {OpenChat} open
   * @param {Node} node
   * @param {TurnView} view
   * @param {AbortSignal} signal
   * @param {boolean} isContinued
   */
  async #write(open, node, view, signal, isContinued) {
    const onPrefill = (/** @type {{ read: number, total: number }} */ progress) => {
      view.showReading(progress);
      this.#parts.onToken("");
    };
    const engine = this.#parts.engine();
    const marks = engine ? await thoughtMarks(engine) : new Map();
    const { session, from } = await this.#standing.stand(open, isContinued ? node.id : node.parent, { signal, onPrefill, isContinued });
    const caughtUp = session.position - from;
    this.#standing.depart();
    const { settings, weighing } = this.#parts;
    const attempt = open.tree.siblings(node.id).indexOf(node);
    const request = settings.request(attempt);
    // With the seed that was drawn, so that a link can replay it. An answer in two runs is not written by one of them.
    node.settings = isContinued ? null : request;
    // Its tokens and its state are those of the shorter answer. If this one breaks off, they would stand for it.
    const before = isContinued ? node.ids : [];
    node.ids = null;
    if (engine && isContinued) await dropState(engine, node);
    try {
      const outcome = await streamAnswer({
        session,
        request: { ...request, ...(isContinued ? {} : { message: node.message }) },
        text: view.answer,
        marks,
        isWeighed: weighing?.isWanted(),
        signal,
        onPrefill,
        onToken: (text) => this.#took(open, node, view, text),
      });
      this.#note(open, node, view, session, { outcome, caughtUp, before });
    } finally {
      this.#standing.release(session);
    }
  }

  /**
   * Notes how an answer has ended.
   *
   * @param {OpenChat} open
   * @param {Node} node
   * @param {TurnView} view
   * @param {import("../mamba.js").Session} session
   * @param {{ outcome: Awaited<ReturnType<typeof streamAnswer>>, caughtUp: number, before: Uint32Array | null | never[] }} how `before`: tokens of the answer that goes on
   */
  #note(open, node, view, session, { outcome, caughtUp, before }) {
    node.answer = view.answer.text;
    if ("error" in outcome) throw outcome.error;
    node.stats = session.stats;
    node.ids = together(before, session.lastRun?.ids ?? null);
    node.readTokens = caughtUp + session.stats.promptTokens;
    node.reason = outcome.reason;
    if (this.#place.isOpen(open)) this.#standing.reached(node, session);
  }

  /** The answer has grown by a token. @param {OpenChat} open @param {Node} node @param {TurnView} view @param {string} text */
  #took(open, node, view, text) {
    view.showWriting();
    node.answer = view.answer.text;
    open.touch(node);
    this.#parts.onToken(text);
  }

  /**
   * Has the chat's messages answered by the engine's chat completions, which know tools. They keep the states of what they
   * have read themselves.
   *
   * @param {OpenChat} open
   * @param {Node} node
   * @param {TurnView} view
   * @param {AbortSignal} signal
   */
  async #writeWithTools(open, node, view, signal) {
    const engine = this.#parts.engine();
    if (!engine) throw new TypeError("Nothing is answered before a model is there.");
    void this.#standing.leave();
    const { meta, tree } = open;
    const turns = tree.path(node.parent);
    const system = meta.system && (await takesSystem(engine)) ? meta.system : "";
    const { settings } = this.#parts;
    node.settings = settings.values;
    view.showReadingAll();
    const outcome = await answerWithTools({
      engine,
      messages: [...messagesOf(turns, system), { role: "user", content: node.message }],
      mayCall: meta.tools === true,
      settings: settings.request(tree.siblings(node.id).indexOf(node)),
      text: view.answer,
      signal,
      onRound: (round) => {
        node.rounds = [...(node.rounds ?? []), round];
        node.answer = "";
        view.addRound(round);
        open.touch(node);
      },
      onToken: (text) => this.#took(open, node, view, text),
    });
    node.answer = view.answer.text;
    node.stats = outcome.stats;
    node.readTokens = outcome.readTokens;
    if (this.#place.isOpen(open)) this.position = outcome.position;
    if ("error" in outcome) throw outcome.error;
    node.ids = null;
    node.reason = outcome.reason;
  }
}
