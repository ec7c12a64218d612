// What Chromium's sampling profiler says.

/**
 * Microseconds by name.
 *
 * @param {any} profile
 * @param {(callFrame: { functionName: string, url: string }) => string} nameOf
 * @returns {Map<string, number>}
 */
export function selfTimes(profile, nameOf) {
  const names = new Map(profile.nodes.map((/** @type {any} */ { id, callFrame }) => [id, nameOf(callFrame)]));
  /** @type {Map<string, number>} */
  const times = new Map();
  profile.samples.forEach((/** @type {number} */ id, /** @type {number} */ i) => {
    const name = names.get(id) ?? "";
    times.set(name, (times.get(name) ?? 0) + profile.timeDeltas[i]);
  });
  return times;
}
