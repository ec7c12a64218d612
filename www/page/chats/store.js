// The chats in IndexedDB. A chat is one record and each of its turns is another one, so that what is saved every second is
// one small transaction, which is there as a whole or not at all.

import { begin, part } from "../transaction.js";
import { openNewest } from "./versions.js";
import { wordsOf } from "./words.js";

/** @typedef {import("./tree.js").Node} Node */

/**
 * @typedef {object} Chat
 * @property {string} id
 * @property {string} title
 * @property {boolean} pinned
 * @property {boolean} renamed whether the visitor gave the title
 * @property {number} createdAt ms since 1970
 * @property {number} changedAt of the last turn
 * @property {string} system what the model is told before the chat; "" for nothing
 * @property {boolean} [tools] whether the model may use the page's tools
 * @property {string} [book] the memory that it begins from (books/shelf.js)
 * @property {string | null} leaf the last turn that is shown
 * @property {string} draft what is in the box, and messages that wait
 * @property {{ node: string, offset: number } | null} scroll the turn at the top of the window, and how far down it the
 *   window begins; null: the end
 */

const CHATS = "chats";
const NODES = "nodes";
const WORDS = "words";

/** More turns than this with a word are not looked at. */
const MOST_FOUND = 5000;

/** @param {string} chat all keys that begin with it */
const ofChat = (chat) => IDBKeyRange.bound([chat], [chat, []]);

/** @type {import("./versions.js").Version[]} oldest first */
export const VERSIONS = [
  {
    name: "mamba-web-chats-1",
    create(db) {
      db.createObjectStore(CHATS, { keyPath: "id" });
      db.createObjectStore(NODES, { keyPath: ["chat", "id"] });
      // Apart from the turns, because they are only read to search.
      db.createObjectStore(WORDS, { keyPath: ["chat", "id"] }).createIndex("words", "words", { multiEntry: true });
    },
    async isSound(db) {
      const chats = new Set(await begin(db, CHATS).store.getAllKeys());
      const keys = /** @type {[string, string][]} */ (await begin(db, NODES).store.getAllKeys());
      return keys.every(([chat]) => chats.has(chat));
    },
  },
];

export class ChatStore {
  #db;

  /** @param {import("./versions.js").Database} db */
  constructor(db) {
    this.#db = db;
  }

  /** @param {() => void} onEnd called when the browser ends the connection @param {import("./versions.js").Version[]} [versions] */
  static async open(onEnd, versions = VERSIONS) {
    return new ChatStore(await openNewest(versions, onEnd));
  }

  close() {
    this.#db.close();
  }

  /** @returns {Promise<Chat[]>} */
  chats() {
    return begin(this.#db, CHATS).store.getAll();
  }

  /** @param {string} id @returns {Promise<Chat | undefined>} */
  chat(id) {
    return begin(this.#db, CHATS).store.get(id);
  }

  /** @param {string} chat @returns {Promise<Node[]>} */
  nodes(chat) {
    return begin(this.#db, NODES).store.getAll(ofChat(chat));
  }

  /**
   * Saves a chat and some of its turns in one transaction.
   *
   * @param {Chat} chat
   * @param {Node[]} nodes
   * @returns {Promise<boolean>} whether the chat was there before
   */
  async save(chat, nodes) {
    const writing = begin(this.#db, [CHATS, NODES, WORDS], "readwrite");
    const [chats, turns, words] = [CHATS, NODES, WORDS].map((name) => writing.objectStore(name));
    const before = chats.getKey(chat.id);
    part(before);
    part(chats.put(chat));
    for (const node of nodes) {
      part(turns.put(node));
      // While it is written, its words would be counted anew every second.
      const text = node.reason === null ? node.message : `${node.message}\n${node.answer}`;
      part(words.put({ chat: node.chat, id: node.id, words: wordsOf(text) }));
    }
    const [wasThere] = await Promise.all([before, writing.done]);
    return wasThere !== undefined;
  }

  /** @param {string[]} ids of chats */
  async remove(ids) {
    const writing = begin(this.#db, [CHATS, NODES, WORDS], "readwrite");
    for (const id of ids) {
      part(writing.objectStore(CHATS).delete(id));
      part(writing.objectStore(NODES).delete(ofChat(id)));
      part(writing.objectStore(WORDS).delete(ofChat(id)));
    }
    await writing.done;
  }

  /**
   * @param {string[]} words the last one may be the beginning of a word
   * @returns {Promise<Map<string, string>>} chat -> a turn of it; the chats in which all words were said
   */
  async find(words) {
    const index = begin(this.#db, WORDS).store.index("words");
    const all = await Promise.all(
      words.map(async (word, at) => {
        const range = at < words.length - 1 ? IDBKeyRange.only(word) : IDBKeyRange.bound(word, `${word}\uffff`);
        const keys = /** @type {[string, string][]} */ (/** @type {unknown} */ (await index.getAllKeys(range, MOST_FOUND)));
        return new Map(keys);
      }),
    );
    const [first = new Map(), ...others] = all.toSorted((a, b) => a.size - b.size);
    return new Map([...first].filter(([chat]) => others.every((found) => found.has(chat))));
  }

  /** @param {string} chat @param {string} id @returns {Promise<Node | undefined>} */
  node(chat, id) {
    return begin(this.#db, NODES).store.get([chat, id]);
  }
}
