// All chats of this browser: the list, what is saved of them, and what other tabs change. If this browser keeps nothing,
// the chats live as long as the page, and `problem` says why.

import { ChatStore } from "./store.js";
import { OtherVersion } from "./versions.js";
import { wordsOf } from "./words.js";

/**
 * @typedef {import("./store.js").Chat} Chat
 * @typedef {import("./tree.js").Node} Node
 * @typedef {{ chat: Chat, nodes: Node[] }} Whole
 * @typedef {{ changed: string } | { removed: string[] }} News
 */

const CHANNEL = "mamba-web-chats";

export class Library {
  /** @type {Map<string, Chat>} */
  #chats = new Map();
  /** Chats that could not be saved, whole. @type {Map<string, Whole>} */
  #unsaved = new Map();
  /** @type {ChatStore | null} */
  #store = null;
  /** @type {Promise<ChatStore | null> | null} */
  #opening = null;
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
  /** @type {((news: News | null) => void)[]} */
  #listeners = [];
  /** Why chats are not kept: a sentence, or null. @type {string | null} */
  problem = null;
  /** When each chat got its last turn, as the list was told. @type {Map<string, number>} */
  #movedAt = new Map();
  /** The browser was asked to keep them. */
  #isAsked = false;
  /** All turns of a chat that is open in this page; null for other chats. @type {(chat: string) => Node[] | null} */
  nodesOf = () => null;

