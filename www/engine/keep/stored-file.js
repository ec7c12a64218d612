// One file of a kept model. Its bytes are in `NAME.part` until they are complete, then in
// `NAME.whole`. `NAME.pieces` has the SHA-256 of each MiB. So a crash, a full disk or a broken
// file system costs only the pieces from the first broken one on, and no broken piece is used.

import { inTime, openToWrite } from "./file-access.js";

export const PIECE = 2 ** 20;
const HASH = 32;

/** @typedef {FileSystemFileHandle & { move?: (name: string) => Promise<void> }} MovableFile */

export class StoredFile {
  #folder;
  #name;
  #isWhole;
  /** Bytes that can be read back. */
  size;
  /** @type {Uint8Array<ArrayBuffer>} */
  #hashes;

  /** The file as it was found. @type {File | null} */
  #found = null;

  /** Bytes that are not written yet. */
  #piece = new Uint8Array(0);
  #filled = 0;
  /** @type {{ bytes: FileSystemSyncAccessHandle, hashes: FileSystemSyncAccessHandle } | null} */
  #open = null;

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {string} name
   * @param {boolean} isWhole
   * @param {number} size
   * @param {Uint8Array<ArrayBuffer>} hashes
   */
  constructor(folder, name, isWhole, size, hashes) {
    this.#folder = folder;
    // The name must not look like a path to a file system.
    this.#name = encodeURIComponent(name);
    this.#isWhole = isWhole;
    this.size = size;
    this.#hashes = hashes;
  }

  /** @param {FileSystemDirectoryHandle} folder @param {string} name */
  static create(folder, name) {
    return new StoredFile(folder, name, false, 0, new Uint8Array(0));
  }

  /** @param {FileSystemDirectoryHandle} folder @param {string} name @param {boolean} isWhole */
  static async find(folder, name, isWhole) {
    const file = new StoredFile(folder, name, isWhole, 0, new Uint8Array(0));
    // Each step asks another process, so both are asked at once.
    const [hashes, found] = await inTime(
      Promise.all([file.#get("pieces").then((pieces) => pieces.arrayBuffer()), file.#get(file.#ending)]),
    );
    const bytes = found.size;
    file.#found = found;
    const pieces = Math.floor(hashes.byteLength / HASH);
    file.#hashes = new Uint8Array(hashes, 0, pieces * HASH);
    // The last piece of a part may not be complete. A piece without a hash is not trusted.
    file.size = isWhole ? bytes : Math.min(Math.floor(bytes / PIECE), pieces) * PIECE;
    if (isWhole && pieces !== Math.ceil(bytes / PIECE)) throw new Error(`${name}: hashes are missing`);
    return file;
  }

  get isWhole() {
    return this.#isWhole;
  }

  get #ending() {
    return this.#isWhole ? "whole" : "part";
  }

  /** The bytes, up to the first piece that is not what it was. @returns {AsyncGenerator<Uint8Array, void>} */
  async *read() {
    const file = this.#found;
    if (!file) return;
    let next = this.#readPiece(file, 0);
    for (let at = PIECE; ; at += PIECE) {
      const piece = await next;
      if (!piece) return;
      // The next piece is read from the disk while this one is used.
      next = this.#readPiece(file, at);
      yield piece;
    }
  }

  /** @param {File} file @param {number} at @returns {Promise<Uint8Array | null>} null at the end and for a broken piece */
  async #readPiece(file, at) {
    if (at >= this.size) return null;
    const piece = await inTime(file.slice(at, Math.min(at + PIECE, this.size)).arrayBuffer()).catch(() => null);
    return piece && (await this.#isRight(piece, at / PIECE)) ? new Uint8Array(piece) : null;
  }

  /** Makes ready to write from `size` on, a multiple of the piece. @param {number} size */
  async continueAt(size) {
    if (this.#isWhole) await this.#rename("whole", "part");
    else await this.#delete("whole"); // of an older version
    this.#isWhole = false;
    this.#found = null; // the file changes from now on
    const open = (/** @type {string} */ ending) => openToWrite(this.#folder, `${this.#name}.${ending}`);
    const bytes = await open("part");
    try {
      this.#open = { bytes, hashes: await open("pieces") };
    } catch (error) {
      bytes.close();
      throw error;
    }
    this.size = size;
    this.#open.bytes.truncate(size);
    this.#open.hashes.truncate((size / PIECE) * HASH);
    this.#piece = new Uint8Array(PIECE);
    this.#filled = 0;
  }

  /** @param {Uint8Array} bytes */
  async append(bytes) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + PIECE - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PIECE) await this.#writePiece();
    }
  }

  /** The file is complete. */
  async commit() {
    if (this.#filled > 0) await this.#writePiece();
    this.#open?.bytes.flush();
    this.#open?.hashes.flush();
    this.close();
    await this.#rename("part", "whole");
    this.#isWhole = true;
  }

  /** Stops writing. The bytes written so far stay. */
  close() {
    this.#open?.bytes.close();
    this.#open?.hashes.close();
    this.#open = null;
    this.#piece = new Uint8Array(0);
  }

  async remove() {
    this.close();
    for (const ending of ["part", "whole", "pieces"]) await this.#delete(ending);
  }

  async #writePiece() {
    if (!this.#open) throw new Error(`${this.#name} is not open`);
    const piece = this.#piece.subarray(0, this.#filled);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", piece));
    // The hash is written last, because a piece without one does not count.
    write(this.#open.bytes, piece, this.size);
    write(this.#open.hashes, hash, (this.size / PIECE) * HASH);
    this.size += this.#filled;
    this.#filled = 0;
  }

  /** @param {ArrayBuffer} piece @param {number} i */
  async #isRight(piece, i) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", piece));
    return hash.every((byte, at) => byte === this.#hashes[i * HASH + at]);
  }

  /** @param {string} ending */
  async #get(ending) {
    return (await this.#folder.getFileHandle(`${this.#name}.${ending}`)).getFile();
  }

  /** Deletes it, if it is there. @param {string} ending */
  async #delete(ending) {
    await inTime(this.#folder.removeEntry(`${this.#name}.${ending}`)).catch(() => {});
  }

  /** @param {string} from @param {string} to */
  async #rename(from, to) {
    await this.#delete(to);
    const file = /** @type {MovableFile} */ (await inTime(this.#folder.getFileHandle(`${this.#name}.${from}`)));
    if (!file.move) throw new DOMException("Files cannot be renamed here.", "NotSupportedError");
    await inTime(file.move(`${this.#name}.${to}`));
  }
}

/** @param {FileSystemSyncAccessHandle} file @param {Uint8Array<ArrayBuffer>} bytes @param {number} at */
function write(file, bytes, at) {
  // If there is no room, some browsers write fewer bytes instead of throwing.
  if (file.write(bytes, { at }) !== bytes.length) throw new DOMException("There is no room.", "QuotaExceededError");
}
