// How far a load is: rate and time left of a download, and the kernels that compile meanwhile.

/**
 * @typedef {"connect" | "read" | "download" | "wait" | "prepare"} Phase looking for the files, reading what is kept,
 *   downloading, waiting to try again after a failure, building the model
 *
 * @typedef {object} Progress
 * @property {Phase} phase
 * @property {number} loadedBytes
 * @property {number | null} totalBytes null while it is not known
 * @property {number | null} bytesPerSecond null until there is something to measure
 * @property {number | null} secondsLeft null until both are known
 * @property {Kernels | null} kernels null where there is nothing to compile
 *
 * @typedef {{ ready: number, of: number }} Kernels compiled for the GPU, and needed
 */

/** Long enough to smooth over bursts, short enough to follow a change of network. */
const WINDOW_MS = 3000;
const REPORT_EVERY_MS = 100;
/** When nothing arrives the rate has to fall all the same. */
const TICK_MS = 500;

export class ProgressMeter {
  /** @type {{ at: number, bytes: number }[]} */
  #samples = [];
  #loaded = 0;
  #reportedAt = -Infinity;
  /** @type {number | null} */
  #total = null;
  /** @type {Phase} */
  #phase = "connect";
  /** @type {Kernels | null} */
  #kernels = null;
  #report;
  #now;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {(progress: Progress) => void} report @param {() => number} [now] in milliseconds */
  constructor(report, now = () => performance.now()) {
    this.#report = report;
    this.#now = now;
    this.#tell();
  }

  /** @param {number | null} bytes */
  expect(bytes) {
    this.#total = bytes;
  }

  /** @param {number} bytes @param {"read" | "download"} phase */
  add(bytes, phase) {
    this.#become(phase);
    this.#loaded += bytes;
    // An index may have promised less than its shards hold.
    if (this.#total !== null) this.#total = Math.max(this.#total, this.#loaded);
    this.#ticking ??= setInterval(() => this.#sample(), TICK_MS);
    if (this.#now() - this.#reportedAt >= REPORT_EVERY_MS) this.#sample();
  }

  #sample() {
    const now = this.#now();
    this.#samples.push({ at: now, bytes: this.#loaded });
    while (this.#samples.length > 2 && now - this.#samples[0].at > WINDOW_MS) this.#samples.shift();
    this.#tell();
  }

  /** For the next report. @param {Kernels} kernels */
  compile(kernels) {
    this.#kernels = kernels.of > 0 ? kernels : null;
  }

  /** @param {boolean} isWaiting to try again */
  wait(isWaiting) {
    this.#become(isWaiting ? "wait" : "connect");
    this.#tell();
  }

  prepare() {
    clearInterval(this.#ticking);
    this.#become("prepare");
    this.#tell();
  }

  /** All over again. */
  reset() {
    this.#become("connect");
    this.#loaded = 0;
    this.#total = null;
    this.#kernels = null;
    this.#tell();
  }

  /** @param {Phase} phase */
  #become(phase) {
    // The rate of the disk says nothing about that of the network.
    if (phase !== this.#phase) this.#samples = [];
    this.#phase = phase;
  }

  #tell() {
    this.#reportedAt = this.#now();
    const [first] = this.#samples;
    const last = this.#samples[this.#samples.length - 1];
    const rate = last && last.at > first.at ? ((last.bytes - first.bytes) / (last.at - first.at)) * 1000 : null;
    this.#report({
      phase: this.#phase,
      loadedBytes: this.#loaded,
      totalBytes: this.#total,
      bytesPerSecond: rate,
      secondsLeft: rate && this.#total !== null ? (this.#total - this.#loaded) / rate : null,
      kernels: this.#kernels,
    });
  }
}
