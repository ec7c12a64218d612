// How far a load is: what has come of the program, of the small files and of the weights, the rate of the network, and
// the kernels that compile meanwhile.

/**
 * @typedef {"connect" | "read" | "download" | "wait" | "prepare"} Phase looking for the files, reading what is kept,
 *   downloading, waiting to try again after a failure, building the model
 *
 * @typedef {object} Progress
 * @property {Phase} phase of the model's files; the program may come meanwhile
 * @property {number} loadedBytes of everything: the sum of the parts. Compressed answers count as what they unpack to
 * @property {number | null} totalBytes null while the size of the weights is not known. It can grow a little, because a
 *   part whose size nobody says counts as what has come of it
 * @property {Parts} parts
 * @property {number | null} bytesPerSecond what came over the network in the last seconds, whatever part it was of;
 *   null until there is something to measure, and where nothing comes over the network
 * @property {number | null} secondsLeft of the download; null where it cannot be told
 * @property {Kernels | null} kernels null where there is nothing to compile
 *
 * @typedef {{ loadedBytes: number, totalBytes: number | null }} Part
 * @typedef {{ program: Part, files: Part, weights: Part }} Parts the wasm; config.json, tokenizer.json and the like; and
 *   the weights
 * @typedef {Part & { isFromNetwork: boolean }} Fetched
 * @typedef {{ ready: number, of: number }} Kernels compiled for the GPU, and needed
 */

/** Long enough to smooth bursts, short enough to follow a change of network. */
const WINDOW_MS = 3000;
/** In less time a burst would look like a rate. */
const SHORTEST_MS = 400;
const REPORT_EVERY_MS = 100;
/** The rate has to fall even if nothing arrives. */
const TICK_MS = 500;

/** @returns {Part} */
const nothing = () => ({ loadedBytes: 0, totalBytes: null });

export class ProgressMeter {
  /** What had come over the network at which time. @type {{ at: number, bytes: number }[]} */
  #samples = [];
  #fromNetwork = 0;
  #reportedAt = -Infinity;
  /** @type {Parts} */
  #parts = { program: nothing(), files: nothing(), weights: nothing() };
  /** @type {Phase} */
  #phase = "connect";
  /** @type {Kernels | null} */
  #kernels = null;
  #hasEnded = false;
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

  /** @param {number | null} bytes of the weights */
  expect(bytes) {
    this.#parts.weights.totalBytes = bytes;
  }

  /**
   * @param {number} bytes
   * @param {"read" | "download"} phase
   * @param {"weights" | "files"} [part]
   */
  add(bytes, phase, part = "weights") {
    // Small files come while the weights are looked for or begin. The phase is that of the weights.
    if (part === "weights" || this.#phase === "connect") this.#become(phase);
    const it = this.#parts[part];
    it.loadedBytes += bytes;
    // An index may have promised less than its shards hold.
    if (it.totalBytes !== null) it.totalBytes = Math.max(it.totalBytes, it.loadedBytes);
    this.#count(phase === "download" ? bytes : 0);
  }

  /** What has come of the program. @param {Fetched} fetched */
  program({ loadedBytes, totalBytes, isFromNetwork }) {
    const more = loadedBytes - this.#parts.program.loadedBytes;
    this.#parts.program = { loadedBytes, totalBytes };
    this.#count(isFromNetwork ? more : 0);
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
    this.end();
    this.#become("prepare");
    this.#tell();
  }

  /** The files are loaded again from the start. */
  reset() {
    this.#become("connect");
    this.#parts = { ...this.#parts, files: nothing(), weights: nothing() };
    this.#kernels = null;
    this.#hasEnded = false;
    this.#tell();
  }

  /** Nothing more is reported. */
  end() {
    this.#hasEnded = true;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  /** @param {number} bytes that came over the network */
  #count(bytes) {
    if (bytes > 0 && this.#samples.length === 0) this.#sample();
    this.#fromNetwork += bytes;
    if (this.#hasEnded) return;
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS);
    if (this.#now() - this.#reportedAt >= REPORT_EVERY_MS) this.#tick();
  }

  #tick() {
    if (this.#samples.length > 0) this.#sample();
    this.#tell();
  }

  #sample() {
    const now = this.#now();
    this.#samples.push({ at: now, bytes: this.#fromNetwork });
    // The last sample before the window stays: it is the window's beginning.
    while (this.#samples.length > 2 && now - this.#samples[1].at >= WINDOW_MS) this.#samples.shift();
  }

  /** @param {Phase} phase */
  #become(phase) {
    // A pause and what follows it are not measured together.
    if (phase !== this.#phase && (phase === "wait" || phase === "prepare")) this.#samples = [];
    this.#phase = phase;
  }

  #rate() {
    const [first] = this.#samples;
    const last = this.#samples[this.#samples.length - 1];
    if (!last || last.at - first.at < SHORTEST_MS) return null;
    const rate = ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
    // If nothing comes although it should, the rate is 0.
    return rate > 0 || this.#phase === "download" ? rate : null;
  }

  #tell() {
    this.#reportedAt = this.#now();
    const { program, files, weights } = this.#parts;
    const loadedBytes = program.loadedBytes + files.loadedBytes + weights.loadedBytes;
    const size = (/** @type {Part} */ part) => Math.max(part.totalBytes ?? 0, part.loadedBytes);
    const totalBytes = weights.totalBytes === null ? null : size(program) + size(files) + size(weights);
    const rate = this.#rate();
    const isTold = this.#phase === "download" && rate !== null && rate > 0 && totalBytes !== null;
    this.#report({
      phase: this.#phase,
      loadedBytes,
      totalBytes,
      parts: { program: { ...program }, files: { ...files }, weights: { ...weights } },
      bytesPerSecond: rate,
      secondsLeft: isTold ? (totalBytes - loadedBytes) / rate : null,
      kernels: this.#kernels,
    });
  }
}
