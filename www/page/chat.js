// The conversation: puts together the chat on the screen (shown-chat.js), the messages that wait (waiting.js), the ways through its
// tree (branches.js) and the answers (asking.js, answering.js). Here another chat is opened, and the engine changes.

import { Answering } from "./answering.js";
import { Asking } from "./asking.js";
import { Branches } from "./branches.js";
import { newChat } from "./chats/new-chat.js";
import { OpenChat } from "./chats/open-chat.js";
import { Standing } from "./chats/standing.js";
import { dropStates } from "./chats/states.js";
import { ShownChat } from "./shown-chat.js";
import { shownName } from "./shown-text.js";
import { TurnTools } from "./turn-tools.js";
import { WaitingMessages } from "./waiting.js";

/**
 * @typedef {import("../mamba.js").MambaError} MambaError
 * @typedef {import("./chats/tree.js").Node} Node
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
  #waiting = new WaitingMessages();
  #standing;
  #shown;
  #answering;
  #asking;
  #branches;
  /** Whether another engine is taking over. */
  #isAdopting = false;

  /** @param {ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const standing = (this.#standing = new Standing(parts.engine, parts.bookState));
    const shown = (this.#shown = new ShownChat(parts.scroller, this.#new(), this.#waiting, () => tools));
    this.#answering = new Answering(parts, standing, shown);
    const branches = (this.#branches = new Branches(parts, shown, standing));
    const asking = (this.#asking = new Asking(parts, shown, this.#answering, branches));
    const answerWaiting = () => this.answerWaiting(); // what the visitor wanted came before them
    const tools = new TurnTools(parts, {
      regenerate: (node) => void asking.regenerate(node).then(answerWaiting),
      goOn: (node) => void asking.goOn(node).then(answerWaiting),
      turnTo: (node, step) => branches.turnFrom(node, step),
      ask: (parent, message) => void asking.ask(parent, message).then(answerWaiting),
      give: (node, answer) => void asking.give(node, answer),
      edit: (node) => shown.view(node.id)?.editAnswer(),
      go: (leaf) => void branches.go(leaf),
      undo: () => void branches.undo(),
      open: () => shown.open,
      view: (node) => shown.view(node.id),
      standing,
    });
    parts.library.nodesOf = (id) => (id === shown.open.meta.id && shown.open.isWhole ? shown.open.tree.nodes : null);
  }

  /** The list of the turns. */
  get element() {
    return this.#shown.element;
  }

  get position() {
    return this.#standing.position || this.#answering.position;
  }

  /** Nothing is shown. */
  get isEmpty() {
    return this.#shown.isEmpty;
  }

  get isWaiting() {
    return !this.#waiting.isEmpty;
  }

  /** What is open. Only this class changes it. */
  get current() {
    return this.#shown.open;
  }

  get standing() {
    return this.#standing;
  }

  /** The turns in the document. */
  get shown() {
    return this.#shown.turns;
  }

  /** @param {{ node: string } | null} place */
  viewAt(place) {
    return place && this.#shown.view(place.node);
  }

  /** The turn at the end, as it is shown. */
  get lastView() {
    return this.#shown.lastView;
  }

  /**
   * Begins another chat.
   *
   * @returns {string} what was not answered
   */
  clear() {
    return this.#replace(this.#new());
  }

  /** Begins this chat, which is still empty, from a memory. @param {import("./books/shelf.js").Book} book */
  beginFrom({ id, name }) {
    const { meta } = this.current;
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
    this.#shown.show(open.meta.scroll?.node);
    this.#parts.onChange();
    if (open.isWhole) void this.#look(open);
    else void open.whole.then(() => this.#showWhole(open));
    return text;
  }

  /** The rest of a long chat has come. @param {OpenChat} open */
  #showWhole(open) {
    if (!this.#shown.isOpen(open)) return;
    this.#shown.show(this.isWaiting ? null : open.meta.scroll?.node);
    if (this.isWaiting) this.#shown.toEnd();
    void this.#look(open);
    void this.answerWaiting();
  }

  /** States have been kept that it may stand at. */
  async lookAgain() {
    await this.#look(this.current);
    await this.answerWaiting();
  }

  /** @param {OpenChat} open */
  async #look(open) {
    await this.#standing.look(open);
    this.#parts.onChange();
  }

  /** Another tab has changed the chat that is only shown here. @param {import("./chats/library.js").Whole} whole */
  showAnew(whole) {
    const open = new OpenChat(this.#parts.library, whole);
    open.letGo();
    this.#shown.renew(open);
    this.#shown.show(open.tree.leaf);
    this.#parts.onChange();
    this.#parts.scroll.follow();
  }

  /** Saves all, and leaves the chat to another tab. */
  async letGo() {
    const open = this.current;
    await this.#parts.running.stop();
    await open.flush();
    open.letGo();
    this.#shown.refresh();
    this.#parts.onChange();
  }

  /**
   * Shows the message, and answers it as soon as it can be.
   *
   * @param {string} message
   * @returns {Promise<Node | null>} the turn once it is over; null where the message was taken back
   */
  send(message) {
    const view = this.#shown.viewOf(message);
    const over = this.#waiting.add(message, view);
    this.#shown.toEnd();
    view.showWaiting("Waits for the model");
    this.#parts.scroll.jump(view.element);
    this.#parts.onChange();
    void this.answerWaiting();
    return over;
  }

  /** Answers the waiting turns in order, if there is a model. */
  async answerWaiting() {
    const mayBegin = () => this.#parts.engine() && !this.#isAdopting && !this.#parts.running.isRunning && !this.#asking.isNext && this.current.canChange;
    while (mayBegin() && this.isWaiting) await this.#asking.begin(this.#waiting);
  }

  /** Takes the messages that wait out of the conversation. @returns {string} their texts */
  takeBack() {
    const text = this.#waiting.takeBack();
    this.#parts.onChange();
    return text;
  }

  /** What waits, as it is kept in the draft. */
  get waitingText() {
    return this.#waiting.text;
  }

  /** Goes on with another engine, which takes the kept state or reads the text when it answers. */
  async adopt() {
    this.#isAdopting = true;
    try {
      await this.#parts.running.stop();
      this.#standing.forget();
      await this.#standing.look(this.current);
    } finally {
      this.#isAdopting = false;
    }
    this.#shown.refresh();
    this.#parts.onChange();
  }

  /** Without an engine nothing can be done with the turns. */
  detach() {
    this.#standing.forget();
    this.#shown.refresh();
  }

  /** The engine has to read the chat again, because what it is told before it has changed. */
  async readAgain() {
    // An answer that is being written ends under the old words; its state is not kept any more.
    await this.#standing.leave();
    await dropStates(this.#parts.engine(), this.current.meta.id);
    this.#parts.onChange();
  }

  /** Makes a turn, or the beginning, the end of what is shown. @param {string | null} leaf */
  go(leaf) {
    return this.#branches.go(leaf);
  }

  /** Takes the last turn off the end. It stays in the tree. */
  undo() {
    return this.#branches.undo();
  }

  redo() {
    return this.#branches.redo();
  }

  /** Shows the branch beside the last turn that has one. @param {1 | -1} step */
  turnTo(step) {
    this.#branches.turnTo(step);
  }

  /** @param {OpenChat} open @returns {string} */
  #replace(open) {
    const text = this.takeBack();
    // This does not wait for the engine: the session is closed once the engine has stopped using it.
    const before = this.current;
    const stopped = this.#parts.running.stop();
    const close = this.#standing.forget();
    this.#answering.forget();
    this.#shown.replace(open);
    this.#parts.onChange();
    void before.flush();
    void stopped.then(() => this.#parts.running.letGo()).then(close);
    return text;
  }

  #new() {
    return new OpenChat(this.#parts.library, { chat: newChat(), nodes: [] });
  }
}
