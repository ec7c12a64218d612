// The models that this browser keeps, in its origin private file system. Each model has a folder
// with `model.json`, and for each file its bytes and the SHA-256 of each piece of them. Files of a newer version are written
// beside a complete copy, under other names, and take its place when all are there.
// A page lists and deletes. Only a worker can write (stored-file.js).

import { MambaError } from "../errors.js";
import { inTime, openToWrite } from "./file-access.js";
import { checkedManifest, FORMAT } from "./manifest.js";
import { StoredFile } from "./stored-file.js";

const FOLDER = "mamba-web-models";
const MANIFEST = "model.json";
/** A worker that was ended a moment ago may still hold its model's lock. */
const LOCK_MS = 2000;
/** Another tab that has written nothing for this long is stuck or frozen. Pieces of files are written whole. */
const OTHER_TAB_MS = 30_000;

/**
 * @typedef {import("./manifest.js").FileRecord} FileRecord
 * @typedef {import("./manifest.js").Manifest} Manifest
 * @typedef {{ id: string, address: string, bytes: number, isComplete: boolean }} KeptModel
 */

/**
 * @returns {Promise<FileSystemDirectoryHandle>}
 * @throws {MambaError} where this browser, or this window, keeps nothing
 */
async function openRoot() {
  try {
    if (!navigator.locks) throw new TypeError("Without locks two tabs could write one model.");
    const root = await inTime(navigator.storage.getDirectory());
    return await inTime(root.getDirectoryHandle(FOLDER, { create: true }));
  } catch (cause) {
    const isFull = /** @type {Error} */ (cause).name === "QuotaExceededError";
    const why = isFull
      ? "There is not enough room for them. Free some, on the disk or in this browser."
      : globalThis.isSecureContext
        ? "A private window, or a setting that forbids storage, may be why."
        : "Browsers offer storage only over https.";
    throw new MambaError("no-storage", "This browser window keeps no models.", `${why} Models are downloaded anew each time.`, { cause });
  }
}

/** @returns {Promise<KeptModel[]>} largest first */
export async function keptModels() {
  const root = await openRoot();
  /** @type {KeptModel[]} */
  const models = [];
  for await (const [id, folder] of entries(root)) {
    if (folder.kind !== "directory") continue;
    const manifest = await readManifest(/** @type {FileSystemDirectoryHandle} */ (folder));
    const bytes = await sizeOf(/** @type {FileSystemDirectoryHandle} */ (folder));
    models.push({ id, bytes, address: manifest?.address ?? "", isComplete: manifest?.isComplete ?? false });
  }
  return models.sort((a, b) => b.bytes - a.bytes);
}

/** @param {string} id */
export async function deleteKeptModel(id) {
  const root = await openRoot();
  try {
    await root.removeEntry(id, { recursive: true });
  } catch (cause) {
    if (/** @type {Error} */ (cause).name === "NotFoundError") return;
    throw new MambaError(
      "busy",
      "This model cannot be deleted while it is being downloaded.",
      "Cancel the download, or close the other tab that loads it.",
      { cause },
    );
  }
}

/** @returns {Promise<number | null>} bytes that may still be kept; null where the browser does not say */
export async function roomLeft() {
  const estimate = navigator.storage?.estimate?.();
  const { quota, usage } = (estimate && (await inTime(estimate).catch(() => null))) ?? {};
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
}

/** One model's folder, as the worker that loads it sees it. */
export class ModelStore {
  #root;
  #id;
  /** @type {FileSystemDirectoryHandle | null} */
  #folder = null;
  /** @type {Promise<boolean> | null} */
  #isOurs = null;
  #release = () => {};
  /** @type {Promise<void>} */
  #written = Promise.resolve();
  /** @type {Manifest} */
  manifest;
  /** Whether a newer version is read and written, beside a complete copy. */
  isUpdate;
  /** The manifest as it was found. */
  #found;

