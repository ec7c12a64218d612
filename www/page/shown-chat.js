// The chat that is open, and its turns on the screen.

import { dividerBefore } from "./answering.js";
import { TurnList } from "./turn-list.js";
import { TurnView } from "./turn-view.js";

/**
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {import("./chats/open-chat.js").OpenChat} OpenChat
 */

export class ShownChat {
  #open;
  #list;
  #waiting;
  #tools;

  /**
   * @param {import("./scroller.js").Scroller} scroller
   * @param {OpenChat} open
   * @param {import("./waiting.js").WaitingMessages} waiting they stand after the last turn
   * @param {() => import("./turn-tools.js").TurnTools} tools what can be done with a turn; not asked before one is shown
   */
  constructor(scroller, open, waiting, tools) {
    this.#open = open;
    this.#waiting = waiting;
    this.#tools = tools;
    this.#list = new TurnList(scroller, (node) => this.#makeView(node));
  }

  get open() {
    return this.#open;
  }

  /** The list of the turns. */
  get element() {
    return this.#list.element;
  }

  /** Nothing is shown. */
  get isEmpty() {
    return this.#list.isEmpty;
  }

  /** The turns in the document. */
  get turns() {
    return this.#list.shown;
  }

  /** The turn at the end, as it is shown. */
  get lastView() {
    const { leaf } = this.#open.tree;
    return leaf === null ? null : this.view(leaf);
  }

  /** @param {string} id of a turn */
  view(id) {
    return this.#list.view(id);
  }

  /** @param {OpenChat} chat */
  isOpen(chat) {
    return chat === this.#open;
  }

  /** Another chat takes the place of this one. Nothing of it is shown yet. @param {OpenChat} open */
  replace(open) {
    this.#open = open;
    this.#list.clear();
    this.refresh();
  }

  /** The same chat, as another tab has left it. @param {OpenChat} open */
  renew(open) {
    const before = this.#list.shown;
    this.#open = open;
    for (const [{ id }, view] of before) {
      const node = open.tree.get(id);
      if (node) view.update(node);
    }
  }

  /** @param {string | null} [around] a turn that has to be in the document; the last one if it is null */
  show(around = null) {
    this.#list.show(this.#open.tree.path(), around);
    this.refresh();
  }

  /** The end of the chat is in the document, whatever was looked at. */
  toEnd() {
    this.#list.show(this.#open.tree.path());
    for (const view of this.#waiting.views) this.#list.append(view.element);
  }

  /** How a message looks that is no turn yet. @param {string} message */
  viewOf(message) {
    /** @type {TurnView} */
    const view = new TurnView(message, this.#tools().actions(() => this.#list.shown.find(([, shown]) => shown === view)?.[0] ?? null));
    return view;
  }

  /** A message has become a turn. @param {Node} node @param {TurnView} view */
  adopt(node, view) {
    this.#list.adopt(node, view);
  }

  /** Shows what can be done with each turn. */
  refresh() {
    const { leaf } = this.#open.tree;
    for (const [node, view] of this.#list.shown) view.show(this.#tools().state(node, node.id === leaf && this.#waiting.isEmpty));
  }

  /** @param {Node} node */
  #makeView(node) {
    const view = TurnView.of(node, this.#tools().actions(() => node));
    view.showDivider(dividerBefore(node, this.#open.tree.get(node.parent)));
    return view;
  }
}
