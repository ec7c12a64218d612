// Steps of several members in one pass: those of all that are ready when it begins.

/**
 * @template Member, Step
 */
export class Passes {
  #begin;
  #advance;
  /** @type {{ member: Member, resolve: (step: Step) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];

  /**
   * @param {() => Promise<void>} begin resolves when a pass may begin, and all that are ready have had time to join it
   * @param {(members: Member[]) => ({ step: Step } | { error: unknown })[]} advance does a step of each
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
      this.#waiting.push({ member, resolve, reject });
      if (this.#waiting.length === 1) void this.#pass();
    });
  }

  async #pass() {
    await this.#begin();
    const joined = this.#waiting.splice(0);
    try {
      const outcomes = this.#advance(joined.map(({ member }) => member));
      for (const [index, outcome] of outcomes.entries()) {
        if ("error" in outcome) joined[index].reject(outcome.error);
        else joined[index].resolve(outcome.step);
      }
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
  }
}
