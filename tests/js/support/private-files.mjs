// A browser's private file system, as far as the engine uses it: a file that is open to be written cannot be opened again,
// renamed or deleted.

/** @param {string} name */
const fails = (name) => new DOMException("It cannot be done.", name);

class PrivateFile {
  /** @type {"file"} */
  kind = "file";
  bytes = new Uint8Array(0);
  isOpen = false;

  /** @param {PrivateFolder} folder */
  constructor(folder) {
    this.folder = folder;
  }

  async getFile() {
    return new File([this.bytes], "file");
  }

  async createSyncAccessHandle() {
    if (this.isOpen) throw fails("NoModificationAllowedError");
    this.isOpen = true;
    return {
      truncate: (/** @type {number} */ size) => this.#resize(size),
      write: (/** @type {Uint8Array} */ part, { at = 0 }) => {
        this.#resize(Math.max(this.bytes.length, at + part.length));
        this.bytes.set(part, at);
        return part.length;
      },
      flush() {},
      close: () => void (this.isOpen = false),
    };
  }

  /** @param {string} name */
  async move(name) {
    if (this.isOpen) throw fails("NoModificationAllowedError");
    const { all } = this.folder;
    for (const [old, one] of all) if (one === this) all.delete(old);
    all.set(name, this);
  }

  /** @param {number} size */
  #resize(size) {
    const before = this.bytes;
    this.bytes = new Uint8Array(size);
    this.bytes.set(before.subarray(0, size));
  }
}

export class PrivateFolder {
  /** @type {"directory"} */
  kind = "directory";
  /** @type {Map<string, PrivateFile | PrivateFolder>} */
  all = new Map();
  /** Whether the disk answers no more. */
  hangs = false;

  async *entries() {
    await this.#answer();
    yield* this.all;
  }

  /** @param {string} name @param {{ create?: boolean }} [options] */
  async getFileHandle(name, options) {
    await this.#answer();
    return this.#get(name, options, () => new PrivateFile(this));
  }

  /** @param {string} name @param {{ create?: boolean }} [options] */
  async getDirectoryHandle(name, options) {
    await this.#answer();
    return this.#get(name, options, () => new PrivateFolder());
  }

  /** @param {string} name */
  async removeEntry(name) {
    await this.#answer();
    const found = this.all.get(name);
    if (!found) throw fails("NotFoundError");
    if (isInUse(found)) throw fails("NoModificationAllowedError");
    this.all.delete(name);
  }

  async #answer() {
    if (this.hangs) await new Promise(() => {});
  }

  /** @template {PrivateFile | PrivateFolder} T @param {string} name @param {{ create?: boolean } | undefined} options @param {() => T} make @returns {T} */
  #get(name, options, make) {
    const found = this.all.get(name) ?? (options?.create ? make() : null);
    if (!found) throw fails("NotFoundError");
    this.all.set(name, found);
    return /** @type {T} */ (found);
  }
}

/** @param {PrivateFile | PrivateFolder} entry @returns {boolean} */
const isInUse = (entry) => (entry instanceof PrivateFolder ? [...entry.all.values()].some(isInUse) : entry.isOpen);

/** The root of a browser that has nothing yet. */
export function startStorage() {
  const root = new PrivateFolder();
  const storage = { getDirectory: async () => root, estimate: async () => ({ quota: 2 ** 33, usage: 0 }) };
  const locks = { request: async (/** @type {string} */ _, /** @type {object} */ __, /** @type {() => unknown} */ held) => held() };
  Object.defineProperty(globalThis, "navigator", { value: { storage, locks, onLine: true }, configurable: true });
  return root;
}
