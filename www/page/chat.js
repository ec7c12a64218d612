// The conversation: the open chat, its turns on the screen, and the answers that are written into it. A message that is sent
// before a model is ready, or while another one is answered, is in the conversation at once and waits.

import { asMambaError } from "../engine/errors.js";
import { newChat } from "./chats/library.js";
import { OpenChat } from "./chats/open-chat.js";
import { Standing } from "./chats/standing.js";
import { dropStates } from "./chats/states.js";
import { announce, byId } from "./dom.js";
import { shownName } from "./shown-text.js";
import { streamAnswer } from "./stream-answer.js";
import { TurnList } from "./turn-list.js";
import { TurnView } from "./turn-view.js";

/**
 * @typedef {import("../mamba.js").MambaError} MambaError
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {{ message: string, view: TurnView }} Waiting a message that has not begun to be answered
 *
 * @typedef {object} ChatParts
 * @property {() => import("../mamba.js").Engine | null} engine
 * @property {() => string} modelName
 * @property {import("./settings.js").Settings} settings
 * @property {import("./running.js").Running} running
 * @property {import("./follow-scroll.js").FollowScroll} scroll
 * @property {import("./chats/library.js").Library} library
 * @property {(book: string) => Promise<Uint8Array | null>} bookState the memory that a chat begins from
 * @property {() => void} onChange something began, ended, or another chat was opened
 * @property {() => void} onToken tokens were read or written
 * @property {(error: MambaError) => Promise<MambaError | null>} judge sees whether the engine is gone, and says that itself:
 *   what is left to say about the answer, null for nothing
 * @property {(node: Node) => void} onThreeWays the visitor wants three answers to choose from
 */

/** @param {ArrayLike<number> | null} before @param {ArrayLike<number> | null} after @returns {Uint32Array | null} null where a part is not known */
const together = (before, after) => before && after && Uint32Array.from([...Array.from(before), ...Array.from(after)]);

/** @param {Node} node @param {Node | null} before */
function dividerBefore(node, before) {
  const isOther = before !== null && node.modelHash !== "" && before.modelHash !== "" && node.modelHash !== before.modelHash;
  return isOther ? `${node.modelName} answers from here on.` : "";
}

export class Chat {
  #parts;
  #list;
  #standing;
  /** @type {OpenChat} */
  #open;
  /** @type {Waiting[]} */
  #waiting = [];
  /** The turn that is being answered. @type {TurnView | null} */
  #active = null;
  /** Whether another engine is taking over. */
  #isAdopting = false;

  /** @param {ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#standing = new Standing(parts.engine, parts.bookState);
    this.#list = new TurnList(byId("turns", HTMLOListElement), (node) => this.#makeView(node));
    this.#open = new OpenChat(parts.library, { chat: newChat(), nodes: [] });
    parts.library.nodesOf = (id) => (id === this.#open.meta.id ? this.#open.tree.nodes : null);
  }

  get position() {
    return this.#standing.position;
  }

  /** Nothing is shown. */
  get isEmpty() {
    return this.#list.isEmpty;
  }

  get isWaiting() {
    return this.#waiting.length > 0;
  }

  /** What is open. Only this class changes it. */
  get current() {
    return this.#open;
  }

  get standing() {
    return this.#standing;
  }

  /** The turns in the document. */
  get shown() {
    return this.#list.shown;
  }

  /** @param {{ node: string } | null} place @returns {TurnView | null} */
  viewAt(place) {
    return place && this.#list.view(place.node);
  }

  /** The turn at the end, as it is shown. */
  get lastView() {
    const { leaf } = this.#open.tree;
    return leaf === null ? null : this.#list.view(leaf);
  }

  /**
   * Begins another chat.
   *
   * @returns {string} what was not answered
   */
  clear() {
    return this.#replace(new OpenChat(this.#parts.library, { chat: newChat(), nodes: [] }));
  }

  /** Begins this chat, which is still empty, from a memory. @param {import("./books/shelf.js").Book} book */
  beginFrom({ id, name }) {
    const { meta } = this.#open;
    meta.book = id;
    meta.title = shownName(name);
    meta.renamed = true;
  }

