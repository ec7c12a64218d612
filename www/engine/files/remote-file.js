// One file from the web: first what this browser kept of it, then the rest from the network.

import { keptDamaged, notFound, StartAnew, wrongHash } from "../fetch/file-errors.js";
import { Sha256 } from "../keep/sha256.js";

/**
 * @typedef {object} Place where a file is, and what is known of it in advance
 * @property {string} name
 * @property {string} url
 * @property {number | null} size
 * @property {string | null} sha256 that its publisher gives
 * @property {import("../fetch/http.js").Version | null} version null where only the server can tell
 */

export class RemoteFile {
  #place;
  #download;
  #stored;
  #keeper;
  #meter;
  /** @type {import("../keep/stored-file.js").StoredFile | null} */
  #writer = null;

  /**
   * @param {Place} place
   * @param {import("../fetch/download.js").Download} download
   * @param {import("../keep/stored-file.js").StoredFile | null} stored what is kept of this very version
   * @param {import("../keep/keeper.js").Keeper} keeper
   * @param {(bytes: number, phase: "read" | "download") => void} onBytes called before they are handed on; may throw
   */
  constructor(place, download, stored, keeper, onBytes) {
    this.#place = place;
    this.#download = download;
    this.#stored = stored;
    this.#keeper = keeper;
    this.#meter = onBytes;
    this.chunks = this.#read();
  }

  get name() {
    return this.#place.name;
  }

  get byteLength() {
    return this.#stored?.isWhole ? this.#stored.size : this.#download.size;
  }

  get announced() {
    return this.byteLength ?? this.#download.announced;
  }

  /** To be called when the bytes have proved right. */
  async keep() {
    const writer = this.#writer;
    this.#writer = null;
    if (writer) await this.#keeper.commit(this.name, writer, this.#place.version ?? this.#download.version);
  }

  /** Stops writing, where `keep` was not called. */
  close() {
    this.#writer?.close();
    this.#writer = null;
  }

  async *#read() {
    const stored = this.#stored;
    const wasWhole = stored?.isWhole ?? false;
    let hash = this.#place.sha256 && !wasWhole ? new Sha256() : null;
    let at = 0;
    if (stored) {
      for await (const piece of stored.read()) {
        hash?.update(piece);
        at += piece.byteLength;
        this.#meter(piece.byteLength, "read");
        yield piece;
      }
      if (wasWhole && at === stored.size) return;
    }
    if (wasWhole && this.#place.sha256) hash = await this.#hashAgain(at);
    // A broken copy is continued from where it breaks.
    if (!this.#download.isConnected) await this.#connect(at);
    yield* this.#fetchFrom(at, hash);
  }

  /** @param {number} at @param {Sha256 | null} hash of what came before */
  async *#fetchFrom(at, hash) {
    const keeper = this.#keeper;
    const version = this.#place.version ?? this.#download.version;
    const { name, byteLength: size } = this;
    let isWhole = false;
    this.#writer = await keeper.openWriter({ name, version, size, stored: this.#stored, from: at });
    try {
      for await (const chunk of this.#download.read(at)) {
        hash?.update(chunk);
        if (this.#writer && !(await keeper.append(this.#writer, chunk))) this.#writer = null;
        this.#meter(chunk.byteLength, "download");
        yield chunk;
      }
      if (hash && hash.digest() !== this.#place.sha256) {
        await this.#writer?.remove();
        throw new StartAnew(wrongHash(name), 1);
      }
      isWhole = true;
    } finally {
      if (!isWhole) {
        this.close();
        this.#download.close();
      }
    }
  }

  /** @param {number} at */
  async #connect(at) {
    const state = await this.#download.connect(at, this.#keeper.record(this.name)?.version ?? null);
    if (state === "missing") throw notFound(this.name);
    if (state !== "anew" || at === 0) return;
    // What was read of the copy has no rest, so the next try must not trust it again.
    await this.#keeper.distrust(this.name);
    throw new StartAnew(keptDamaged(this.name), 3);
  }

  /** @param {number} end */
  async #hashAgain(end) {
    const hash = new Sha256();
    let at = 0;
    for await (const piece of this.#stored?.read() ?? []) {
      if (at < end) hash.update(piece);
      at += piece.byteLength;
    }
    return hash;
  }
}
