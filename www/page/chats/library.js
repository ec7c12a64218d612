// All chats of this browser: the list, what is saved of them, and what other tabs change. If this browser keeps nothing,
// the chats live as long as the page, and `problem` says why.

import { hasSaid, saidIn, turnOf } from "./said.js";
import { ChatStore } from "./store.js";
import { OtherVersion } from "./versions.js";
import { isUnspacedLetter, wordsOf } from "./words.js";

/**
 * @typedef {import("./store.js").Chat} Chat
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("./said.js").Said} Said
 * @typedef {{ chat: Chat, nodes: Node[] }} Whole
 * @typedef {Whole & { rest?: () => Promise<Node[] | null> }} Opened of a long chat `nodes` are those that are looked at; `rest` reads
 *   all of them: null where the store cannot be read
 * @typedef {{ changed: string } | { removed: string[] }} News
 */

const CHANNEL = "mamba-web-chats";
/** A chat of more turns is shown before all of them are read. */
const LONG_CHAT = 100;
/** Turns that are shown first. */
const MOST_FIRST = 12;
/** Of so many chats that were found the list says where the words are. Nobody reads more of them. */
const MOST_TOLD = 50;

export class Library {
  /** @type {Map<string, Chat>} */
  #chats = new Map();
  /** Chats that could not be saved, whole. @type {Map<string, Whole>} */
  #unsaved = new Map();
  /** @type {ChatStore | null} */
  #store = null;
  /** @type {Promise<ChatStore | null> | null} */
  #opening = null;
  /** What was said in each chat, once it was asked for. @type {Promise<Map<string, Said>> | null} */
  #said = null;
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

  /** @param {string} id @returns {Promise<Whole | null>} null where it is not there, or cannot be read */
  async open(id) {
    const opened = await this.openSoon(id);
    const nodes = opened?.rest ? await opened.rest() : opened?.nodes;
    return opened && nodes ? { chat: opened.chat, nodes } : null;
  }

  /** As `open`, but does not wait for all turns of a long chat. @param {string} id @returns {Promise<Opened | null>} */
  async openSoon(id) {
    const store = await this.#open();
    const unsaved = this.#unsaved.get(id);
    if (unsaved) return unsaved;
    // Another tab may just have begun it, or changed it.
    const chat = (await store?.chat(id).catch(() => undefined)) ?? this.#chats.get(id);
    if (!chat) return null;
    this.#chats.set(id, chat);
    const rest = async () => (await store?.nodes(id).catch(() => null)) ?? null;
    const first = store && (await firstTurns(store, chat).catch(() => null));
    if (first) return { chat, nodes: first, rest };
    const nodes = await rest();
    return nodes && { chat, nodes };
  }

