// The ways through the open chat's tree: which turn is the end of what is shown.

import { announce } from "./dom.js";

/** @typedef {import("./chats/tree.js").Node} Node */

export class Branches {
  #parts;
  #shown;
  #standing;

  /**
   * @param {import("./chat.js").ChatParts} parts
   * @param {import("./shown-chat.js").ShownChat} shown
   * @param {import("./chats/standing.js").Standing} standing
   */
  constructor(parts, shown, standing) {
    this.#parts = parts;
    this.#shown = shown;
    this.#standing = standing;
  }

  /** Makes a turn, or the beginning, the end of what is shown. @param {string | null} leaf */
  async go(leaf) {
    const { open } = this.#shown;
    await Promise.all([open.whole, this.#parts.running.stop()]);
    if (!this.#shown.isOpen(open) || !open.isOwn) return;
    open.go(leaf);
    await this.#parts.running.letGo();
    if (!this.#shown.isOpen(open) || open.tree.leaf !== leaf) return;
    void this.#standing.leave();
    this.#shown.show();
    await this.#standing.look(open);
    this.#parts.onChange();
  }

  /** Takes the last turn off the end. It stays in the tree. */
  undo() {
    const { undone } = this.#shown.open.tree;
    return undone === undefined ? undefined : this.go(undone);
  }

  redo() {
    const { redone } = this.#shown.open.tree;
    return redone === null ? undefined : this.go(redone);
  }

  /** Shows the branch beside the last turn that has one. @param {1 | -1} step */
  turnTo(step) {
    const { tree } = this.#shown.open;
    const branched = tree.path().findLast(({ id }) => tree.siblings(id).length > 1);
    if (branched) this.turnFrom(branched, step);
  }

  /** Shows the branch beside a turn. @param {Node} node @param {1 | -1} step */
  turnFrom(node, step) {
    const to = this.#shown.open.tree.beside(node.id, step);
    if (to === null) return;
    void this.go(to).then(() => {
      const { tree } = this.#shown.open;
      const siblings = tree.siblings(node.id);
      const way = new Set(tree.path().map(({ id }) => id));
      const at = siblings.findIndex(({ id }) => way.has(id));
      announce(`Branch ${at + 1} of ${siblings.length}.`, this.#shown.element);
    });
  }
}
