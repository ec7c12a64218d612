// States as files in the browser's private file system: a folder for each model, a file for each state. A file gets its
// name last, so a torn one is never found.

import { inTime, openToWrite } from "../keep/file-access.js";

const FOLDER = "mamba-web-states";
const ENDING = ".mstate";
const PART = ".part";
/** A part that nobody has written to for this long was left by a tab that is gone. */
const LEFT_MS = 60_000;

/** @typedef {import("./policy.js").KeptState} KeptState */

/** Keys are words between slashes, so that a point can stand for the slash. @param {string} key */
const nameOf = (key) => `${key.replaceAll("/", ".")}${ENDING}`;
/** @param {string} name */
const keyOf = (name) => name.slice(0, -ENDING.length).replaceAll(".", "/");

export class StateFiles {
  #model;
  /** What is known of each file, by its path: another process is asked about a file only once. @type {Map<string, KeptState>} */
  #known = new Map();

  /** @param {string} model hash of the model whose states are read and written here */
  constructor(model) {
    this.#model = model;
  }

  /** The states of all models. @returns {Promise<KeptState[]>} */
  async list() {
    const root = await openRoot();
    /** @type {Map<string, KeptState>} */
    const found = new Map();
    for await (const [model, folder] of entries(root)) {
      if (folder.kind !== "directory") continue;
      for await (const [name, file] of entries(/** @type {FileSystemDirectoryHandle} */ (folder))) {
        const path = `${model}/${name}`;
        const state = this.#known.get(path) ?? (await this.#look(model, folder, name, file));
        if (state) found.set(path, state);
      }
    }
    this.#known = found;
    return [...found.values()];
  }

  /** The keys of this model's states. @returns {Promise<Set<string>>} */
  async keys() {
    const keys = new Set();
    const folder = await this.#folder(false);
    if (!folder) return keys;
    for await (const [name] of entries(folder)) if (name.endsWith(ENDING)) keys.add(keyOf(name));
    return keys;
  }

  /**
   * Writes a state, in the place of the one that has its key.
   *
   * @param {string} key
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async write(key, bytes) {
    const folder = await this.#folder(true);
    if (!folder) throw new DOMException("There is no folder.", "NotFoundError");
    // Another tab may write the same state.
    const part = `${crypto.randomUUID()}${PART}`;
    try {
      const access = await openToWrite(folder, part);
      try {
        // If there is no room, some browsers write fewer bytes instead of throwing.
        if (access.write(bytes, { at: 0 }) !== bytes.length) throw new DOMException("There is no room.", "QuotaExceededError");
        access.flush();
      } finally {
        access.close();
      }
      const name = nameOf(key);
      const file = /** @type {import("../keep/stored-file.js").MovableFile} */ (await inTime(folder.getFileHandle(part)));
      if (!file.move) throw new DOMException("Files cannot be renamed here.", "NotSupportedError");
      await inTime(folder.removeEntry(name)).catch(() => {}); // mostly there is none
      await inTime(file.move(name));
      const state = { model: this.#model, key, bytes: bytes.length, usedAt: Date.now() };
      this.#known.set(`${this.#model}/${name}`, state);
    } catch (error) {
      await inTime(folder.removeEntry(part)).catch(() => {});
      throw error;
    }
  }

  /** @param {string} key @returns {Promise<Uint8Array<ArrayBuffer> | null>} null if there is none */
  async read(key) {
    const name = nameOf(key);
    try {
      const folder = await this.#folder(false);
      const file = folder && (await inTime(folder.getFileHandle(name).then((handle) => handle.getFile())));
      if (!file) return null;
      const bytes = new Uint8Array(await inTime(file.arrayBuffer()));
      const known = this.#known.get(`${this.#model}/${name}`);
      if (known) known.usedAt = Date.now();
      return bytes;
    } catch (error) {
      console.debug(error); // deleted meanwhile, or a disk that fails: it is not there
      return null;
    }
  }

  /** @param {Pick<KeptState, "model" | "key">} state of any model */
  async remove({ model, key }) {
    this.#known.delete(`${model}/${nameOf(key)}`);
    const root = await openRoot();
    const folder = await inTime(root.getDirectoryHandle(model)).catch(() => null);
    await (folder && inTime(folder.removeEntry(nameOf(key))).catch(() => {})); // another tab may be reading it
  }

  /** @param {boolean} create @returns {Promise<FileSystemDirectoryHandle | null>} */
  async #folder(create) {
    // Found anew each time: the visitor may have cleared the storage since.
    const root = await openRoot();
    const folder = inTime(root.getDirectoryHandle(this.#model, { create }));
    return create ? folder : folder.catch(() => null);
  }

  /**
   * @param {string} model
   * @param {FileSystemHandle} folder
   * @param {string} name
   * @param {FileSystemHandle} file
   * @returns {Promise<KeptState | null>}
   */
  async #look(model, folder, name, file) {
    const of = await inTime(/** @type {FileSystemFileHandle} */ (file).getFile()).catch(() => null);
    if (!of) return null;
    if (name.endsWith(ENDING)) return { model, key: keyOf(name), bytes: of.size, usedAt: of.lastModified };
    if (name.endsWith(PART) && Date.now() - of.lastModified > LEFT_MS) {
      await inTime(/** @type {FileSystemDirectoryHandle} */ (folder).removeEntry(name)).catch(() => {});
    }
    return null;
  }
}

/** @returns {Promise<FileSystemDirectoryHandle>} */
async function openRoot() {
  const root = await inTime(navigator.storage.getDirectory());
  return inTime(root.getDirectoryHandle(FOLDER, { create: true }));
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {AsyncIterable<[string, FileSystemHandle]>}
 */
const entries = (folder) => /** @type {any} */ (folder).entries();
