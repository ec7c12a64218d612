// Systems that chapter 2 begins with: modes as in jobs/linear.js.

/** N of HiPPO, and how many seconds back it reads. */
export const HIPPO = { states: 6, ago: 0.7 };

/** @type {Record<string, import("./linear.js").Mode[]>} */
export const SYSTEMS = {
  decay: [
    [-0.4, 0, 1, 0.4],
    [-4, 0, 1, 4],
  ],
  oscillation: [
    [-0.25, 3, 1, 1],
    [-0.6, 9, 1, 1],
  ],
};