  /**
   * Saves a chat and the turns that have changed. If that fails, the whole chat is held in memory, and the next call tries
   * to save all of it.
   *
   * @param {Chat} chat
   * @param {Node[]} nodes that have changed
   */
  async save(chat, nodes) {
    const known = () => this.nodesOf(chat.id) ?? this.#unsaved.get(chat.id)?.nodes ?? null;
    const all = () => together(known() ?? [], nodes);
    const isNew = !this.#chats.has(chat.id);
    this.#chats.set(chat.id, chat);
    const before = this.problem;
    const wasUnsaved = this.#unsaved.has(chat.id);
    try {
      const store = await this.#open();
      if (!store) throw new Error(this.problem ?? "There is no store.");
      let { wasThere, said } = await store.save(chat, wasUnsaved ? all() : nodes);
      // It was saved earlier and is gone: somebody cleared the storage of this site.
      if (!isNew && !wasUnsaved && !wasThere) ({ said } = await store.save(chat, all()));
      (await this.#said)?.set(chat.id, said);
      this.#unsaved.delete(chat.id);
      this.problem = null;
      this.#askToKeep();
      this.#channel?.postMessage({ changed: chat.id });
      // There is room again.
      const [waiting] = this.#unsaved.values();
      if (waiting) void this.save(waiting.chat, waiting.nodes);
    } catch (error) {
      console.debug(error); // the sentence says what it means
      // Of a chat that is not open, only the store has the other turns.
      const stored = known() ? [] : ((await this.#store?.nodes(chat.id).catch(() => null)) ?? []);
      this.#unsaved.set(chat.id, { chat, nodes: together(known() ?? stored, nodes) });
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
    // Where another tab writes the chat, all else is as that has left it.
    const isHere = this.nodesOf(id) !== null || this.#unsaved.has(id);
    const stored = isHere ? null : await this.#store?.chat(id).catch(() => null);
    await this.save(stored ? { ...stored, ...change } : chat, []);
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

  /** Reads what was said, because it is about to be searched. */
  prepareToFind() {
    return (this.#said ??= this.#readSaid());
  }

  /**
   * @param {string} query
   * @returns {Promise<{ chat: Chat, node: Node | null, words: string[] }[]>} the chats with these words, as the list has them
   */
  async find(query) {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const store = await this.#open();
    const all = await this.prepareToFind();
    /** @type {{ chat: Chat, turn: string | null }[]} */
    const found = [];
    for (const chat of this.list()) {
      const unsaved = this.#unsaved.get(chat.id);
      const said = unsaved ? saidIn(chat.id, unsaved.nodes) : all.get(chat.id);
      if (said && hasSaid(said, words)) found.push({ chat, turn: turnOf(said, words) });
      else if (chat.renamed && hasWords(chat.title, words)) found.push({ chat, turn: null });
    }
    const nodes = (await store?.turns(found.slice(0, MOST_TOLD).map(({ chat, turn }) => [chat.id, turn ?? ""])).catch(() => null)) ?? [];
    return found.map(({ chat, turn }, at) => ({ chat, node: this.#unsaved.get(chat.id)?.nodes.find(({ id }) => id === turn) ?? nodes[at] ?? null, words }));
  }

  /** Reads the list again. */
  async refresh() {
    const store = await this.#open();
    const chats = await store?.chats().catch(() => null);
    if (!chats) return;
    this.#said = null;
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
        this.#store = this.#opening = this.#said = null;
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
    if ("removed" in news) {
      for (const id of news.removed) {
        this.#chats.delete(id);
        this.#unsaved.delete(id);
      }
    } else {
      const chat = await this.#store?.chat(news.changed).catch(() => null);
      const open = this.nodesOf(news.changed) ? this.#chats.get(news.changed) : null;
      // A chat that is open here goes on with its record; its name is given in any list.
      if (chat && open) Object.assign(open, { title: chat.title, renamed: chat.renamed, pinned: chat.pinned });
      else if (chat && !this.#unsaved.has(chat.id)) this.#chats.set(chat.id, chat);
      const said = this.#said && (await this.#store?.said(news.changed).catch(() => null));
      if (said) (await this.#said)?.set(said.chat, said);
    }
    this.#tell(news);
  }

  async #readSaid() {
    const store = await this.#open();
    const all = (await store?.allSaid().catch(() => null)) ?? null;
    // The next search tries again.
    if (!all) this.#said = null;
    return new Map(all?.map((said) => [said.chat, said]));
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

/**
 * The turns of a long chat that were looked at last.
 *
 * @param {ChatStore} store
 * @param {Chat} chat
 * @returns {Promise<Node[] | null>} null where the chat is short
 */
async function firstTurns(store, { id, leaf, scroll }) {
  if ((await store.size(id)) <= LONG_CHAT) return null;
  if (!scroll) return store.end(id, leaf, MOST_FIRST);
  // Kept by an earlier version of the page, it does not say which turns lay around the place.
  const nodes = await store.turns((scroll.around ?? []).map((turn) => [id, turn]));
  const there = nodes.filter((node) => node !== undefined);
  return there.some((node) => node.id === scroll.node) ? there : null;
}

/** Turns and those of them that have changed, each once. @param {Node[]} nodes @param {Node[]} changed @returns {Node[]} */
const together = (nodes, changed) => [...new Map([...nodes, ...changed].map((node) => [node.id, node])).values()];

/** @param {string} text @param {string[]} words */
function hasWords(text, words) {
  const there = wordsOf(text);
  return words.every((word, at) => there.some((own) => (isUnspacedLetter(word) ? own.includes(word) : at === words.length - 1 ? own.startsWith(word) : own === word)));
}

/** @param {unknown} error @param {string | null} before */
function whyNot(error, before) {
  const { name = "", message = "" } = /** @type {Error} */ (error) ?? {};
  if (error instanceof OtherVersion) return message;
  if (name === "QuotaExceededError") return "The storage that the browser gives this page is full, so this chat ends with the page. Delete old chats or models to keep it.";
  return before ?? "This browser window keeps no chats, so this chat ends with the page. A private window, or a setting that forbids storage, may be why.";
}
