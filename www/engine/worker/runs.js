// The runs that are under way, and what their readers say.

/**
 * @typedef {{ isStopped: boolean, untaken: number, wake: () => void, who: object }} Run
 *   `who` takes its turns: itself, or the passes that it joins
 */

/** @type {Map<number, Run>} by the id of their call */
export const runs = new Map();

/** @param {{ id: number, stop: true } | { id: number, taken: number }} said */
export function hear(said) {
  const run = runs.get(said.id);
  if (!run) return;
  if ("stop" in said) run.isStopped = true;
  else run.untaken -= said.taken;
  run.wake();
}
