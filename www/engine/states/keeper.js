// States that are kept under keys: the recent ones in memory, all that fit on the disk. None of them is needed. What is not
// there, or no longer, is read again from its text.

import { MambaError, toPlain } from "../errors.js";
import { toDrop } from "./policy.js";

/**
 * @typedef {import("./policy.js").KeptState} KeptState
 * @typedef {import("../errors.js").PlainError} PlainError
 * @typedef {{ where: "disk" | "memory" | "nowhere", problem: PlainError | null }} Placed
 *   where a state is kept; if that is not the disk, why
 * @typedef {{ states: number, bytes: number, limitBytes: number }} Used
 * @typedef {{ memory: Used, disk: Used, problem: PlainError | null }} Usage `problem`: why the disk cannot be used
 *
 * @typedef {Pick<import("./state-files.js").StateFiles, "list" | "keys" | "write" | "read" | "remove">} Files
 * @typedef {KeptState & { content: Uint8Array<ArrayBuffer> }} InMemory
 */

const MEMORY_BYTES = 64 * 2 ** 20;
const DISK_BYTES = 512 * 2 ** 20;
/** Room on the disk that states leave free, for chats and for the browser. */
const SPARE_BYTES = 16 * 2 ** 20;

export class StateKeeper {
  #model;
  #files;
  #roomLeft;
  /** @type {Map<string, InMemory>} */
  #memory = new Map();
  #memoryLimit = MEMORY_BYTES;
  #diskLimit = DISK_BYTES;
  /** What is done on the disk, one thing after the other. @type {Promise<unknown>} */
  #disk = Promise.resolve();
  #clock = 0;

  /**
   * @param {string} model hash of the model that all states belong to
   * @param {Files} files
   * @param {() => Promise<number | null>} roomLeft bytes that may still be kept; null where nobody knows
   */
  constructor(model, files, roomLeft) {
    this.#model = model;
    this.#files = files;
    this.#roomLeft = roomLeft;
  }

  /**
   * @param {string} key
   * @param {Uint8Array<ArrayBuffer>} content of an .mstate file
   * @returns {Promise<Placed>}
   */
  async put(key, content) {
    const state = { model: this.#model, key, bytes: content.length, usedAt: this.#now(), content };
    this.#memory.set(key, state);
    for (const { key } of toDrop(this.#memory.values(), this.#memoryLimit)) this.#memory.delete(key);
    try {
      await this.#inOrder(() => this.#write(key, content));
      return { where: "disk", problem: null };
    } catch (error) {
      return { where: this.#memory.get(key) === state ? "memory" : "nowhere", problem: problemOf(error) };
    }
  }

  /** @param {string} key @returns {Promise<Uint8Array<ArrayBuffer> | null>} null if it is not there */
  async get(key) {
    const state = this.#memory.get(key);
    if (state) {
      state.usedAt = this.#now();
      return state.content;
    }
    return this.#inOrder(() => this.#files.read(key)).catch(() => null);
  }

  /** Drops a state that cannot be used. @param {string} key */
  async forget(key) {
    this.#memory.delete(key);
    await this.#inOrder(() => this.#files.remove({ model: this.#model, key })).catch(() => {});
  }

  /** @param {string[]} keys @returns {Promise<string[]>} those whose states are there */
  async has(keys) {
    const onDisk = await this.#inOrder(() => this.#files.keys()).catch(() => new Set());
    return keys.filter((key) => this.#memory.has(key) || onDisk.has(key));
  }

  /** Drops the states of all models whose keys begin with `prefix`. @param {string} prefix */
  async drop(prefix) {
    for (const key of this.#memory.keys()) if (key.startsWith(prefix)) this.#memory.delete(key);
    await this.#inOrder(async () => {
      for (const state of await this.#files.list()) if (state.key.startsWith(prefix)) await this.#files.remove(state);
    }).catch(() => {}); // where there is no disk, nothing is on it
  }

  /**
   * @param {{ memoryBytes?: number, diskBytes?: number }} limits
   * @returns {Promise<void>}
   */
  async limit({ memoryBytes = this.#memoryLimit, diskBytes = this.#diskLimit }) {
    [this.#memoryLimit, this.#diskLimit] = [memoryBytes, diskBytes];
    for (const { key } of toDrop(this.#memory.values(), memoryBytes)) this.#memory.delete(key);
    await this.#inOrder(() => this.#makeRoom(diskBytes)).catch(() => {});
  }

  /** @returns {Promise<Usage>} */
  async usage() {
    const memory = { ...sumOf([...this.#memory.values()]), limitBytes: this.#memoryLimit };
    try {
      const states = await this.#inOrder(() => this.#files.list());
      return { memory, disk: { ...sumOf(states), limitBytes: this.#diskLimit }, problem: null };
    } catch (error) {
      return { memory, disk: { ...sumOf([]), limitBytes: this.#diskLimit }, problem: problemOf(error) };
    }
  }

  /** Writes the state, or leaves none under its key: the one that had it is not what it stands for. @param {string} key @param {Uint8Array<ArrayBuffer>} content */
  async #write(key, content) {
    try {
      await this.#writeInRoom(key, content);
    } catch (error) {
      await this.#files.remove({ model: this.#model, key }).catch(() => {});
      throw error;
    }
  }

  /** @param {string} key @param {Uint8Array<ArrayBuffer>} content */
  async #writeInRoom(key, content) {
    if (content.length > this.#diskLimit) throw noRoom();
    const others = (await this.#files.list()).filter((state) => state.model !== this.#model || state.key !== key);
    await this.#removeAll(toDrop(others, this.#diskLimit - content.length));
    const room = await this.#roomLeft();
    try {
      if (room !== null && room - content.length < SPARE_BYTES) throw new DOMException("There is no room.", "QuotaExceededError");
      await this.#files.write(key, content);
    } catch (error) {
      if (/** @type {Error} */ (error)?.name !== "QuotaExceededError") throw error;
      // The browser gives less than the limit. Half of what there is makes way, so that not each state finds the disk full.
      const { bytes } = sumOf(others);
      if (bytes < content.length) throw noRoom();
      await this.#makeRoom(Math.min(bytes / 2, bytes - content.length));
      await this.#files.write(key, content);
    }
  }

  /** @param {number} limit bytes that may stay on the disk */
  async #makeRoom(limit) {
    await this.#removeAll(toDrop(await this.#files.list(), limit));
  }

  /** @param {KeptState[]} states */
  async #removeAll(states) {
    for (const state of states) await this.#files.remove(state);
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #inOrder(work) {
    const done = this.#disk.then(work, work);
    this.#disk = done.catch(() => {});
    return done;
  }

  /** The time, and a later one at each call. */
  #now() {
    return (this.#clock = Math.max(this.#clock + 1e-3, Date.now()));
  }
}

/** @param {KeptState[]} states */
const sumOf = (states) => ({ states: states.length, bytes: states.reduce((sum, { bytes }) => sum + bytes, 0) });

const noRoom = () =>
  new MambaError(
    "no-storage",
    "There is no room on the disk to keep what the model remembers.",
    "The text is read again when it is needed. Delete chats or models that you no longer need.",
  );

/** @param {unknown} error @returns {PlainError} */
function problemOf(error) {
  if (error instanceof MambaError) return toPlain(error);
  if (/** @type {Error} */ (error)?.name === "QuotaExceededError") return toPlain(noRoom());
  console.debug(error);
  return toPlain(
    new MambaError(
      "no-storage",
      "This browser window does not keep what the model remembers.",
      "A private window, or a setting that forbids storage, may be why. The text is read again at the next visit.",
    ),
  );
}
