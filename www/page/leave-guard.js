// A question of the browser's own before the page is left, where something would be lost that is under way: an answer that
// is written, a message that waits for one, a text that was not sent.

/** @param {() => boolean} wouldBeLost */
export function setUpLeaveGuard(wouldBeLost) {
  addEventListener("beforeunload", (event) => {
    if (wouldBeLost()) event.preventDefault();
  });
}
