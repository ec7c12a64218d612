// Lets the browser ask before the page is left, if something would be lost: an answer that is being written, a message
// that waits for one, or a text that was not sent.

/** @param {() => boolean} wouldBeLost */
export function setUpLeaveGuard(wouldBeLost) {
  addEventListener("beforeunload", (event) => {
    if (wouldBeLost()) event.preventDefault();
  });
}
