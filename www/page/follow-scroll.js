// Keeps the end of the text in view while it grows, until its beginning is at the top. Visitors read from there and should
// not have to scroll back. Nothing scrolls for a visitor who has scrolled up. A button leads to the end.

import { byId } from "./dom.js";

const NEAR = 48;
const GAP = 8;

export class FollowScroll {
  #isFollowing = true;
  #lastY = 0;
  #page = document.documentElement;
  #top = document.querySelector(".top");
  #isGrowing = false;
  /** What must not leave the window upwards. @type {Element | null} */
  #pinned = null;
  #button = byId("latest", HTMLButtonElement);

  constructor() {
    addEventListener("scroll", () => this.#look(), { passive: true });
    this.#button.addEventListener("click", () => this.#toEnd());
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
      if (y > scrollY + 0.5 || this.#pinnedY() > this.#endY()) scrollTo({ top: y, behavior: "instant" });
    }
    this.#show();
  }

  #toEnd() {
    this.#pinned = null;
    this.#isFollowing = true;
    this.follow();
  }

  #look() {
    const fromEnd = this.#endY() - scrollY;
    // Upwards is the visitor's doing; the page itself only ever scrolls down.
    if (scrollY < this.#lastY && fromEnd > 4) this.#isFollowing = false;
    else if (fromEnd < NEAR) {
      this.#isFollowing = true;
      // Beyond the place that the page itself scrolls to: the visitor follows the end.
      if (scrollY > this.#pinnedY() + NEAR) this.#pinned = null;
    }
    this.#lastY = scrollY;
    this.#show();
  }

  /** @param {boolean} isGrowing whether text is being added */
  showGrowing(isGrowing) {
    this.#isGrowing = isGrowing;
    this.#show();
  }

  #endY() {
    return this.#page.scrollHeight - innerHeight;
  }

  #pinnedY() {
    if (!this.#pinned?.isConnected) return Infinity;
    const header = this.#top ? Math.max(0, this.#top.getBoundingClientRect().bottom) : 0;
    return this.#pinned.getBoundingClientRect().top + scrollY - header - GAP;
  }

  #show() {
    this.#button.hidden = !this.#isGrowing || this.#endY() - scrollY < NEAR;
  }
}
