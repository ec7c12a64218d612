// Answers: one at a time, streamed into a turn of the open chat.

import { asMambaError } from "../engine/errors.js";
import { announce } from "./dom.js";
import { streamAnswer } from "./stream-answer.js";

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
    if (!isContinued) node.answer = "";
    node.reason = null;
    // An answer that another model began is this one's from here on.
    node.modelHash = this.#parts.engine()?.info.modelHash ?? "";
    node.modelName = this.#parts.modelName();
    view.showDivider(dividerBefore(node, open.tree.get(node.parent)));
    try {
      await this.#write(open, node, view, signal, isContinued);
      if (!isShown()) return;
      view.end(node);
      this.#parts.scroll.follow();
      announce(node.reason === "cancelled" ? "Stopped." : `Answer: ${view.answer.text.trim()}`, view.element);
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
    const { session, from } = await this.#standing.stand(open, isContinued ? node.id : node.parent, { signal, onPrefill });
    const caughtUp = session.position - from;
    this.#standing.depart();
    const { settings, weighing } = this.#parts;
    const attempt = open.tree.siblings(node.id).indexOf(node);
    const request = settings.request(attempt);
    // With the seed that was drawn, so that a link can replay it. An answer in two runs is not written by one of them.
    node.settings = isContinued ? null : request;
    const outcome = await streamAnswer({
      session,
      request: { ...request, ...(isContinued ? {} : { message: node.message }) },
      text: view.answer,
      isWeighed: weighing?.isWanted(),
      signal,
      onPrefill,
      onToken: (text) => {
        view.showWriting();
        node.answer = view.answer.text;
        open.touch(node);
        this.#parts.onToken(text);
      },
    });
    node.answer = view.answer.text;
    if ("error" in outcome) throw outcome.error;
    node.stats = session.stats;
    node.ids = together(isContinued ? node.ids : [], session.lastRun?.ids ?? null);
    node.readTokens = caughtUp + session.stats.promptTokens;
    node.reason = outcome.reason;
    if (this.#place.isOpen(open)) this.#standing.reached(node, session);
  }
}
