// Whose turn it is when several sessions read or generate.

/**
 * How long a session goes on while others wait. It is longer than a step because a GPU works on one session at a time:
 * a change costs copies and the tokens that were chosen ahead.
 */
const TURN_MS = 50;

/** One turn at a time, in the order of the calls. The holder may ask again after each step. */
export class Turns {
  #turnMs;
  /** @type {{ who: object, since: number } | null} */
  #holder = null;
  /** @type {{ who: object, begin: () => void }[]} */
  #queue = [];

  /** @param {number} [turnMs] */
  constructor(turnMs = TURN_MS) {
    this.#turnMs = turnMs;
  }

  /**
   * Resolves when `who` has the turn.
   *
   * @param {object} who
   * @param {boolean} [isMidStep] whether the holder keeps it in any case, because its step is not done
   * @returns {Promise<void>}
   */
  async take(who, isMidStep = false) {
    if (this.#holder?.who === who) {
      if (isMidStep || this.#queue.length === 0 || performance.now() - this.#holder.since < this.#turnMs) return;
      this.#holder = null;
    }
    await new Promise((resolve) => {
      this.#queue.push({ who, begin: () => resolve(undefined) });
      this.#next();
    });
  }

  /**
   * Waits for something other than the engine. The turn is kept for a while, so a quick caller keeps it.
   *
   * @param {object} who
   * @param {Promise<unknown>} something
   */
  async pause(who, something) {
    const timer = setTimeout(() => this.end(who), this.#turnMs);
    try {
      await something;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the turn of `who`, if it is. @param {object} who */
  end(who) {
    if (this.#holder?.who !== who) return;
    this.#holder = null;
    this.#next();
  }

  #next() {
    if (this.#holder) return;
    const next = this.#queue.shift();
    if (!next) return;
    this.#holder = { who: next.who, since: performance.now() };
    next.begin();
  }
}