  constructor() {
    if (this.#channel) this.#channel.onmessage = ({ data }) => void this.#hear(data);
  }

  /** @param {(news: News | null) => void} listener called when the list changes. `news`: what another tab did */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Resolves when the list is there. */
  async ready() {
    await this.#open();
  }

  /** @returns {Chat[]} pinned ones first, then the newest */
  list() {
    return [...this.#chats.values()].sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.changedAt - a.changedAt);
  }

  /** @param {string} id */
  get(id) {
    return this.#chats.get(id) ?? null;
  }

  /** @param {string} id @returns {Promise<Whole | null>} */
  async open(id) {
    const store = await this.#open();
    const unsaved = this.#unsaved.get(id);
    if (unsaved) return unsaved;
    // Another tab may just have begun it.
    const chat = this.#chats.get(id) ?? (await store?.chat(id).catch(() => undefined));
    if (!chat) return null;
    this.#chats.set(id, chat);
    return { chat, nodes: (await store?.nodes(id).catch(() => null)) ?? [] };
  }

  /**
   * Saves a chat and the turns that have changed. If that fails, the whole chat is held in memory, and the next call tries
   * to save all of it.
   *
   * @param {Chat} chat
   * @param {Node[]} nodes that have changed
   */
  async save(chat, nodes) {
    const all = () => this.nodesOf(chat.id) ?? this.#unsaved.get(chat.id)?.nodes ?? nodes;
    const isNew = !this.#chats.has(chat.id);
    this.#chats.set(chat.id, chat);
    const before = this.problem;
    const wasUnsaved = this.#unsaved.has(chat.id);
    try {
      const store = await this.#open();
      if (!store) throw new Error(this.problem ?? "There is no store.");
      const wasThere = await store.save(chat, wasUnsaved ? all() : nodes);
      // It was saved earlier and is gone: somebody cleared the storage of this site.
      if (!isNew && !wasUnsaved && !wasThere) await store.save(chat, all());
      this.#unsaved.delete(chat.id);
      this.problem = null;
      this.#askToKeep();
      this.#channel?.postMessage({ changed: chat.id });
      // There is room again.
      const [waiting] = this.#unsaved.values();
      if (waiting) void this.save(waiting.chat, waiting.nodes);
    } catch (error) {
      console.debug(error); // the sentence says what it means
      this.#unsaved.set(chat.id, { chat, nodes: all() });
      this.problem = whyNot(error, this.problem);
    }
    // A chat with a new turn moves to the top. Drafts and places change nothing in the list.
    const isMoved = this.#movedAt.get(chat.id) !== chat.changedAt;
    this.#movedAt.set(chat.id, chat.changedAt);
    if (isNew || isMoved || before !== this.problem) this.#tell(null);
  }

  /**
   * Changes what the list says of a chat.
   *
   * @param {string} id
   * @param {Partial<Pick<Chat, "title" | "pinned" | "renamed">>} change
   */
  async change(id, change) {
    const chat = this.#chats.get(id);
    if (!chat) return;
    Object.assign(chat, change);
    this.#tell(null);
    await this.save(chat, []);
  }

  /**
   * Removes chats at once.
   *
   * @param {string[]} ids
   * @returns {Promise<() => Promise<void>>} brings them back
   */
  async remove(ids) {
    const removed = (await Promise.all(ids.map((id) => this.open(id)))).filter((whole) => whole !== null);
    for (const id of ids) {
      this.#chats.delete(id);
      this.#unsaved.delete(id);
    }
    await this.#store?.remove(ids).catch((error) => (this.problem = whyNot(error, this.problem)));
    this.#channel?.postMessage({ removed: ids });
    this.#tell(null);
    return async () => {
      for (const { chat, nodes } of removed) await this.save(chat, nodes);
      this.#tell(null);
    };
  }

  /**
   * @param {string} query
   * @returns {Promise<{ chat: Chat, node: Node | null, words: string[] }[]>} the chats with these words, as the list has them
   */
  async find(query) {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const store = await this.#open();
    const said = (await store?.find(words).catch(() => null)) ?? new Map();
    for (const [id, { nodes }] of this.#unsaved) {
      const node = nodes.find(({ message, answer }) => hasWords(`${message} ${answer}`, words));
      if (node) said.set(id, node.id);
    }
    const found = this.list().filter((chat) => said.has(chat.id) || (chat.renamed && hasWords(chat.title, words)));
    return Promise.all(
      found.map(async (chat, at) => {
        const id = said.get(chat.id);
        // Nobody reads more of them than this.
        const node = id && at < 50 ? await store?.node(chat.id, id).catch(() => undefined) : undefined;
        return { chat, node: node ?? null, words };
      }),
    );
  }

  /** Reads the list again. */
  async refresh() {
    const store = await this.#open();
    const chats = await store?.chats().catch(() => null);
    if (!chats) return;
    this.#chats = new Map([...chats, ...[...this.#unsaved.values()].map(({ chat }) => chat)].map((chat) => [chat.id, chat]));
  }

  /** Closes the store, so that it can be deleted. Nothing is saved after this. */
  async end() {
    this.#channel?.close();
    this.#channel = null;
    (await this.#opening?.catch(() => null))?.close();
    this.#opening = Promise.resolve(null);
    this.#store = null;
  }

  #open() {
    this.#opening ??= this.#openStore();
    return this.#opening;
  }

  async #openStore() {
    try {
      this.#store = await ChatStore.open(() => {
        // The next save opens it again, which may find it empty.
        this.#store = this.#opening = null;
      });
      for (const chat of await this.#store.chats()) if (!this.#unsaved.has(chat.id)) this.#chats.set(chat.id, chat);
      this.#tell(null);
    } catch (error) {
      const before = this.problem;
      this.problem = whyNot(error, null);
      if (before !== this.problem) this.#tell(null);
      // A disk that was full may have room later; a private window never has. Both are tried again at the next save.
      this.#store = this.#opening = null;
    }
    return this.#store;
  }

  /** @param {News} news */
  async #hear(news) {
    if ("removed" in news) for (const id of news.removed) this.#chats.delete(id);
    else {
      const chat = await this.#store?.chat(news.changed).catch(() => null);
      if (chat && !this.#unsaved.has(chat.id)) this.#chats.set(chat.id, chat);
    }
    this.#tell(news);
  }

  #askToKeep() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    // The browser decides by itself, or asks the visitor. Either answer is fine.
    void globalThis.navigator?.storage?.persist?.().catch(() => {});
  }

  /** @param {News | null} news */
  #tell(news) {
    for (const listener of this.#listeners) listener(news);
  }
}

/** @param {string} text @param {string[]} words */
function hasWords(text, words) {
  const there = wordsOf(text);
  return words.every((word, at) => there.some((own) => (at === words.length - 1 ? own.startsWith(word) : own === word)));
}

/** @param {unknown} error @param {string | null} before */
function whyNot(error, before) {
  const { name = "", message = "" } = /** @type {Error} */ (error) ?? {};
  if (error instanceof OtherVersion) return message;
  if (name === "QuotaExceededError") return "The storage that the browser gives this page is full, so this chat ends with the page. Delete old chats or models to keep it.";
  return before ?? "This browser window keeps no chats, so this chat ends with the page. A private window, or a setting that forbids storage, may be why.";
}
