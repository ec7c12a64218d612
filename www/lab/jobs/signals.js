// Signals of chapter 2, as samples between -1 and 1.

/** T. */
export const SAMPLES = 256;

const at = (/** @type {(t: number) => number} */ of) => Array.from({ length: SAMPLES }, (_, t) => of(t));

/** A beat of the heart: the small wave, the spike, the long wave. @param {number} phase of a beat, from 0 to 1 */
function beat(phase) {
  const bump = (/** @type {number} */ middle, /** @type {number} */ width) => Math.exp(-(((phase - middle) / width) ** 2));
  return 0.15 * bump(0.2, 0.04) - 0.15 * bump(0.36, 0.015) + bump(0.4, 0.015) - 0.25 * bump(0.44, 0.015) + 0.3 * bump(0.65, 0.06);
}

/** Noise that is the same each time. */
function noise() {
  let state = 42;
  return at(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** @type {Record<string, () => number[]>} */
export const SIGNALS = {
  heartbeat: () => at((t) => beat((t % 64) / 64)),
  step: () => at((t) => (t >= 32 && t < 160 ? 1 : 0)),
  sine: () => at((t) => Math.sin((2 * Math.PI * t) / 48)),
  noise,
};