  /**
   * Shows a chat that was kept.
   *
   * @param {import("./chats/library.js").Whole} whole
   * @param {boolean} isOwn whether this tab may write it
   * @returns {string} what was not answered in the chat before
   */
  open(whole, isOwn) {
    const open = new OpenChat(this.#parts.library, whole);
    if (isOwn) open.closeCut();
    else open.letGo();
    const text = this.#replace(open);
    this.#show(open.meta.scroll?.node ?? null);
    void this.#standing.look(open).then(() => this.#parts.onChange());
    return text;
  }

  /** Another tab has changed the chat that is only shown here. @param {import("./chats/library.js").Whole} whole */
  showAnew(whole) {
    const before = this.#list.shown;
    this.#open = new OpenChat(this.#parts.library, whole);
    this.#open.letGo();
    const { tree } = this.#open;
    for (const [{ id }, view] of before) {
      const node = tree.get(id);
      if (node) view.update(node);
    }
    this.#show(tree.leaf);
    this.#parts.scroll.follow();
  }

  /** Saves all, and leaves the chat to another tab. */
  async letGo() {
    const open = this.#open;
    await this.#parts.running.stop();
    await open.flush();
    open.letGo();
    this.#refresh();
    this.#parts.onChange();
  }

  /** Shows the message, and answers it as soon as it can be. @param {string} message */
  send(message) {
    const view = new TurnView(message, this.#actions(() => this.#nodeOf(view)));
    this.#waiting.push({ message, view });
    this.#toEnd();
    this.#list.append(view.element);
    view.showWaiting("Waits for the model");
    this.#parts.scroll.jump(view.element);
    this.#parts.onChange();
    void this.answerWaiting();
  }

  /** Answers the waiting turns in order, if there is a model. */
  async answerWaiting() {
    const mayBegin = () => this.#parts.engine() && !this.#isAdopting && !this.#parts.running.isRunning && this.#open.isOwn;
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

  /** What waits, as it is kept in the draft. */
  get waitingText() {
    return this.#waiting.map(({ message }) => message).join("\n\n");
  }

  /** Goes on with another engine, which takes the kept state or reads the text when it answers. */
  async adopt() {
    this.#isAdopting = true;
    try {
      await this.#parts.running.stop();
      this.#standing.forget();
      await this.#standing.look(this.#open);
    } finally {
      this.#isAdopting = false;
    }
    this.#refresh();
    this.#parts.onChange();
  }

  /** Without an engine nothing can be done with the turns. */
  detach() {
    this.#standing.forget();
    this.#refresh();
  }

  /** The engine has to read the chat again, because what it is told before it has changed. */
  async readAgain() {
    await dropStates(this.#parts.engine(), this.#open.meta.id);
    await this.#standing.leave();
    this.#parts.onChange();
  }

  /** Makes a turn, or the beginning, the end of what is shown. @param {string | null} leaf */
  async go(leaf) {
    const open = this.#open;
    await this.#parts.running.stop();
    if (open !== this.#open || !open.isOwn) return;
    open.go(leaf);
    await this.#parts.running.letGo();
    if (open !== this.#open || open.tree.leaf !== leaf) return;
    void this.#standing.leave();
    this.#list.show(open.tree.path());
    this.#refresh();
    await this.#standing.look(open);
    this.#parts.onChange();
  }

  /** Takes the last turn off the end. It stays in the tree. */
  undo() {
    const { undone } = this.#open.tree;
    return undone === undefined ? undefined : this.go(undone);
  }

  redo() {
    const { redone } = this.#open.tree;
    return redone === null ? undefined : this.go(redone);
  }

  /** Shows the branch beside the last turn that has one. @param {1 | -1} step */
  turnTo(step) {
    const { tree } = this.#open;
    const branched = tree.path().findLast(({ id }) => tree.siblings(id).length > 1);
    if (branched) this.#turnTo(branched, step);
  }

  /** @param {Node} node @param {1 | -1} step */
  #turnTo(node, step) {
    const to = this.#open.tree.beside(node.id, step);
    if (to === null) return;
    void this.go(to).then(() => {
      const { tree } = this.#open;
      const siblings = tree.siblings(node.id);
      const way = new Set(tree.path().map(({ id }) => id));
      const at = siblings.findIndex(({ id }) => way.has(id));
      announce(`Branch ${at + 1} of ${siblings.length}.`);
    });
  }

  /** @param {OpenChat} open @returns {string} */
  #replace(open) {
    const text = this.takeBack();
    // This does not wait for the engine: the session is closed once the engine has stopped using it.
    const before = this.#open;
    const stopped = this.#parts.running.stop();
    const close = this.#standing.forget();
    this.#open = open;
    this.#active = null;
    this.#list.clear();
    this.#refresh();
    this.#parts.onChange();
    void before.flush();
    void stopped.then(() => this.#parts.running.letGo()).then(close);
    return text;
  }

  /** @param {string | null} around */
  #show(around) {
    this.#list.show(this.#open.tree.path(), around);
    this.#refresh();
    this.#parts.onChange();
  }

  /** The end of the chat is in the document, whatever was looked at. */
  #toEnd() {
    this.#list.show(this.#open.tree.path());
    for (const { view } of this.#waiting) this.#list.append(view.element);
  }

  /** @param {Node} node */
  #makeView(node) {
    const view = TurnView.of(node, this.#actions(() => node));
    view.showDivider(dividerBefore(node, this.#open.tree.get(node.parent)));
    return view;
  }

  /** @param {TurnView} view */
  #nodeOf(view) {
    return this.#list.shown.find(([, shown]) => shown === view)?.[0] ?? null;
  }

  /** @param {() => Node | null} node @returns {import("./turn-view.js").TurnActions} */
  #actions(node) {
    const withNode = (/** @type {(node: Node) => void} */ act) => () => {
      const of = node();
      if (of) act(of);
    };
    return {
      regenerate: withNode((of) => this.#regenerate(of)),
      goOn: withNode((of) => this.#goOn(of)),
      follow: () => this.#parts.scroll.follow(),
      turnTo: (step) => withNode((of) => this.#turnTo(of, step))(),
      ask: (message) => withNode((of) => this.#ask(of.parent, message))(),
      answer: (answer) => withNode((of) => this.#give(of, answer))(),
      more: () => this.#more(node()),
    };
  }

  /** @param {Node | null} node @returns {import("./menu.js").MenuItem[]} */
  #more(node) {
    if (!node) return [];
    const isLast = node.id === this.#open.tree.leaf;
    const isDisabled = !this.#canAnswer;
    const items = [
      { name: "Edit the answer", icon: "edit", action: () => this.#list.view(node.id)?.editAnswer() },
      { name: "Answer in three ways", icon: "ways", action: () => this.#parts.onThreeWays(node), isDisabled },
    ];
    if (isLast) return [...items, { name: "Take this turn back", icon: "undo", action: () => void this.undo() }];
    return [
      { name: "Regenerate", icon: "again", action: () => this.#regenerate(node), isDisabled },
      ...items,
      { name: "Go back to here", icon: "undo", action: () => void this.go(node.id) },
    ];
  }

  get #canAnswer() {
    return this.#open.isOwn && Boolean(this.#parts.engine()?.info.chatTemplate) && !this.#parts.running.isRunning;
  }

  /** Shows what can be done with each turn. */
  #refresh() {
    const { tree, isOwn } = this.#open;
    const canChat = Boolean(this.#parts.engine()?.info.chatTemplate);
    for (const [node, view] of this.#list.shown) {
      const isLast = node.id === tree.leaf && !this.isWaiting;
      const siblings = tree.siblings(node.id);
      view.show({
        canEdit: isOwn && canChat,
        canRegenerate: isOwn && canChat && isLast,
        canGoOn: isOwn && canChat && isLast && (/^(length|given)$/.test(node.reason ?? "") || (/^(cancelled|cut|failed)$/.test(node.reason ?? "") && node.answer !== "")),
        hasMore: isOwn && canChat,
        branch: { at: siblings.indexOf(node) + 1, of: isOwn ? siblings.length : 1 },
      });
    }
  }

  /** Answers the first message that waits. */
  #begin() {
    return this.#run(async (signal) => {
      const waiting = this.#waiting.shift();
      if (!waiting) return;
      const open = this.#open;
      const node = this.#add(open, { parent: open.tree.leaf, message: waiting.message });
      this.#list.adopt(node, waiting.view);
      await this.#answer(open, node, waiting.view, signal);
    });
  }

  /** Asks something else in the place of a turn. @param {string | null} parent @param {string} message */
  #ask(parent, message) {
    return this.#run(async (signal) => {
      const open = this.#open;
      const node = this.#add(open, { parent, message });
      this.#list.show(open.tree.path());
      const view = this.#list.view(node.id);
      if (view) await this.#answer(open, node, view, signal);
    });
  }

  /** @param {Node} node */
  #regenerate(node) {
    const { tree } = this.#open;
    // An answer that never began needs no branch beside it.
    if (node.answer !== "" || tree.children(node.id).length > 0) return this.#ask(node.parent, node.message);
    return this.#run(async (signal) => {
      const view = this.#list.view(node.id);
      if (view) await this.#answer(this.#open, node, view, signal);
    });
  }

  /** The visitor writes the answer. @param {Node} node @param {string} answer */
  async #give(node, answer) {
    const open = this.#open;
    await this.#parts.running.stop();
    if (open !== this.#open) return;
    const given = open.add({ parent: node.parent, message: node.message, answer, reason: "given" });
    await this.go(given.id);
  }

  /** Goes on after the longest answer, a stop, or the visitor's own words. @param {Node} node */
  #goOn(node) {
    return this.#run(async (signal) => {
      const view = this.#list.view(node.id);
      if (view) await this.#answer(this.#open, node, view, signal, { isContinued: true });
    });
  }

  /** @param {OpenChat} open @param {Pick<Node, "parent" | "message">} turn */
  #add(open, turn) {
    const { engine, modelName } = this.#parts;
    return open.add({ ...turn, modelHash: engine()?.info.modelHash ?? "", modelName: modelName() });
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  async #run(work) {
    await this.#parts.running.run(work, () => this.#active?.showStopped());
    this.#refresh();
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
  async #answer(open, node, view, signal, { isContinued = false } = {}) {
    this.#active = view;
    this.#refresh();
    view.begin({ isContinued });
    this.#parts.onChange();
    this.#parts.scroll.jump(view.element);
    const isShown = () => open === this.#open;
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
      announce(node.reason === "cancelled" ? "Stopped." : `Answer: ${view.answer.text.trim()}`);
    } catch (thrown) {
      const error = asMambaError(thrown);
      const isStopped = error.code === "cancelled" && signal.aborted;
      node.reason = isStopped ? "cancelled" : "failed";
      const told = isStopped ? null : await this.#parts.judge(error);
      // A chat that was left meanwhile has no place to show it.
      if (!isShown()) return;
      if (isStopped) view.end(node);
      else view.fail(told);
      this.#parts.scroll.follow();
    } finally {
      open.touch(node);
      void open.flush();
      this.#refresh();
      this.#parts.onChange();
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
      this.#parts.onToken();
    };
    const { session, from } = await this.#standing.stand(open, isContinued ? node.id : node.parent, { signal, onPrefill });
    const caughtUp = session.position - from;
    this.#standing.depart();
    const { settings } = this.#parts;
    const attempt = open.tree.siblings(node.id).indexOf(node);
    node.settings = settings.values;
    const outcome = await streamAnswer({
      session,
      request: { ...settings.request(attempt), ...(isContinued ? {} : { message: node.message }) },
      text: view.answer,
      signal,
      onPrefill,
      onToken: () => {
        view.showWriting();
        node.answer = view.answer.text;
        open.touch(node);
        this.#parts.onToken();
      },
    });
    node.answer = view.answer.text;
    if ("error" in outcome) throw outcome.error;
    node.stats = session.stats;
    node.ids = together(isContinued ? node.ids : [], session.lastRun?.ids ?? null);
    node.readTokens = caughtUp + session.stats.promptTokens;
    node.reason = outcome.reason;
    if (open === this.#open) this.#standing.reached(node, session);
  }
}
