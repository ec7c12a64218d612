// Keeps the end of the text in view while it grows, but only for a visitor who is there:
// whoever scrolled up to read is left alone, and gets a button that leads back.

import { byId } from "./dom.js";

const NEAR = 48;

export class FollowScroll {
  #isFollowing = true;
  #lastY = 0;
  #page = document.documentElement;
  #isGrowing = false;
  #button = byId("latest", HTMLButtonElement);

  constructor() {
    addEventListener("scroll", () => this.#look(), { passive: true });
    this.#button.addEventListener("click", () => this.jump());
  }

  /** To the end, and from now on with it. */
  jump() {
    this.#isFollowing = true;
    this.follow();
  }

  /** Call after text was added. */
  follow() {
    if (this.#isFollowing) scrollTo({ top: this.#page.scrollHeight, behavior: "instant" });
    this.#show();
  }

  #look() {
    const fromEnd = this.#page.scrollHeight - innerHeight - scrollY;
    // Upwards is the visitor's doing; the page itself only ever scrolls down.
    if (scrollY < this.#lastY && fromEnd > 4) this.#isFollowing = false;
    else if (fromEnd < NEAR) this.#isFollowing = true;
    this.#lastY = scrollY;
    this.#show();
  }

  /** @param {boolean} isGrowing whether text is being added */
  showGrowing(isGrowing) {
    this.#isGrowing = isGrowing;
    this.#show();
  }

  #show() {
    this.#button.hidden = this.#isFollowing || !this.#isGrowing;
  }
}
