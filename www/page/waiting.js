// Messages that wait to be answered: for a model, or for the end of another answer.

/**
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {import("./turn-view.js").TurnView} TurnView
 * @typedef {{ message: string, view: TurnView, done: (node: Node | null) => void }} Waiting
 */

export class WaitingMessages {
  /** @type {Waiting[]} */
  #all = [];

  get isEmpty() {
    return this.#all.length === 0;
  }

  /** As they are shown. */
  get views() {
    return this.#all.map(({ view }) => view);
  }

  get text() {
    return this.#all.map(({ message }) => message).join("\n\n");
  }

  /**
   * @param {string} message
   * @param {TurnView} view
   * @returns {Promise<Node | null>} the turn once it is over; null where the message was taken back
   */
  add(message, view) {
    return new Promise((done) => void this.#all.push({ message, view, done }));
  }

  /** Takes the first one, which is answered now. */
  shift() {
    return this.#all.shift();
  }

  /** Takes all of them off the screen. @returns {string} their texts */
  takeBack() {
    const { text } = this;
    for (const { view, done } of this.#all.splice(0)) {
      view.element.remove();
      done(null);
    }
    return text;
  }
}
