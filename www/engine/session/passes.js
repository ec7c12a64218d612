// Steps of several members in one pass: those of all that are ready when it begins.

/**
 * What a pass made of a member's step: it is done, it failed, or it has to wait and goes on in the pass after that.
 *
 * @template Step
 * @typedef {{ step: Step } | { error: unknown } | { waits: Promise<unknown> }} Outcome
 */

/**
 * Whoever waits is in every pass that begins meanwhile. So those that wait for different things still meet, and the
 * backend never takes one of them for the only one.
 *
 * @template Member, Step
 */
export class Passes {
  #begin;
  #advance;
  /** @type {{ member: Member, resolve: (step: Step) => void, reject: (error: unknown) => void }[]} */
  #members = [];
  #isUnderWay = false;
  #wake = () => {};

  /**
   * @param {(isMidStep: boolean) => Promise<void>} begin resolves when a pass may begin, and all that are ready have had
   *   time to join it. `isMidStep` says that the last pass has ended no step, so that what it began must not be undone.
   * @param {(members: Member[]) => Outcome<Step>[]} advance goes on with a step of each
   */
  constructor(begin, advance) {
    this.#begin = begin;
    this.#advance = advance;
  }

  /**
   * The next step of `member`, in the pass that begins next.
   *
   * @param {Member} member
   * @returns {Promise<Step>}
   */
  join(member) {
    return new Promise((resolve, reject) => {
      this.#members.push({ member, resolve, reject });
      this.#wake();
      if (!this.#isUnderWay) void this.#goOn();
    });
  }

  /** Passes until nobody is left. */
  async #goOn() {
    this.#isUnderWay = true;
    for (let isMidStep = false; this.#members.length > 0; ) {
      await this.#begin(isMidStep);
      const joined = this.#members.length;
      const waits = this.#pass();
      isMidStep = waits.length === joined;
      const isJoined = new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      if (waits.length > 0) await Promise.race([...waits, isJoined]);
    }
    this.#isUnderWay = false;
  }

  /** What those that are not done wait for. */
  #pass() {
    const joined = this.#members.splice(0);
    /** @type {Promise<unknown>[]} */
    const waits = [];
    try {
      const outcomes = this.#advance(joined.map(({ member }) => member));
      for (const [index, outcome] of outcomes.entries()) {
        if ("error" in outcome) joined[index].reject(outcome.error);
        else if ("step" in outcome) joined[index].resolve(outcome.step);
        else {
          this.#members.push(joined[index]);
          waits.push(outcome.waits);
        }
      }
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
    return waits;
  }
}
