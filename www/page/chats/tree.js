// A chat is a tree of turns. What is on the screen is the way from the first turn to the leaf. Nothing is ever taken out of
// the tree: another answer, an edited message and an edited answer are each a sibling of the turn that they replace.

/**
 * @typedef {"stop" | "length" | "cancelled" | "failed" | "cut" | "given"} Reason why the answer ended. "cut": the
 *   page ended meanwhile. "given": the visitor wrote it
 *
 * @typedef {object} Node a turn: one message and its answer
 * @property {string} id
 * @property {string} chat
 * @property {string | null} parent the turn before it; null for a first turn
 * @property {string} message
 * @property {string} answer
 * @property {import("../tools/rounds.js").Round[]} [rounds] in which the model used tools before it answered
 * @property {Uint32Array | null} ids what the model read between the state before the turn and the state after it; null
 *   where that is not known, or where the answer was given
 * @property {import("../settings.js").SettingValues | null} settings of the answer
 * @property {import("../../mamba.js").SessionStats | null} stats
 * @property {number} readTokens what the model read for this turn, and for all before it that it had to read again
 * @property {Reason | null} reason null while it is written
 * @property {string} modelHash "" where no model wrote it
 * @property {string} modelName
 * @property {number} createdAt ms since 1970
 */

export class Tree {
  /** @type {Map<string, Node>} */
  #nodes = new Map();
  /** In the order of their creation. @type {Map<string | null, Node[]>} */
  #children = new Map();
  /** The child that was shown last, of each turn that has been passed. @type {Map<string | null, string>} */
  #latest = new Map();
  /** @type {string | null} */
  #leaf = null;

  /** @param {Node[]} [nodes] in any order @param {string | null} [leaf] */
  constructor(nodes = [], leaf = null) {
    for (const node of nodes.toSorted((a, b) => a.createdAt - b.createdAt)) this.add(node);
    this.go(leaf !== null && this.#nodes.has(leaf) ? leaf : null);
  }

  /** The last turn of the way that is shown; null where nothing is shown. */
  get leaf() {
    return this.#leaf;
  }

  get size() {
    return this.#nodes.size;
  }

  /** @returns {Node[]} in the order of their creation */
  get nodes() {
    return [...this.#nodes.values()];
  }

  /** @param {string | null} id @returns {Node | null} */
  get(id) {
    return id === null ? null : (this.#nodes.get(id) ?? null);
  }

  /** @param {Node} node whose parent, if it has one, may come later */
  add(node) {
    this.#nodes.set(node.id, node);
    const siblings = this.#children.get(node.parent) ?? [];
    siblings.push(node);
    this.#children.set(node.parent, siblings);
  }

  /** @param {string | null} id @returns {Node[]} the turns that follow it; null: the first turns */
  children(id) {
    return this.#children.get(id) ?? [];
  }

  /**
   * The way to a turn. A turn whose parents were lost begins the way.
   *
   * @param {string | null} [id]
   * @returns {Node[]}
   */
  path(id = this.#leaf) {
    const way = [];
    const seen = new Set();
    // A damaged store could have a circle.
    for (let node = this.get(id); node && !seen.has(node); node = this.get(node.parent)) {
      seen.add(node);
      way.push(node);
    }
    return way.reverse();
  }

  /** All turns that stand in the same place, with the one of this id. @param {string} id */
  siblings(id) {
    const node = this.get(id);
    return node ? this.children(node.parent) : [];
  }

  /** Makes a turn, or the beginning of the chat, the leaf. @param {string | null} leaf */
  go(leaf) {
    this.#leaf = leaf;
    for (const node of this.path(leaf)) this.#latest.set(node.parent, node.id);
  }

  /** Where a branch ends: the turns that were shown last, or else the newest, after this one. @param {string} id */
  endOf(id) {
    let end = id;
    const seen = new Set([id]); // a damaged store could have a circle
    for (let next = this.next(end); next && !seen.has(next); next = this.next(end)) seen.add((end = next));
    return end;
  }

  /** The turn that is shown after this one. @param {string | null} id @returns {string | null} */
  next(id) {
    const latest = this.#latest.get(id);
    return latest ?? this.children(id).at(-1)?.id ?? null;
  }

  /** The branch beside this one, at its end. @param {string} id @param {1 | -1} step @returns {string | null} */
  beside(id, step) {
    const siblings = this.siblings(id);
    const other = siblings[siblings.findIndex((node) => node.id === id) + step];
    return other ? this.endOf(other.id) : null;
  }

  /** Where taking the last turn back leads; undefined where there is nothing to take back. @returns {string | null | undefined} */
  get undone() {
    return this.get(this.#leaf)?.parent;
  }

  /** Where putting a turn back leads; null where nothing was taken back. */
  get redone() {
    return this.next(this.#leaf);
  }
}

/**
 * The rows of a small map: each turn under the one before it, indented only where the chat branches. Long runs without a
 * branch are one row.
 *
 * @typedef {{ node: Node, depth: number, hidden: number, isOnWay: boolean, isLeaf: boolean }} MapRow `hidden`: how many turns
 *   this row stands for besides its own
 *
 * @param {Tree} tree
 * @param {number} [longest] a longer run is shortened to its first and last turn
 * @returns {MapRow[]}
 */
export function mapRows(tree, longest = 6) {
  const way = new Set(tree.path().map(({ id }) => id));
  /** @type {MapRow[]} */
  const rows = [];
  /** @type {{ node: Node, depth: number }[]} */
  const open = tree
    .children(null)
    .map((node) => ({ node, depth: tree.children(null).length > 1 ? 1 : 0 }))
    .reverse();
  const row = (/** @type {Node} */ node, /** @type {number} */ depth, hidden = 0) =>
    rows.push({ node, depth, hidden, isOnWay: way.has(node.id), isLeaf: node.id === tree.leaf });
  for (let at = open.pop(); at; at = open.pop()) {
    const { depth } = at;
    const run = [at.node];
    let children = tree.children(at.node.id);
    while (children.length === 1 && run[run.length - 1].id !== tree.leaf) {
      run.push(children[0]);
      children = tree.children(children[0].id);
    }
    if (run.length <= longest) for (const node of run) row(node, depth);
    else {
      row(run[0], depth);
      row(run[run.length - 2], depth, run.length - 3);
      row(run[run.length - 1], depth);
    }
    const deeper = children.length > 1 ? depth + 1 : depth;
    for (const node of children.toReversed()) open.push({ node, depth: deeper });
  }
  return rows;
}
