// The chats in IndexedDB. A chat is one record and each of its turns is another one, so that what is saved every second is
// one small transaction, which is there as a whole or not at all.

import { begin, part } from "../transaction.js";
import { nothingSaid, saidIn, withTurn } from "./said.js";
import { openNewest } from "./versions.js";

/**
 * @typedef {import("./tree.js").Node} Node
 * @typedef {import("./said.js").Said} Said
 */

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
 * @property {{ node: string, offset: number, around?: string[] } | null} scroll the turn at the top of the window, how far
 *   down it the window begins, and the turns before and after it in their order; null: the end
 */

const CHATS = "chats";
const NODES = "nodes";
/** What was said, only read to search. */
const SAID = "said";

/** The browser copies records in one piece for the page's thread. More of them would keep it from painting. */
const MOST_AT_ONCE = 250;

/** @param {string} chat @param {string} [after] a turn @returns {IDBKeyRange} the keys of its turns, or of those after one */
const ofChat = (chat, after) => IDBKeyRange.bound(after === undefined ? [chat] : [chat, after], [chat, []], after !== undefined);

/** @param {import("./versions.js").Database} db */
function makeStores(db) {
  db.createObjectStore(CHATS, { keyPath: "id" });
  db.createObjectStore(NODES, { keyPath: ["chat", "id"] });
}

/** @param {import("./versions.js").Database} db @returns {Promise<boolean>} whether each turn has its chat */
async function areTurnsOfChats(db) {
  const chats = new Set(await begin(db, CHATS).store.getAllKeys());
  const keys = /** @type {[string, string][]} */ (await begin(db, NODES).store.getAllKeys());
  return keys.every(([chat]) => chats.has(chat));
}

/** @type {import("./versions.js").Version[]} oldest first */
export const VERSIONS = [
  {
    name: "mamba-web-chats-1",
    create(db) {
      makeStores(db);
      db.createObjectStore("words", { keyPath: ["chat", "id"] }).createIndex("words", "words", { multiEntry: true });
    },
    isSound: areTurnsOfChats,
  },
  {
    name: "mamba-web-chats-2",
    create(db) {
      makeStores(db);
      db.createObjectStore(SAID, { keyPath: "chat" });
    },
    convert: { [CHATS]: (chat) => chat, [NODES]: (node) => node },
    async complete(db) {
      const chats = /** @type {string[]} */ (await begin(db, CHATS).store.getAllKeys());
      for (let at = 0; at < chats.length; at += MOST_AT_ONCE) {
        const said = [];
        for (const chat of chats.slice(at, at + MOST_AT_ONCE)) said.push(saidIn(chat, await nodesOf(db, chat)));
        const writing = begin(db, SAID, "readwrite");
        for (const record of said) part(writing.store.put(record));
        await writing.done;
      }
    },
    async isSound(db) {
      const [chats, said] = await Promise.all([begin(db, CHATS).store.count(), begin(db, SAID).store.count()]);
      return said === chats && areTurnsOfChats(db);
    },
  },
];

/** @param {import("./versions.js").Database} db @param {string} chat @returns {Promise<Node[]>} */
async function nodesOf(db, chat) {
  const { store } = begin(db, NODES);
  /** @type {Node[]} */
  const nodes = [];
  for (;;) {
    const some = await store.getAll(ofChat(chat, nodes.at(-1)?.id), MOST_AT_ONCE);
    nodes.push(...some);
    if (some.length < MOST_AT_ONCE) return nodes;
  }
}

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
    return nodesOf(this.#db, chat);
  }

  /** How many turns a chat has. @param {string} chat @returns {Promise<number>} */
  size(chat) {
    return begin(this.#db, NODES).store.count(ofChat(chat));
  }

  /** The last turns of the way to a turn. @param {string} chat @param {string | null} leaf @param {number} most @returns {Promise<Node[]>} */
  async end(chat, leaf, most) {
    const { store } = begin(this.#db, NODES);
    /** @type {Node[]} */
    const way = [];
    for (let id = leaf; id !== null && way.length < most; ) {
      const node = await store.get([chat, id]);
      if (!node) break;
      way.unshift(node);
      id = node.parent;
    }
    return way;
  }

  /**
   * Saves a chat and some of its turns in one transaction.
   *
   * @param {Chat} chat
   * @param {Node[]} nodes
   * @returns {Promise<{ wasThere: boolean, said: Said }>} whether the chat was there before, and what has been said in it
   */
  async save(chat, nodes) {
    const writing = begin(this.#db, [CHATS, NODES, SAID], "readwrite");
    const [chats, turns, saids] = [CHATS, NODES, SAID].map((name) => writing.objectStore(name));
    const before = chats.getKey(chat.id);
    const saidBefore = saids.get(chat.id);
    part(before);
    part(saidBefore);
    part(chats.put(chat));
    for (const node of nodes) part(turns.put(node));
    /** @type {Said} */
    let said = nothingSaid(chat.id);
    const adding = saidBefore.then((known) => {
      said = nodes.reduce(withTurn, known ?? said);
      if (said !== known) part(saids.put(said));
    });
    part(adding);
    const [wasThere] = await Promise.all([before, adding, writing.done]);
    return { wasThere: wasThere !== undefined, said };
  }

  /** @param {string[]} ids of chats */
  async remove(ids) {
    const writing = begin(this.#db, [CHATS, NODES, SAID], "readwrite");
    for (const id of ids) {
      part(writing.objectStore(CHATS).delete(id));
      part(writing.objectStore(NODES).delete(ofChat(id)));
      part(writing.objectStore(SAID).delete(id));
    }
    await writing.done;
  }

  /** What was said in all chats. @returns {Promise<Said[]>} */
  async allSaid() {
    const { store } = begin(this.#db, SAID);
    /** @type {Said[]} */
    const all = [];
    for (;;) {
      const last = all.at(-1)?.chat;
      const some = await store.getAll(last === undefined ? null : IDBKeyRange.lowerBound(last, true), MOST_AT_ONCE);
      all.push(...some);
      if (some.length < MOST_AT_ONCE) return all;
    }
  }

  /** @param {string} chat @returns {Promise<Said | undefined>} */
  said(chat) {
    return begin(this.#db, SAID).store.get(chat);
  }

  /** Turns, perhaps of several chats. @param {[chat: string, id: string][]} keys @returns {Promise<(Node | undefined)[]>} */
  turns(keys) {
    const { store } = begin(this.#db, NODES);
    return Promise.all(keys.map((key) => store.get(key)));
  }
}
