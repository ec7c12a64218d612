// Numbers as people read them.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** @param {number} value */
export const count = (value) => whole.format(Math.round(value));

/** @param {number} value @param {string} one @param {string} [many] */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** @param {number} value 22.7 M, 2.8 B */
export function big(value) {
  if (value >= 1e9) return `${short.format(value / 1e9)} B`;
  if (value >= 1e6) return `${short.format(value / 1e6)} M`;
  return count(value);
}

/** @param {number} value */
export function bytes(value) {
  if (value >= 2 ** 30) return `${short.format(value / 2 ** 30)} GiB`;
  if (value >= 2 ** 20) return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (value >= 2 ** 10) return `${count(value / 2 ** 10)} KiB`;
  return counted(value, "byte");
}

/** @param {number} value in bytes, of which nobody needs the last digit */
export const about = (value) =>
  value >= 2 ** 30 ? `${short.format(value / 2 ** 30)} GiB` : `${count(value / 2 ** 20)} MiB`;

/** @param {number} seconds */
export function timeLeft(seconds) {
  if (seconds < 1) return "almost done";
  if (seconds < 90) return `${counted(Math.ceil(seconds), "second")} left`;
  return `${counted(Math.ceil(seconds / 60), "minute")} left`;
}

/** @param {number} ms */
export const duration = (ms) => (ms < 1000 ? `${count(Math.max(1, ms))} ms` : `${short.format(ms / 1000)} s`);

/** @param {number} value */
export const rate = (value) => (value >= 100 ? count(value) : short.format(value));
