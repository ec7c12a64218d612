// New turns, and answers that are written anew or further.

/**
 * @typedef {import("./chats/tree.js").Node} Node
 * @typedef {import("./chats/open-chat.js").OpenChat} OpenChat
 */

export class Asking {
  #parts;
  #shown;
  #answering;
  #branches;
  /** Whether the visitor wants something that begins as soon as what is being written has stopped. */
  isNext = false;

  /**
   * @param {import("./chat.js").ChatParts} parts
   * @param {import("./shown-chat.js").ShownChat} shown
   * @param {import("./answering.js").Answering} answering
   * @param {import("./branches.js").Branches} branches
   */
  constructor(parts, shown, answering, branches) {
    this.#parts = parts;
    this.#shown = shown;
    this.#answering = answering;
    this.#branches = branches;
  }

  /** Answers the first message that waits. @param {import("./waiting.js").WaitingMessages} messages */
  begin(messages) {
    return this.#answering.run(async (signal) => {
      const waiting = messages.shift();
      if (!waiting) return;
      const { open } = this.#shown;
      const node = this.#add(open, { parent: open.tree.leaf, message: waiting.message });
      this.#shown.adopt(node, waiting.view);
      await this.#answering.answer(open, node, waiting.view, signal);
      waiting.done(node);
    });
  }

  /** Asks something else in the place of a turn. @param {string | null} parent @param {string} message */
  ask(parent, message) {
    return this.#now(async (signal) => {
      const { open } = this.#shown;
      const node = this.#add(open, { parent, message });
      this.#shown.show();
      await this.#answer(node, signal);
    });
  }

  /** @param {Node} node */
  regenerate(node) {
    const { tree } = this.#shown.open;
    // An answer that never began needs no branch beside it.
    if (node.answer !== "" || tree.children(node.id).length > 0) return this.ask(node.parent, node.message);
    return this.#now((signal) => this.#answer(node, signal));
  }

  /** Goes on after the longest answer, a stop, or the visitor's own words. @param {Node} node */
  goOn(node) {
    return this.#now((signal) => this.#answer(node, signal, { isContinued: true }));
  }

  /** The visitor writes the answer. @param {Node} node @param {string} answer */
  async give(node, answer) {
    const { open } = this.#shown;
    await this.#parts.running.stop();
    if (!this.#shown.isOpen(open)) return;
    const given = open.add({ parent: node.parent, message: node.message, answer, reason: "given" });
    await this.#branches.go(given.id);
  }

  /** What is being written ends for it: else an edited message would be gone, and nothing would have happened. @param {(signal: AbortSignal) => Promise<void>} work */
  async #now(work) {
    const { open } = this.#shown;
    const { running } = this.#parts;
    this.isNext = true;
    while (running.isRunning) await running.stop();
    this.isNext = false;
    if (this.#shown.isOpen(open)) await this.#answering.run(work);
  }

  /** @param {Node} node of the open chat @param {AbortSignal} signal @param {{ isContinued?: boolean }} [how] */
  async #answer(node, signal, how) {
    const view = this.#shown.view(node.id);
    if (view) await this.#answering.answer(this.#shown.open, node, view, signal, how);
  }

  /** @param {OpenChat} open @param {Pick<Node, "parent" | "message">} turn */
  #add(open, turn) {
    const { engine, modelName } = this.#parts;
    return open.add({ ...turn, modelHash: engine()?.info.modelHash ?? "", modelName: modelName() });
  }
}
