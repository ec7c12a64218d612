// Keeps the end of the text in view while it grows, until its beginning is at the top. Visitors read from there and should
// not have to scroll back. Nothing scrolls for a visitor who has scrolled up. A button leads to the end.

import { icon, make } from "./dom.js";

const NEAR = 48;
const GAP = 8;

export class FollowScroll {
  /** Leads to the end. */
  button = make("button", { type: "button", class: "latest", id: "latest" }, icon("down"), "Latest");
  #isFollowing = true;
  #lastY = 0;
  #scroller;
  #isGrowing = false;
  /** What must not leave the window upwards. @type {Element | null} */
  #pinned = null;

  /** @param {import("./scroller.js").Scroller} scroller */
  constructor(scroller) {
    this.#scroller = scroller;
    this.button.hidden = true;
    scroller.onMove(() => this.#look());
    this.button.addEventListener("click", () => this.#toEnd());
  }

  /** To the end, and from now on with it, as far as the element stays in view. @param {Element} pinned */
  jump(pinned) {
    this.#pinned = pinned;
    this.#isFollowing = true;
    this.follow();
  }

  /** Call after text was added. */
  follow() {
    if (this.#isFollowing) {
      const y = Math.min(this.#endY(), this.#pinnedY());
      // Once it stands at the top, the visitor scrolls.
      if (y > this.#scroller.y + 0.5 || this.#pinnedY() > this.#endY()) this.#scroller.to(y);
    }
    this.#show();
  }

  #toEnd() {
    this.#pinned = null;
    this.#isFollowing = true;
    this.follow();
  }

  #look() {
    const { y } = this.#scroller;
    const fromEnd = this.#endY() - y;
    // Upwards is the visitor's doing; the page itself only ever scrolls down.
    if (y < this.#lastY && fromEnd > 4) this.#isFollowing = false;
    else if (fromEnd < NEAR) {
      this.#isFollowing = true;
      // Beyond the place that the page itself scrolls to: the visitor follows the end.
      if (y > this.#pinnedY() + NEAR) this.#pinned = null;
    }
    this.#lastY = y;
    this.#show();
  }

  /** @param {boolean} isGrowing whether text is being added */
  showGrowing(isGrowing) {
    this.#isGrowing = isGrowing;
    this.#show();
  }

  #endY() {
    return this.#scroller.whole - this.#scroller.height;
  }

  #pinnedY() {
    if (!this.#pinned?.isConnected) return Infinity;
    return this.#pinned.getBoundingClientRect().top + this.#scroller.y - this.#scroller.top - GAP;
  }

  #show() {
    this.button.hidden = !this.#isGrowing || this.#endY() - this.#scroller.y < NEAR;
  }
}
