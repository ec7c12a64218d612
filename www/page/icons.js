// The drawings of the chat's icons, 24 units wide and high. They are made where they are used, so that a chat needs nothing
// of the document around it. What index.html draws itself are symbols there.

/** Outlines; a second string is filled. @type {Record<string, [string, string?]>} */
export const DRAWINGS = {
  send: ["M12 19V5M5.5 11.5 12 5l6.5 6.5"],
  stop: ["", "M9 7h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2z"],
  copy: ["M11 9h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"],
  weigh: ["M4 19.5h16M6.5 16v-5M12 16V5M17.5 16V9"],
  text: ["M5 6h14M12 6v13M9 19h6"],
  done: ["m5 12.5 4.5 4.5L19 7.5"],
  again: ["M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.4M20 4.5v4.9h-4.9"],
  on: ["M5 12h14M13 6l6 6-6 6"],
  down: ["M12 5v14M5.5 12.5 12 19l6.5-6.5"],
  problem: ["M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M12 7.5v5M12 16.2v.1"],
  more: ["", "M7.1 12a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0M13.6 12a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0M20.1 12a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0"],
  edit: ["M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5"],
  new: ["M12 5v14M5 12h14"],
  left: ["m14 6-6 6 6 6"],
  right: ["m10 6 6 6-6 6"],
  undo: ["M8 5 4 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11h-4"],
  ways: ["M4 12h4M8 12c4 0 3-6 8-6h4M8 12h12M8 12c4 0 3 6 8 6h4"],
};
