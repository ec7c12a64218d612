// The chat that is on the screen: its tree, and what of it has to be saved.

import { afterPaint } from "../dom.js";
import { randomId } from "./new-chat.js";
import { Saver } from "./saver.js";
import { titleOf } from "./titles.js";
import { Tree } from "./tree.js";

/**
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("./store.js").Chat} Meta
 *
 * @typedef {object} Kept where chats are kept: the library of the page
 * @property {(id: string) => Meta | null} get
 * @property {(chat: Meta, changed: Node[]) => Promise<void>} save
 * @property {(chat: string) => Node[] | null} nodesOf all turns of a chat that is open; null for other chats
 */

/** Turns are ordered by their times, so no two have the same. */
let latest = 0;

export class OpenChat {
  meta;
  tree;
  #library;
  #saver;
  /** Whether this tab may write it. Another one may have it. */
  isOwn = true;
  /** Whether all of its turns are there. */
  isWhole;
  /** Resolves when all of its turns are there. @type {Promise<void>} */
  whole;

  /** @param {Kept} library @param {import("./library.js").Opened} opened */
  constructor(library, { chat, nodes, rest }) {
    this.#library = library;
    this.meta = chat;
    this.isWhole = !rest;
    this.tree = new Tree(nodes, rest ? (nodes.at(-1)?.id ?? null) : chat.leaf);
    this.whole = rest ? afterPaint().then(rest).then((all) => this.#complete(all)) : Promise.resolve();
    this.#saver = new Saver((changed) => this.#save(changed));
  }

  /** Whether the visitor may change it here and now. */
  get canChange() {
    return this.isOwn && this.isWhole;
  }

  /** Whether there is anything in it that is worth keeping. */
  get isWorthKeeping() {
    return this.tree.size > 0 || this.meta.system !== "" || this.#library.get(this.meta.id) !== null;
  }

  /**
   * Adds a turn and makes it the leaf.
   *
   * @param {Pick<Node, "parent" | "message"> & Partial<Node>} turn
   * @returns {Node}
   */
  add(turn) {
    latest = Math.max(Date.now(), latest + 1);
    /** @type {Node} */
    const node = {
      id: randomId(),
      chat: this.meta.id,
      answer: "",
      ids: null,
      settings: null,
      stats: null,
      readTokens: 0,
      reason: null,
      modelHash: "",
      modelName: "",
      createdAt: latest,
      ...turn,
    };
    if (this.tree.size === 0 && !this.meta.renamed) this.meta.title = titleOf(node.message);
    this.tree.add(node);
    this.meta.changedAt = node.createdAt;
    this.go(node.id);
    this.touch(node);
    return node;
  }

  /** @param {string | null} leaf */
  go(leaf) {
    this.tree.go(leaf);
    this.touch();
  }

  /** It will be saved within a second. @param {Node} [node] the turn that changed */
  touch(node) {
    if (this.isOwn) this.#saver.touch(node);
  }

  /** Answers that the page's end has cut off, in this visit or an earlier one. */
  closeCut() {
    for (const node of this.tree.nodes) {
      if (node.reason !== null) continue;
      node.reason = "cut";
      this.touch(node);
    }
  }

  /** Saves what is not saved yet. */
  flush() {
    return this.#saver.flush();
  }

  /** It is not this tab's any more. */
  letGo() {
    this.isOwn = false;
    this.#saver.drop();
  }

  /** @param {Node[] | null} all its turns; null where they cannot be read, and then it is not changed */
  #complete(all) {
    if (!all) return;
    // Those that are on the screen stay the same objects.
    this.tree = new Tree(all.map((node) => this.tree.get(node.id) ?? node), this.meta.leaf);
    this.isWhole = true;
    if (this.isOwn) this.closeCut();
  }

  /** @param {Node[]} changed */
  async #save(changed) {
    await this.whole;
    if (!this.isWhole || !this.isWorthKeeping) return;
    this.meta.leaf = this.tree.leaf;
    await this.#library.save(this.meta, changed);
  }
}
