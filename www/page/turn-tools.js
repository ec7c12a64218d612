// What can be done with a turn: its buttons and its menu.

import { usesTools } from "./tools/rounds.js";
import { changeBetween, tokensOf, weighAgain } from "./surprise/weigh-again.js";

/**
 * @typedef {import("./chats/tree.js").Node} Node
 *
 * @typedef {object} TurnWork what a chat does with its turns
 * @property {(node: Node) => void} regenerate
 * @property {(node: Node) => void} goOn
 * @property {(node: Node, step: 1 | -1) => void} turnTo
 * @property {(parent: string | null, message: string) => void} ask
 * @property {(node: Node, answer: string) => void} give
 * @property {(node: Node) => void} edit
 * @property {(leaf: string) => void} go
 * @property {() => void} undo
 * @property {() => import("./chats/open-chat.js").OpenChat} open
 * @property {(node: Node) => import("./turn-view.js").TurnView | null} view
 * @property {import("./chats/standing.js").Standing} standing
 */

export class TurnTools {
  #parts;
  #work;

  /** @param {import("./chat.js").ChatParts} parts @param {TurnWork} work */
  constructor(parts, work) {
    this.#parts = parts;
    this.#work = work;
  }

  /** @param {() => Node | null} node @returns {import("./turn-view.js").TurnActions} */
  actions(node) {
    const work = this.#work;
    const withNode = (/** @type {(node: Node) => void} */ act) => () => {
      const of = node();
      if (of) act(of);
    };
    return {
      regenerate: withNode(work.regenerate),
      goOn: withNode(work.goOn),
      follow: () => this.#parts.scroll.follow(),
      turnTo: (step) => withNode((of) => work.turnTo(of, step))(),
      ask: (message) => withNode((of) => work.ask(of.parent, message))(),
      answer: (answer) => withNode((of) => work.give(of, answer))(),
      more: () => this.#more(node()),
    };
  }

  /**
   * What can be done with a turn now.
   *
   * @param {Node} node
   * @param {boolean} isEnd nothing comes after it, not even a message that waits
   * @returns {import("./turn-view.js").TurnState}
   */
  state(node, isEnd) {
    const open = this.#work.open();
    const { tree, isOwn } = open;
    const canChange = open.canChange && this.#canChat;
    const siblings = tree.siblings(node.id);
    const reason = node.reason ?? "";
    return {
      canEdit: canChange,
      canRegenerate: canChange && isEnd,
      // A chat completion is answered anew or not at all.
      canGoOn: canChange && isEnd && !usesTools(this.#work.open(), node.id) && (/^(length|given)$/.test(reason) || (/^(cancelled|cut|failed)$/.test(reason) && node.answer !== "")),
      hasMore: canChange,
      branch: { at: siblings.indexOf(node) + 1, of: isOwn ? siblings.length : 1 },
    };
  }

  /** @param {Node | null} node @returns {import("./menu.js").MenuItem[]} */
  #more(node) {
    if (!node) return [];
    const { regenerate, edit, undo, go, open } = this.#work;
    const { onThreeWays, running } = this.#parts;
    const isDisabled = !open().canChange || !this.#canChat || running.isRunning;
    /** @type {import("./menu.js").MenuItem[]} */
    const items = [{ name: "Edit the answer", icon: "edit", action: () => edit(node) }];
    if (onThreeWays) items.push({ name: "Answer in three ways", icon: "ways", action: () => onThreeWays(node), isDisabled: isDisabled || usesTools(open(), node.id) });
    if (this.#canWeigh(node)) items.push({ name: "What it weighed", icon: "weigh", action: () => this.#weigh(node), isDisabled: running.isRunning });
    if (node.id === open().tree.leaf) return [...items, { name: "Take this turn back", icon: "undo", action: undo }];
    return [
      { name: "Regenerate", icon: "again", action: () => regenerate(node), isDisabled },
      ...items,
      { name: "Go back to here", icon: "undo", action: () => go(node.id) },
    ];
  }

  /** @param {Node} node */
  #canWeigh(node) {
    const engine = this.#parts.engine();
    if (!this.#parts.weighing || !engine || !this.#work.open().isWhole) return false;
    return tokensOf(node, engine.info.modelHash) !== null || (this.#work.view(node)?.answer.weighed.length ?? 0) > 0;
  }

  /** Shows what was noted while the answer was written, or else reads it once more. @param {Node} node */
  #weigh(node) {
    const { weighing, onToken } = this.#parts;
    const engine = this.#parts.engine();
    const answer = this.#work.view(node)?.answer;
    if (!weighing || !engine || !answer) return;
    const open = this.#work.open();
    const tokens = tokensOf(node, engine.info.modelHash);
    const { standing } = this.#work;
    const after = (/** @type {string | null} */ at, /** @type {AbortSignal} */ signal) => standing.apart(open, at, { signal, onPrefill: () => onToken("") });
    weighing.show(answer, {
      tokens: tokens?.answer.length ?? 0,
      async *read(signal) {
        if (tokens) yield* weighAgain(engine, await after(node.parent, signal), tokens, signal);
      },
      changed: async (signal) => changeBetween(await after(node.parent, signal), await after(node.id, signal)),
    });
  }

  get #canChat() {
    return Boolean(this.#parts.engine()?.info.chatTemplate);
  }
}
