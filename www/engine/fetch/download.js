// The bytes of one file from the web, over as many requests as it takes.

import { brokeOff, keptChanging, StartAnew, unreachable, wrongSize } from "./file-errors.js";
import { cancelled, isOffline } from "../errors.js";
import { ask, canContinue, isSame, Passing } from "./http.js";

/**
 * @typedef {object} Patience
 * @property {number} tries requests in a row that bring no byte, until it is given up
 * @property {number} firstDelayMs doubled after each of them
 * @property {number} stallMs without a byte, until the connection counts as lost
 *
 * @typedef {object} Wanted
 * @property {string} name for messages
 * @property {string} url
 * @property {number | null} [size] where it is known for certain
 * @property {boolean} [isPinned] whether the bytes behind the address can never change
 * @property {RequestCache} [cache]
 * @property {Patience} patience
 * @property {(isWaiting: boolean) => void} [onWait]
 */

/** @type {Patience} */
export const PATIENCE = { tries: 5, firstDelayMs: 400, stallMs: 60_000 };

/** Even if the server asks for a longer delay: the visitor wants to know the outcome. */
const LONGEST_DELAY_MS = 20_000;
/** If a file changes while it loads, the load begins again this many times. */
const CHANGES = 3;

export class Download {
  #wanted;
  /** @type {import("./http.js").Answer | null} */
  #answer = null;
  /** @type {AbortController} */
  #abort = new AbortController();
  #failures = 0;
  #hasBegun = false;
  #hasEnded = false;
  #wake = () => {};
  #rangesFail = false;

  /** Of which the bytes are. @type {import("./http.js").Version | null} */
  version = null;
  /** Size as the server says it, for the progress bar. @type {number | null} */
  announced = null;
  mayBeKept = true;

  /** @param {Wanted} wanted */
  constructor(wanted) {
    this.#wanted = wanted;
  }

  get isConnected() {
    return this.#answer !== null;
  }

  /** Size where it is certain. @returns {number | null} */
  get size() {
    return this.#wanted.size ?? this.version?.size ?? null;
  }

  /**
   * @param {number} had bytes that are there already
   * @param {import("./http.js").Version | null} version of which they are
   * @returns {Promise<"missing" | "anew" | "continues">} whether those bytes are of any use
   */
  async connect(had, version) {
    this.version = had > 0 ? version : null;
    const answer = await this.#ask(had);
    if (answer === "missing") return answer;
    if (answer === "there") return had > 0 ? "continues" : "anew";
    // The answer may be the new version itself, from its start.
    if (this.#answer) return "anew";
    this.version = null;
    return (await this.#ask(0)) === "missing" ? "missing" : "anew";
  }

  /** @param {number} from @returns {AsyncGenerator<Uint8Array, void>} */
  async *read(from) {
    const { name, isPinned } = this.#wanted;
    let next = from;
    for (;;) {
      if (!this.#answer || this.#answer.start > next) {
        this.close();
        if (this.size !== null && next === this.size) return;
        // The bytes passed on cannot be taken back, so the rest has to be of the same version.
        if (next > 0 && !isPinned && !canContinue(this.version)) {
          throw new StartAnew(brokeOff(name, next, this.size ?? this.announced), this.#wanted.patience.tries);
        }
        const answer = await this.#ask(next);
        if (answer === "past the end") {
          if (this.size === null) return; // the connection broke after the last byte
          throw new StartAnew(wrongSize(name, next, this.size), 1);
        }
        if (answer !== "there") {
          this.close();
          throw new StartAnew(keptChanging(name), CHANGES);
        }
      }
      const ending = yield* this.#readBody(next);
      next = ending.next;
      const { size } = this;
      if (size !== null && next > size) throw new StartAnew(wrongSize(name, next, size), 1);
      if (ending.isWhole && (size === null || next === size)) return;
      await this.#wait(new Passing(brokeOff(name, next, size ?? this.announced, ending.cause)));
    }
  }

  /** Ends it for good. */
  end() {
    this.#hasEnded = true;
    this.close();
    this.#wake();
  }

  /** Ends the request that is under way. */
  close() {
    this.#abort.abort();
    this.#answer = null;
  }

  /** @param {number} next the first byte that is wanted of the body that is there */
  async *#readBody(next) {
    const answer = /** @type {import("./http.js").Answer} */ (this.#answer);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.response.body).getReader();
    let skip = next - answer.start;
    let isWhole = false;
    /** @type {unknown} */
    let cause;
    try {
      for (;;) {
        const { done, value } = await this.#inTime(reader.read());
        if (done) break;
        if (value.byteLength <= skip) {
          skip -= value.byteLength;
          continue;
        }
        const chunk = skip > 0 ? value.subarray(skip) : value;
        skip = 0;
        next += chunk.byteLength;
        this.#failures = 0;
        this.#hasBegun = true;
        yield chunk;
      }
      isWhole = skip === 0;
    } catch (error) {
      cause = error;
    } finally {
      this.close();
    }
    return { next, isWhole, cause };
  }

  /**
   * @param {number} from
   * @returns {Promise<"there" | "missing" | "changed" | "past the end">}
   */
  async #ask(from) {
    const { name, url, cache, isPinned } = this.#wanted;
    for (;;) {
      if (this.#hasEnded) throw cancelled();
      this.#abort = new AbortController();
      const range = this.#rangesFail ? 0 : from;
      try {
        const asked = ask({ name, url, cache, from: range, version: this.version, signal: this.#abort.signal });
        const answer = await this.#inTime(asked);
        if (answer === "missing" || answer === "past the end") return answer;
        if (range > 0 && (answer.isPackedPart || answer.start > from)) {
          this.#rangesFail = true;
          throw new Passing(unreachable(name));
        }
        const isChanged = from > 0 && !isPinned && !isSame(this.version, answer.version);
        if (isChanged && answer.start > 0) {
          this.close();
          return "changed";
        }
        this.#answer = answer;
        this.version = answer.version;
        this.announced = this.#wanted.size ?? answer.announced;
        this.mayBeKept = answer.mayBeKept;
        return isChanged ? "changed" : "there";
      } catch (error) {
        this.close();
        // Some browsers and hosts refuse ranges across origins, so the last try is made without one.
        if (range > 0 && this.#failures === this.#wanted.patience.tries - 2) this.#rangesFail = true;
        await this.#wait(error instanceof StalledError ? new Passing(unreachable(name, error)) : error);
      }
    }
  }

  /** Gives up or waits until it is time to ask again. @param {unknown} error */
  async #wait(error) {
    if (this.#hasEnded) throw cancelled();
    if (!(error instanceof Passing)) throw error;
    const { patience, onWait } = this.#wanted;
    this.#failures += 1;
    if (this.#failures >= patience.tries || (isOffline() && !this.#hasBegun)) throw error.told;
    // Not all clients at the same moment: they would overload a server that has just come back.
    const delay = patience.firstDelayMs * 2 ** (this.#failures - 1) * (0.75 + Math.random() / 2);
    onWait?.(true);
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      setTimeout(resolve, Math.min(Math.max(delay, error.afterMs ?? 0), LONGEST_DELAY_MS));
    });
    if (this.#hasEnded) throw cancelled();
    onWait?.(false);
  }

  /** @template T @param {Promise<T>} work @returns {Promise<T>} */
  async #inTime(work) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const stalled = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new StalledError()), this.#wanted.patience.stallMs);
    });
    try {
      return /** @type {T} */ (await Promise.race([work, stalled]));
    } finally {
      clearTimeout(timer);
    }
  }
}

class StalledError extends Error {}
