// Keeps downloads for the next visit, as far as this browser lets it. If a file cannot be kept,
// the model loads all the same, and the page is told why.

import { MambaError } from "../errors.js";
import { StartAnew } from "../fetch/file-errors.js";
import { ModelStore, roomLeft } from "./store.js";

/** @typedef {import("../fetch/http.js").Version} Version */
/** @typedef {import("./stored-file.js").StoredFile} StoredFile */

/** The browser needs some room for itself. */
const SPARE_ROOM = 32 * 2 ** 20;
/** Tabs that one tab may wait for, one after the other. */
const MOST_TABS = 20;
/** After these errors the files themselves are in doubt, so their kept copies are deleted. */
const IN_DOUBT = new Set(["bad-checkpoint", "bad-tokenizer", "integrity", "not-found", "unsupported-architecture"]);

export class Keeper {
  #store;
  /** Why nothing is kept. @type {MambaError | null} */
  problem;
  #hasNews = false;
  /** All files wait for the same one, so that those that are wanted at once are asked for at once. @type {Promise<void> | null} */
  #turn = null;
  /** Whether there was a copy when the model was opened here. */
  #hadCopy;

  /** @param {ModelStore | null} store @param {MambaError | null} problem */
  constructor(store, problem) {
    this.#store = store;
    this.problem = problem;
    this.#hadCopy = this.hasCopy;
  }

  /** @param {string} address of the model @param {boolean} isWanted @param {boolean} [isNewer] whether a copy is known to be old */
  static async open(address, isWanted, isNewer = false) {
    if (!isWanted) return new Keeper(null, null);
    try {
      return new Keeper(await ModelStore.open(address, isNewer), null);
    } catch (error) {
      return new Keeper(null, error instanceof MambaError ? error : cannotWrite(error));
    }
  }

  /** Whether a copy is kept from which the model was loaded to its end once, perhaps an old one. */
  get hasCopy() {
    return this.#store?.manifest.isComplete ?? false;
  }

  /** Whether that is what is read here. */
  get isComplete() {
    return this.hasCopy && !this.#store?.isUpdate;
  }

  get listing() {
    return this.#store?.manifest.listing ?? null;
  }

  /** @param {import("../source/hub.js").Listing} listing */
  useListing(listing) {
    if (this.#store) this.#store.manifest.listing = listing;
  }

  get isKept() {
    return this.#store !== null && this.problem === null;
  }

  /** @param {string} name */
  record(name) {
    return this.#store?.recordOf(name) ?? null;
  }

  /** @param {string} name */
  async find(name) {
    return (await this.#store?.file(name)) ?? null;
  }

  /** That there is no such file is worth knowing too. @param {string} name */
  noteMissing(name) {
    if (!this.#store || this.record(name)?.state === "missing") return;
    this.#store.note(name, { state: "missing", version: null });
    this.#hasNews = true;
  }

  /**
   * To be called before anything is downloaded. While another tab writes the model, this one waits. Then it begins again
   * with what is kept by then, so nothing is downloaded twice.
   */
  takeTurn() {
    return (this.#turn ??= this.#takeTurn());
  }

  async #takeTurn() {
    if (!this.#store || this.problem) return;
    try {
      if (await this.#store.begin()) {
        // The other tab may have been done just before this one got its turn.
        if (!(await this.#store.hasChanged())) return;
        this.#store.end();
        throw new StartAnew(inOtherTab(), MOST_TABS);
      }
      if (await this.#store.waitForOther()) throw new StartAnew(inOtherTab(), MOST_TABS);
      throw inOtherTab();
    } catch (error) {
      if (error instanceof StartAnew) throw error;
      this.#giveUp(error);
    }
  }

  /**
   * @param {object} file
   * @param {string} file.name
   * @param {Version | null} file.version
   * @param {number | null} file.size
   * @param {StoredFile | null} file.stored what is there of it, to be continued
   * @param {number} file.from where to go on
   * @returns {Promise<StoredFile | null>} null where it cannot be kept
   */
  async openWriter({ name, version, size, stored, from }) {
    if (!this.#store || this.problem) return null;
    try {
      if (!(await this.#store.begin())) throw inOtherTab();
      const lacking = (size ?? 0) - from + SPARE_ROOM - ((await roomLeft()) ?? Infinity);
      if (lacking > 0 && (stored || !(await this.#store.makeRoom(name, lacking)))) throw noRoom();
      this.#hasNews = true;
      if (stored) await this.#store.record(name, { state: "part", version });
      const writer = stored ?? (await this.#store.create(name, version));
      await writer.continueAt(from);
      return writer;
    } catch (error) {
      this.#giveUp(error);
      return null;
    }
  }

  /** @param {StoredFile} writer @param {Uint8Array} bytes @returns {Promise<boolean>} whether it could be written */
  async append(writer, bytes) {
    try {
      await writer.append(bytes);
      return true;
    } catch (error) {
      this.#giveUp(error);
      await writer.remove();
      return false;
    }
  }

  /** @param {string} name @param {StoredFile} writer @param {Version | null} version */
  async commit(name, writer, version) {
    try {
      await writer.commit();
      await this.#store?.record(name, { state: "whole", version });
    } catch (error) {
      this.#giveUp(error);
      await writer.remove();
    }
  }

  /** The kept file is of no more use: whoever loads the model next fetches it from its start. @param {string} name */
  async distrust(name) {
    if (!this.#store) return;
    try {
      if (await this.#store.begin()) await this.#store.record(name, { state: "part", version: null });
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** The model was loaded from these files. */
  async succeed() {
    const store = this.#store;
    if (!store) return;
    try {
      const isNew = this.#hasNews || !this.isComplete;
      if (!isNew || !(await store.begin())) return;
      // Half a model is of no use and takes room.
      if (this.problem) return await store.discard();
      store.manifest.isComplete = true;
      await (store.isUpdate ? store.replace(true) : store.write());
    } catch (error) {
      this.#giveUp(error);
    } finally {
      store.end();
    }
  }

  /** @param {unknown} error why the model was not loaded */
  async fail(error) {
    const store = this.#store;
    if (!store) return;
    const code = String(/** @type {{ code?: unknown }} */ (error)?.code);
    // What the server no longer has says nothing of a copy from which the whole model was loaded before.
    const isServersFault = code === "not-found" && this.#hadCopy;
    if (IN_DOUBT.has(code) && !isServersFault && (await store.begin())) await store.discard();
    store.end();
  }

  /** @param {string} host that asks browsers to keep nothing */
  noteForbidden(host) {
    this.problem ??= new MambaError(
      "no-storage",
      `${host} asks browsers not to keep its files.`,
      "The model is downloaded anew each time.",
    );
  }

  /** @param {unknown} error */
  #giveUp(error) {
    if (error instanceof MambaError) this.problem ??= error;
    else this.problem ??= /** @type {Error} */ (error)?.name === "QuotaExceededError" ? noRoom() : cannotWrite(error);
  }
}

const noRoom = () =>
  new MambaError(
    "no-storage",
    "There is not enough room to keep this model for the next visit.",
    "Delete models that you no longer need, or free room on the disk.",
  );

const inOtherTab = () =>
  new MambaError(
    "no-storage",
    "Another tab is downloading this model; here it is not kept a second time.",
    "The next visit uses what the other tab keeps.",
  );

/** @param {unknown} cause */
const cannotWrite = (cause) =>
  new MambaError(
    "no-storage",
    "This browser could not keep the model for the next visit.",
    "The model is downloaded anew each time.",
    { cause },
  );
