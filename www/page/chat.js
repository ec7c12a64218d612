// The conversation: the open chat, its turns on the screen, and the answers that are written into it. A message that is sent
// before a model is ready, or while another one is answered, is in the conversation at once and waits.

import { Answering, dividerBefore } from "./answering.js";
import { newChat } from "./chats/new-chat.js";
import { OpenChat } from "./chats/open-chat.js";
import { Standing } from "./chats/standing.js";
import { dropStates } from "./chats/states.js";
import { announce } from "./dom.js";
import { shownName } from "./shown-text.js";
import { TurnList } from "./turn-list.js";
import { TurnTools } from "./turn-tools.js";
import { TurnView } from "./turn-view.js";

/**
 * @typedef {import("../mamba.js").MambaError} MambaError
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {{ message: string, view: TurnView, done: (node: Node | null) => void }} Waiting a message that has not begun to be
 *   answered
 *
 * @typedef {object} ChatParts
 * @property {() => import("../mamba.js").Engine | null} engine
 * @property {() => string} modelName
 * @property {import("./settings.js").Settings} settings
 * @property {import("./running.js").Running} running
 * @property {import("./scroller.js").Scroller} scroller
 * @property {import("./follow-scroll.js").FollowScroll} scroll
 * @property {import("./chats/open-chat.js").Kept} library
 * @property {(book: string) => Promise<Uint8Array | null>} bookState the memory that a chat begins from
 * @property {() => void} onChange something began, ended, or another chat was opened
 * @property {(text: string) => void} onToken tokens were read, or written: their text
 * @property {(node: Node, failure: MambaError | null) => void} onTurn a turn was answered, or its answer has broken off
 * @property {(error: MambaError) => Promise<MambaError | null>} judge sees whether the engine is gone, and says that itself:
 *   what is left to say about the answer, null for nothing
 * @property {((node: Node) => void) | null} onThreeWays the visitor wants three answers to choose from; null where there is
 *   no place for them
 * @property {import("./surprise/levels.js").Weighing | null} weighing what the model weighed for each word, and the place that
 *   shows it; null where there is none
 */

export class Chat {
  #parts;
  #list;
  #standing;
  /** @type {OpenChat} */
  #open;
  /** @type {Waiting[]} */
  #waiting = [];
  #answering;
  #tools;
  /** Whether another engine is taking over. */
  #isAdopting = false;

  /** @param {ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#standing = new Standing(parts.engine, parts.bookState);
    this.#list = new TurnList(parts.scroller, (node) => this.#makeView(node));
    this.#open = new OpenChat(parts.library, { chat: newChat(), nodes: [] });
    this.#answering = new Answering(parts, this.#standing, { isOpen: (open) => open === this.#open, refresh: () => this.#refresh() });
    this.#tools = new TurnTools(parts, {
      regenerate: (node) => void this.#regenerate(node),
      goOn: (node) => void this.#goOn(node),
      turnTo: (node, step) => this.#turnTo(node, step),
      ask: (parent, message) => void this.#ask(parent, message),
      give: (node, answer) => void this.#give(node, answer),
      edit: (node) => this.#list.view(node.id)?.editAnswer(),
      go: (leaf) => void this.go(leaf),
      undo: () => void this.undo(),
      open: () => this.#open,
      view: (node) => this.#list.view(node.id),
      standing: this.#standing,
    });
    parts.library.nodesOf = (id) => (id === this.#open.meta.id && this.#open.isWhole ? this.#open.tree.nodes : null);
  }

  /** The list of the turns. */
  get element() {
    return this.#list.element;
  }

  get position() {
    return this.#standing.position || this.#answering.position;
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
    delete meta.tools; // a memory has no place for them
    meta.title = shownName(name);
    meta.renamed = true;
  }

