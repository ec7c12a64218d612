// Which calls are at work on which sessions, so that none finds its session freed.

export class Uses {
  /** @type {Map<number, Set<Promise<unknown>>>} */
  #underWay = new Map();

  /**
   * @template T
   * @param {number[]} sessions that the work needs
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(sessions, work) {
    const running = (async () => work())();
    for (const session of sessions) {
      const all = this.#underWay.get(session) ?? new Set();
      this.#underWay.set(session, all.add(running));
    }
    try {
      return await running;
    } finally {
      for (const session of sessions) {
        const all = this.#underWay.get(session);
        all?.delete(running);
        if (all?.size === 0) this.#underWay.delete(session);
      }
    }
  }

  /** Resolves when nothing is at work on the session any more. @param {number} session */
  async end(session) {
    await Promise.allSettled(this.#underWay.get(session) ?? []);
  }
}
