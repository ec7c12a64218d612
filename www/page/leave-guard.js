// A question of the browser's own before the page is left, where something would be lost.

/** @param {() => boolean} wouldBeLost */
export function setUpLeaveGuard(wouldBeLost) {
  addEventListener("beforeunload", (event) => {
    if (wouldBeLost()) event.preventDefault();
  });
}
