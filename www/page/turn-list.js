// The turns on the screen. A chat may have thousands: only those around the place that is looked at are in the document,
// and more are added at either end as the visitor comes near.

import { make } from "./dom.js";
import { keepFocus } from "./keep-focus.js";

/**
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {import("./turn-view.js").TurnView} TurnView
 */

/** Turns that are added at once, about three screens of short ones. */
const STEP = 20;
/** They are added when the end of what is there is as near as this to what is seen. */
const NEAR_PX = 800;

export class TurnList {
  /** The list itself. */
  element = make("ol", { id: "turns", class: "turns", part: "turns" });
  #scroller;
  #makeView;
  /** @type {Node[]} */
  #path = [];
  /** The turns in the document: from here ... */
  #from = 0;
  /** ... up to, but not including, this one. */
  #to = 0;
  /** @type {Map<string, TurnView>} */
  #views = new Map();
  #earlier = moreButton("Show earlier turns", () => this.#addEarlier());
  #frame = 0;
  #later = moreButton("Show later turns", () => this.#addLater());

  /**
   * @param {import("./scroller.js").Scroller} scroller
   * @param {(node: Node) => TurnView} makeView
   */
  constructor(scroller, makeView) {
    this.#scroller = scroller;
    this.#makeView = makeView;
    scroller.onMove(() => this.#look());
    // On paper nothing is added by scrolling.
    scroller.onPaper(() => {
      while (this.#earlier.isConnected) this.#addEarlier();
      while (this.#later.isConnected) this.#addLater();
    });
  }

  /** Nothing is shown, not even a message that waits. */
  get isEmpty() {
    return this.#path.length === 0 && this.element.querySelector(".turn") === null;
  }

  /** @returns {[Node, TurnView][]} what is in the document */
  get shown() {
    return this.#path.slice(this.#from, this.#to).map((node) => [node, /** @type {TurnView} */ (this.#views.get(node.id))]);
  }

  /** @param {string} id @returns {TurnView | null} */
  view(id) {
    return this.#views.get(id) ?? null;
  }

  /**
   * Shows a way from the beginning. What it has in common with the one before stays as it is.
   *
   * @param {Node[]} path
   * @param {string | null} [around] a turn that has to be in the document; the last one if it is null
   */
  show(path, around = null) {
    keepFocus(); // the button that was pressed may be in a turn that goes
    const first = this.#element(this.#from);
    const top = first?.getBoundingClientRect().top;
    const isLonger = this.#takeBeginning(path);
    let common = 0;
    while (common < path.length && common < this.#path.length && path[common].id === this.#path[common].id) common += 1;
    const middle = around === null ? path.length - 1 : path.findIndex(({ id }) => id === around);
    const stays = common > this.#from && middle >= this.#from && middle <= this.#to + STEP;
    const keepUpTo = stays ? Math.min(common, this.#to) : this.#from;
    for (const node of this.#path.slice(keepUpTo, this.#to)) this.#remove(node);
    if (!stays) for (const node of this.#path.slice(this.#from, keepUpTo)) this.#remove(node);
    this.#path = path;
    if (stays) this.#to = keepUpTo;
    else this.#from = this.#to = Math.max(0, Math.min(middle, path.length - 1) - STEP / 2);
    this.#extend(Math.min(path.length, Math.max(middle + STEP, this.#to)));
    this.#showMore();
    if (isLonger && first && top !== undefined) this.#stay(first, top);
  }

  /** Takes the turns before those that are there, if the way begins with them. @param {Node[]} path @returns {boolean} */
  #takeBeginning(path) {
    const more = path.findIndex(({ id }) => id === this.#path[0]?.id);
    if (more <= 0) return false;
    this.#path = [...path.slice(0, more), ...this.#path];
    this.#from += more;
    this.#to += more;
    return true;
  }

  /** Puts an element after the last turn: a message that waits. @param {HTMLElement} element */
  append(element) {
    this.element.append(element);
  }

  /** A view that was made before its turn was there. @param {Node} node @param {TurnView} view */
  adopt(node, view) {
    this.#path = [...this.#path, node];
    this.#views.set(node.id, view);
    // The end has to be in the document for it.
    this.#extend(this.#path.length - 1);
    this.#to = this.#path.length;
    this.#showMore();
  }

  /** Removes everything. */
  clear() {
    this.#path = [];
    this.#from = this.#to = 0;
    this.#views.clear();
    this.element.replaceChildren();
  }

  /** @param {number} to */
  #extend(to) {
    const before = this.#to > this.#from ? this.#element(this.#to - 1) : null;
    const made = this.#make(this.#to, to);
    if (before) before.after(...made);
    else if (this.#earlier.isConnected) this.#earlier.after(...made);
    else this.element.prepend(...made);
    this.#to = Math.max(this.#to, to);
  }

  /** Adds turns once a frame, where an end has come near. */
  #look() {
    if (!this.#earlier.isConnected && !this.#later.isConnected) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.element.checkVisibility()) return;
      if (this.#later.isConnected && this.#later.getBoundingClientRect().top < this.#scroller.bottom + NEAR_PX) this.#addLater();
      if (this.#earlier.isConnected && this.#earlier.getBoundingClientRect().bottom > this.#scroller.top - NEAR_PX) this.#addEarlier();
    });
  }

  #addLater() {
    this.#extend(Math.min(this.#path.length, this.#to + STEP));
    this.#showMore();
  }

  #addEarlier() {
    const first = this.#element(this.#from);
    if (!first) return;
    const from = Math.max(0, this.#from - STEP);
    const top = first.getBoundingClientRect().top;
    first.before(...this.#make(from, this.#from));
    this.#from = from;
    this.#showMore();
    this.#stay(first, top);
  }

  /** What is looked at stays where it was. @param {HTMLElement} element @param {number} top where it was in the window */
  #stay(element, top) {
    const moved = element.getBoundingClientRect().top - top;
    if (moved !== 0) this.#scroller.to(this.#scroller.y + moved);
  }

  /** @param {number} from @param {number} to */
  #make(from, to) {
    const made = [];
    for (let at = from; at < to; at++) {
      const node = this.#path[at];
      const view = this.#makeView(node);
      this.#views.set(node.id, view);
      made.push(view.element);
    }
    return made;
  }

  /** @param {number} at */
  #element(at) {
    return this.#views.get(this.#path[at]?.id)?.element ?? null;
  }

  /** @param {Node} node */
  #remove(node) {
    this.#views.get(node.id)?.element.remove();
    this.#views.delete(node.id);
  }

  #showMore() {
    if (this.#from > 0) this.element.prepend(this.#earlier);
    else this.#earlier.remove();
    const last = this.#element(this.#to - 1);
    if (this.#to < this.#path.length && last) last.after(this.#later);
    else this.#later.remove();
    this.#look();
  }
}

/** @param {string} text @param {() => void} action */
function moreButton(text, action) {
  const button = make("button", { class: "link", type: "button", text });
  button.addEventListener("click", action);
  return make("li", { class: "more-turns" }, button);
}
