// Texts that were read: each is a state with a name, from which chats begin. The text itself is not kept. If this browser
// window keeps nothing, they live as long as the page.

import { openDB } from "idb";
import { randomId } from "../chats/new-chat.js";
import { begin, part } from "../transaction.js";

/**
 * @typedef {object} Book
 * @property {string} id
 * @property {string} name
 * @property {string} modelHash of the only model that can remember it
 * @property {string} modelName
 * @property {number} characters that were read
 * @property {number} tokens
 * @property {boolean} isWhole whether the text was read to its end
 * @property {number} createdAt ms since 1970
 */

export const BOOKS = "mamba-web-books-1";
const ABOUT = "books";
/** Apart, because a list must not read all the states. */
const STATES = "states";

export class Shelf {
  /** @type {Map<string, Book>} */
  #books = new Map();
  /** Those that could not be kept. @type {Map<string, Uint8Array>} */
  #unsaved = new Map();
  /** @type {Promise<import("idb").IDBPDatabase | null> | null} */
  #opening = null;
  /** Why books are not kept: a sentence, or null. @type {string | null} */
  problem = null;

  /** @returns {Promise<Book[]>} the newest first */
  async list() {
    const db = await this.#open();
    for (const book of (await (db && begin(db, ABOUT).store.getAll().catch(() => []))) ?? []) this.#books.set(book.id, book);
    return [...this.#books.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  /** @param {string} id @returns {Promise<Uint8Array | null>} its `.mstate` file */
  async state(id) {
    const unsaved = this.#unsaved.get(id);
    const db = unsaved ? null : await this.#open();
    return unsaved ?? (await (db && begin(db, STATES).store.get(id).catch(() => null))) ?? null;
  }

  /** One from a file, unless it is there already. @param {Book} book "" as its id for a new one @param {Uint8Array} state @returns {Promise<Book>} */
  async take({ id, ...about }, state) {
    const known = (await this.list()).find((one) => one.id === id);
    return known ?? this.add({ ...about, ...(id !== "" && { id }) }, state);
  }

  /** @param {Omit<Book, "id" | "createdAt"> & Partial<Book>} about @param {Uint8Array} state @returns {Promise<Book>} */
  async add(about, state) {
    const book = { id: randomId(), createdAt: Date.now(), ...about };
    this.#books.set(book.id, book);
    try {
      const db = await this.#open();
      if (!db) throw new Error("There is no store.");
      const writing = begin(db, [ABOUT, STATES], "readwrite");
      part(writing.objectStore(ABOUT).put(book));
      part(writing.objectStore(STATES).put(state, book.id));
      await writing.done;
    } catch (error) {
      console.debug(error); // the sentence says what it means
      this.#unsaved.set(book.id, state);
      this.problem = "This browser did not keep the memory: its storage is full, or this window keeps nothing. It is there until the page is closed.";
    }
    return book;
  }

  /** @param {string} id */
  async remove(id) {
    this.#books.delete(id);
    this.#unsaved.delete(id);
    const db = await this.#open();
    if (!db) return;
    const writing = begin(db, [ABOUT, STATES], "readwrite");
    part(writing.objectStore(ABOUT).delete(id));
    part(writing.objectStore(STATES).delete(id));
    await writing.done;
  }

  #open() {
    this.#opening ??= openDB(BOOKS, 1, {
      upgrade(db) {
        db.createObjectStore(ABOUT, { keyPath: "id" });
        db.createObjectStore(STATES);
      },
      // Somebody deletes it: the data of the whole site, or this page's own. The next call opens it again.
      blocking: (_, __, event) => {
        /** @type {IDBDatabase} */ (event.target).close();
        this.#opening = null;
      },
      terminated: () => (this.#opening = null),
    }).catch((error) => {
      console.debug(error);
      return (this.#opening = null); // a disk that was full may have room later
    });
    return this.#opening;
  }
}
