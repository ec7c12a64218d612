// The turns of this worker's sessions.

import { Turns } from "../session/turns.js";

export const turns = new Turns();

/** @param {() => Promise<void>} something */
export async function inTurn(something) {
  const who = {};
  await turns.take(who);
  try {
    await something();
  } finally {
    turns.end(who);
  }
}