  /**
   * Shows a chat that was kept.
   *
   * @param {import("./chats/library.js").Opened} opened
   * @param {boolean} isOwn whether this tab may write it
   * @returns {string} what was not answered in the chat before
   */
  open(opened, isOwn) {
    const open = new OpenChat(this.#parts.library, opened);
    if (isOwn) open.closeCut();
    else open.letGo();
    const text = this.#replace(open);
    this.#show(open.meta.scroll?.node ?? null);
    if (open.isWhole) void this.#look(open);
    else void open.whole.then(() => this.#showWhole(open));
    return text;
  }

  /** The rest of a long chat has come. @param {OpenChat} open */
  #showWhole(open) {
    if (open !== this.#open) return;
    if (this.isWaiting) this.#toEnd();
    else this.#list.show(open.tree.path(), open.meta.scroll?.node);
    this.#refresh();
    void this.#look(open);
    void this.answerWaiting();
  }

  /** States have been kept that it may stand at. */
  async lookAgain() {
    await this.#look(this.#open);
    await this.answerWaiting();
  }

  /** @param {OpenChat} open */
  async #look(open) {
    await this.#standing.look(open);
    this.#parts.onChange();
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

  /**
   * Shows the message, and answers it as soon as it can be.
   *
   * @param {string} message
   * @returns {Promise<Node | null>} the turn once it is over; null where the message was taken back
   */
  send(message) {
    const view = new TurnView(message, this.#tools.actions(() => this.#nodeOf(view)));
    /** @type {(node: Node | null) => void} */
    let done = () => {};
    const over = /** @type {Promise<Node | null>} */ (new Promise((resolve) => (done = resolve)));
    this.#waiting.push({ message, view, done });
    this.#toEnd();
    this.#list.append(view.element);
    view.showWaiting("Waits for the model");
    this.#parts.scroll.jump(view.element);
    this.#parts.onChange();
    void this.answerWaiting();
    return over;
  }

  /** Answers the waiting turns in order, if there is a model. */
  async answerWaiting() {
    const mayBegin = () => this.#parts.engine() && !this.#isAdopting && !this.#parts.running.isRunning && this.#open.canChange;
    while (mayBegin() && this.#waiting.length > 0) await this.#begin();
  }

  /** Takes the messages that wait out of the conversation. @returns {string} their texts */
  takeBack() {
    const texts = this.#waiting.map(({ message, view, done }) => {
      view.element.remove();
      done(null);
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
    await Promise.all([open.whole, this.#parts.running.stop()]);
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
      announce(`Branch ${at + 1} of ${siblings.length}.`, this.element);
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
    this.#answering.forget();
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
    const view = TurnView.of(node, this.#tools.actions(() => node));
    view.showDivider(dividerBefore(node, this.#open.tree.get(node.parent)));
    return view;
  }

  /** @param {TurnView} view */
  #nodeOf(view) {
    return this.#list.shown.find(([, shown]) => shown === view)?.[0] ?? null;
  }

  /** Shows what can be done with each turn. */
  #refresh() {
    const { leaf } = this.#open.tree;
    for (const [node, view] of this.#list.shown) view.show(this.#tools.state(node, node.id === leaf && !this.isWaiting));
  }

  /** Answers the first message that waits. */
  #begin() {
    return this.#answering.run(async (signal) => {
      const waiting = this.#waiting.shift();
      if (!waiting) return;
      const open = this.#open;
      const node = this.#add(open, { parent: open.tree.leaf, message: waiting.message });
      this.#list.adopt(node, waiting.view);
      await this.#answering.answer(open, node, waiting.view, signal);
      waiting.done(node);
    });
  }

  /** Asks something else in the place of a turn. @param {string | null} parent @param {string} message */
  #ask(parent, message) {
    return this.#answering.run(async (signal) => {
      const open = this.#open;
      const node = this.#add(open, { parent, message });
      this.#list.show(open.tree.path());
      const view = this.#list.view(node.id);
      if (view) await this.#answering.answer(open, node, view, signal);
    });
  }

  /** @param {Node} node */
  #regenerate(node) {
    const { tree } = this.#open;
    // An answer that never began needs no branch beside it.
    if (node.answer !== "" || tree.children(node.id).length > 0) return this.#ask(node.parent, node.message);
    return this.#answering.run(async (signal) => {
      const view = this.#list.view(node.id);
      if (view) await this.#answering.answer(this.#open, node, view, signal);
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
    return this.#answering.run(async (signal) => {
      const view = this.#list.view(node.id);
      if (view) await this.#answering.answer(this.#open, node, view, signal, { isContinued: true });
    });
  }

  /** @param {OpenChat} open @param {Pick<Node, "parent" | "message">} turn */
  #add(open, turn) {
    const { engine, modelName } = this.#parts;
    return open.add({ ...turn, modelHash: engine()?.info.modelHash ?? "", modelName: modelName() });
  }
}
