// Rate and time left of a download.

/**
 * @typedef {object} Progress
 * @property {"connect" | "download" | "prepare"} phase
 * @property {number} loadedBytes
 * @property {number | null} totalBytes null while it is not known
 * @property {number | null} bytesPerSecond null until there is something to measure
 * @property {number | null} secondsLeft null until both are known
 */

/** Long enough to smooth over bursts, short enough to follow a change of network. */
const WINDOW_MS = 3000;
const REPORT_EVERY_MS = 100;

export class ProgressMeter {
  /** @type {{ at: number, bytes: number }[]} */
  #samples = [];
  #loaded = 0;
  #reportedAt = -Infinity;
  /** @type {number | null} */
  #total = null;
  #report;

  /** @param {(progress: Progress) => void} report */
  constructor(report) {
    this.#report = report;
    this.#tell("connect");
  }

  /** @param {number | null} bytes */
  expect(bytes) {
    this.#total = bytes;
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#loaded += bytes;
    // An index may have promised less than its shards hold.
    if (this.#total !== null) this.#total = Math.max(this.#total, this.#loaded);
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#samples.push({ at: now, bytes: this.#loaded });
    while (this.#samples.length > 2 && now - this.#samples[0].at > WINDOW_MS) this.#samples.shift();
    this.#tell("download");
  }

  prepare() {
    this.#tell("prepare");
  }

  /** @param {Progress["phase"]} phase */
  #tell(phase) {
    this.#reportedAt = performance.now();
    const [first] = this.#samples;
    const last = this.#samples[this.#samples.length - 1];
    const rate = last && last.at > first.at ? ((last.bytes - first.bytes) / (last.at - first.at)) * 1000 : null;
    this.#report({
      phase,
      loadedBytes: this.#loaded,
      totalBytes: this.#total,
      bytesPerSecond: rate,
      secondsLeft: rate && this.#total !== null ? (this.#total - this.#loaded) / rate : null,
    });
  }
}
