// What a conversation scrolls in: the page, or a box of its own.

/**
 * @typedef {object} Scroller
 * @property {number} y how far it is scrolled, in pixels
 * @property {number} height of what is seen
 * @property {number} whole height of what there is
 * @property {number} top where what is seen begins in the window: below a header
 * @property {number} bottom where it ends in the window
 * @property {(y: number) => void} to
 * @property {(listener: () => void) => void} onMove called when it was scrolled or has another size
 * @property {(listener: () => void) => void} onPaper called before all of it is printed
 */

/** @param {() => Element | null} header what covers the top of the page @returns {Scroller} */
export function pageScroller(header) {
  return {
    get y() {
      return scrollY;
    },
    get height() {
      return innerHeight;
    },
    get whole() {
      return document.documentElement.scrollHeight;
    },
    get top() {
      return Math.max(0, header()?.getBoundingClientRect().bottom ?? 0);
    },
    get bottom() {
      return innerHeight;
    },
    to: (top) => scrollTo({ top, behavior: "instant" }),
    onMove(listener) {
      addEventListener("scroll", listener, { passive: true });
      addEventListener("resize", listener, { passive: true });
    },
    onPaper: (listener) => addEventListener("beforeprint", listener),
  };
}

/** @param {HTMLElement} box that scrolls @param {AbortSignal} signal ends the listening to the window @returns {Scroller} */
export function boxScroller(box, signal) {
  return {
    get y() {
      return box.scrollTop;
    },
    get height() {
      return box.clientHeight;
    },
    get whole() {
      return box.scrollHeight;
    },
    get top() {
      return box.getBoundingClientRect().top;
    },
    get bottom() {
      return box.getBoundingClientRect().bottom;
    },
    to: (top) => box.scrollTo({ top, behavior: "instant" }),
    onMove(listener) {
      box.addEventListener("scroll", listener, { passive: true, signal });
      const observer = new ResizeObserver(listener);
      observer.observe(box);
      signal.addEventListener("abort", () => observer.disconnect());
    },
    onPaper: (listener) => addEventListener("beforeprint", listener, { signal }),
  };
}