  /**
   * @param {FileSystemDirectoryHandle} root
   * @param {string} id
   * @param {FileSystemDirectoryHandle | null} folder
   * @param {Manifest} manifest
   * @param {boolean} isNewer whether a complete copy is known to be old
   */
  constructor(root, id, folder, manifest, isNewer) {
    this.#root = root;
    this.#id = id;
    this.#folder = folder;
    this.manifest = manifest;
    this.isUpdate = isNewer && manifest.isComplete;
    this.#found = JSON.stringify(manifest);
  }

  /** @param {string} address @param {boolean} [isNewer] */
  static async open(address, isNewer = false) {
    const root = await openRoot();
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(address));
    const id = [...new Uint8Array(hash, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const folder = await inTime(root.getDirectoryHandle(id)).catch(() => null);
    const kept = folder && (await readManifest(folder));
    const empty = { format: FORMAT, address, isComplete: false, listing: null, files: {} };
    return new ModelStore(root, id, folder, kept?.address === address ? kept : empty, isNewer);
  }

  /** Whether another tab has written the model since it was looked for here. */
  async hasChanged() {
    const folder = await inTime(this.#root.getDirectoryHandle(this.#id)).catch(() => null);
    const kept = folder && (await readManifest(folder));
    return kept !== null && kept.address === this.manifest.address && JSON.stringify(kept) !== this.#found;
  }

  /**
   * Makes this worker the one that writes the model.
   *
   * @returns {Promise<boolean>} false where another tab is writing it
   */
  begin() {
    this.#isOurs ??= this.#lock();
    return this.#isOurs;
  }

  /**
   * Waits while another tab writes the model.
   *
   * @returns {Promise<boolean>} false where that tab does not get on
   */
  async waitForOther() {
    const tooLate = new AbortController();
    let isFree = false;
    const free = navigator.locks
      .request(this.#lockName, { signal: tooLate.signal }, () => void (isFree = true))
      .catch(() => {});
    for (let before = -1; ; ) {
      const bytes = await inTime(this.#root.getDirectoryHandle(this.#id).then(sizeOf)).catch(() => 0);
      if (isFree) return true;
      if (bytes <= before) break;
      before = bytes;
      await inTime(free, OTHER_TAB_MS).catch(() => {});
    }
    tooLate.abort();
    return false;
  }

  /** Lets another tab write it. */
  end() {
    this.#release();
  }

  /** @param {string} name @returns {FileRecord | null} */
  recordOf(name) {
    const { files, update = {} } = this.manifest;
    if (this.isUpdate && Object.hasOwn(update, name)) return update[name];
    return Object.hasOwn(files, name) ? files[name] : null;
  }

  /** @param {string} name @returns {Promise<StoredFile | null>} */
  async file(name) {
    const record = this.recordOf(name);
    if (!this.#folder || !record || record.state === "missing") return null;
    return StoredFile.find(this.#folder, nameOnDisk(name, record), record.state === "whole").catch(() => null);
  }

  /** An empty file to write to. @param {string} name @param {import("../fetch/http.js").Version | null} version */
  async create(name, version) {
    const folder = await this.#requireFolder();
    const isSecond = Boolean(this.manifest.files[name]?.isSecond) !== this.isUpdate;
    this.note(name, { state: "part", version, isSecond });
    await this.write();
    return StoredFile.create(folder, nameOnDisk(name, { isSecond }));
  }

  /** @param {string} name @param {FileRecord} record */
  async record(name, record) {
    // A copy whose own file proved damaged is not worth saving.
    if (record.state === "part" && !Object.hasOwn(this.manifest.update ?? {}, name)) await this.replace(false);
    this.note(name, record);
    await this.write();
  }

  /** Until it is written this is known only here. @param {string} name @param {FileRecord} record */
  note(name, record) {
    const { manifest } = this;
    const files = this.isUpdate ? (manifest.update ??= {}) : manifest.files;
    files[name] = { ...this.recordOf(name), ...record };
    if (record.state === "part" && !this.isUpdate) manifest.isComplete = false;
  }

  /** The newer version takes the place of the copy. @param {boolean} isComplete whether all of it is there */
  async replace(isComplete) {
    if (!this.isUpdate) return;
    const { files: old, update = {}, ...rest } = this.manifest;
    this.manifest = { ...rest, isComplete, files: { ...old, ...update } };
    this.isUpdate = false;
    await this.write();
    for (const name of Object.keys(update)) if (Object.hasOwn(old, name)) await this.#remove(name, old[name]);
  }

  /**
   * Makes room for a newer version of a file, if the one that is kept has that many bytes: it goes, and with it the copy.
   *
   * @param {string} name
   * @param {number} bytes
   * @returns {Promise<boolean>}
   */
  async makeRoom(name, bytes) {
    const old = Object.hasOwn(this.manifest.files, name) ? this.manifest.files[name] : null;
    if (!this.#folder || !old) return false;
    const found = await StoredFile.find(this.#folder, nameOnDisk(name, old), old.state === "whole").catch(() => null);
    if (!found || found.size < bytes) return false;
    await this.replace(false);
    await this.#remove(name, old);
    return true;
  }

  /** @param {string} name @param {FileRecord} record */
  async #remove(name, record) {
    await StoredFile.create(await this.#requireFolder(), nameOnDisk(name, record)).remove();
  }

  /** Writes model.json, one call after another, because only one at a time can open it. */
  write() {
    this.#written = this.#written.catch(() => {}).then(() => this.#write());
    return this.#written;
  }

  async #write() {
    const access = await openToWrite(await this.#requireFolder(), MANIFEST);
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(this.manifest));
      access.truncate(0);
      access.write(bytes, { at: 0 });
      access.flush();
    } finally {
      access.close();
    }
  }

  /** Deletes the newer version; without a copy beside it, everything that is kept of the model. */
  async discard() {
    const { update = {}, ...rest } = this.manifest;
    if (this.isUpdate) {
      this.manifest = rest;
      await this.write().catch(() => {});
      for (const [name, record] of Object.entries(update)) if (record.state !== "missing") await this.#remove(name, record);
      return;
    }
    this.manifest = { ...rest, isComplete: false, listing: null, files: {} };
    this.#folder = null;
    await inTime(this.#root.removeEntry(this.#id, { recursive: true })).catch(() => {});
  }

  async #requireFolder() {
    this.#folder ??= await inTime(this.#root.getDirectoryHandle(this.#id, { create: true }));
    return this.#folder;
  }

  get #lockName() {
    return `${FOLDER}/${this.#id}`;
  }

  /** @returns {Promise<boolean>} */
  #lock() {
    return new Promise((resolve) => {
      const held = new Promise((release) => (this.#release = () => release(undefined)));
      const tooLate = new AbortController();
      const timer = setTimeout(() => tooLate.abort(), LOCK_MS);
      navigator.locks
        .request(this.#lockName, { signal: tooLate.signal }, () => {
          clearTimeout(timer);
          resolve(true);
          return held;
        })
        .catch(() => resolve(false));
    });
  }
}

/** No file of a model has a name that ends so. @param {string} name @param {Pick<FileRecord, "isSecond">} record */
const nameOnDisk = (name, { isSecond }) => (isSecond ? `${name}/` : name);

/** @param {FileSystemDirectoryHandle} folder @returns {Promise<number>} bytes of its files */
async function sizeOf(folder) {
  let bytes = 0;
  for await (const [, entry] of entries(folder)) {
    const file = entry.kind === "file" ? /** @type {FileSystemFileHandle} */ (entry) : null;
    bytes += (await file?.getFile().catch(() => null))?.size ?? 0;
  }
  return bytes;
}

/** @param {FileSystemDirectoryHandle} folder @returns {Promise<Manifest | null>} null where it cannot be read */
async function readManifest(folder) {
  try {
    const file = await inTime(folder.getFileHandle(MANIFEST).then((found) => found.getFile()));
    return checkedManifest(JSON.parse(await inTime(file.text())));
  } catch {
    return null;
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {AsyncIterable<[string, FileSystemHandle]>}
 */
const entries = (folder) => /** @type {any} */ (folder).entries();
