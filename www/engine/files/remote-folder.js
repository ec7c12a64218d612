// A model's files on the web, and what this browser keeps of them.
//
// When is a kept file used without asking? A file of a hub is identified by its hash. Another
// site's model is used, until it is deleted, once it was loaded whole. A model of this site is
// asked about each time (HEAD), because the site may have a new version; without a network, or if
// the site has no model there any more, the copy is used. It is read while the answers are on their
// way, and counts only when they have come: see succeed().

import { Download } from "../fetch/download.js";
import { toPlain } from "../errors.js";
import { keptChanging, notFound, StartAnew, unreachable } from "../fetch/file-errors.js";
import { canContinue, isOwn, isSame } from "../fetch/http.js";
import { readListing } from "../source/hub.js";
import { writeHubName } from "../source/hub-name.js";
import { Keeper } from "../keep/keeper.js";
import { placesOnHub, placesOnSite } from "../source/places.js";
import { readText } from "../fetch/read-text.js";
import { RemoteFile } from "./remote-file.js";
import { askNow, isRefusal, Taken } from "./site-version.js";

/** @typedef {import("./remote-file.js").Place} Place */
/** @typedef {import("../source/model-source.js").WebSource | import("../source/model-source.js").HubSource} Source */

const WEIGHTS = "model.safetensors";

/**
 * @param {Source} source
 * @param {import("./files.js").FetchOptions} options
 * @param {import("../fetch/progress.js").ProgressMeter} meter
 * @param {import("./files.js").Asking} asking
 * @returns {Promise<import("./files.js").ModelFolder>}
 */
export async function openRemoteFolder(source, options, meter, asking) {
  const address = source.kind === "hub" ? writeHubName(source, options.hub) : (source.weights ?? source.folder);
  const keeper = await Keeper.open(address, options.keep, asking === "first");
  const how = { patience: options.patience, onWait: (/** @type {boolean} */ isWaiting) => meter.wait(isWaiting) };
  const open = (/** @type {import("../source/places.js").Places} */ places) => new RemoteFolder(places, keeper, how, meter, asking);
  if (source.kind === "web") return open(placesOnSite(source));
  const listing = (keeper.isComplete && keeper.listing) || (await readListing(source, options.hub, how));
  const places = placesOnHub(source, options.hub, listing);
  keeper.useListing(listing);
  return open(places);
}

class RemoteFolder {
  #find;
  weights;
  isAlone;
  #keeper;
  #how;
  #meter;
  #asking;
  /** What the server says of the kept files that are used meanwhile. @type {Promise<void>[]} */
  #answers = [];
  /** It says that one of them is not what it has now. @type {StartAnew | null} */
  #outdated = null;
  /** Shards that were, or are being, fetched before their turn. @type {Map<string, Promise<void>>} */
  #ahead = new Map();
  /** Weight files that the server does not hand out. @type {Map<string, unknown>} */
  #refused = new Map();
  /** Small files that are being read. @type {Set<Promise<unknown>>} */
  #texts = new Set();
  /** @type {Download[]} */
  #downloads = [];
  /** @type {RemoteFile[]} */
  #files = [];
  #hasFailed = false;
  /** A copy was used without knowing whether it is up to date. */
  #isUnsure = false;
  #hasChanged = false;
  #taken = new Taken();

  /**
   * @param {import("../source/places.js").Places} places
   * @param {Keeper} keeper
   * @param {Pick<import("../fetch/download.js").Wanted, "patience" | "onWait">} how
   * @param {import("../fetch/progress.js").ProgressMeter} meter
   * @param {import("./files.js").Asking} asking
   */
  constructor({ find, weights, isAlone }, keeper, how, meter, asking) {
    this.#find = find;
    this.weights = weights;
    this.isAlone = isAlone;
    this.#keeper = keeper;
    this.#how = how;
    this.#meter = meter;
    this.#asking = asking;
    this.#isUnsure = asking === "never" && keeper.isComplete;
  }

  /** @param {string} name of a shard */
  async open(name) {
    await this.#ahead.get(name);
    const file = this.#refused.has(name) ? null : await this.openIfThere(name);
    if (!file) throw this.#refused.get(name) ?? notFound(name);
    return file;
  }

  /** @param {string} name of a weight file */
  async openIfThere(name) {
    try {
      return await this.#open(name, true);
    } catch (error) {
      if (!this.#meansMissing(error, name)) throw error;
      this.#refused.set(name, error);
      this.#keeper.noteMissing(name);
      return null;
    }
  }

  async openWeights() {
    return this.weights === null ? this.openIfThere(WEIGHTS) : this.open(this.weights);
  }

  /** @param {string[]} names @returns {number | null} */
  sizeOf(names) {
    const sizes = names.map((name) => this.#find(name)?.size ?? null);
    return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  }

  /** @param {string} name */
  async text(name) {
    const text = await this.#text(name);
    if (text === undefined) throw notFound(name);
    return text;
  }

  /** @param {string} name */
  async textIfThere(name) {
    try {
      return await this.#text(name);
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      // A model that was loaded once does not need a file that was missing then.
      if (code === "network" && this.#keeper.isComplete && !this.#keeper.record(name)) return undefined;
      // Static hosts that answer every address with their front page have no such file.
      if (code !== "not-found" && !this.#meansMissing(error, name)) throw error;
      this.#keeper.noteMissing(name);
      return undefined;
    }
  }

  /** @param {string} name */
  fetchAhead(name) {
    if (!this.#keeper.isKept || this.#ahead.has(name)) return;
    const fetching = async () => {
      const file = await this.#open(name, true);
      if (!file) return;
      for await (const _ of file.chunks); // reading it keeps it
      await file.keep();
    };
    // An error happens again, and is reported, when it is the shard's turn.
    this.#ahead.set(name, fetching().catch(() => void this.#ahead.delete(name)));
  }

  async isOutdated() {
    await Promise.all(this.#answers);
    return this.#outdated !== null;
  }

  hasCopy() {
    return this.#keeper.hasCopy;
  }

  async succeed() {
    if (await this.isOutdated()) this.#requireUpToDate();
    if (this.#isUnsure && this.#hasChanged) throw unreachable("a part of the model");
    await this.#taken.requireOneVersion();
    await this.#keeper.succeed();
  }

  /** @param {unknown} error */
  async fail(error) {
    this.#hasFailed = true;
    for (const download of this.#downloads) download.end();
    // Only closed files can be deleted or written again.
    await Promise.allSettled([...this.#ahead.values(), ...this.#texts]);
    for (const file of this.#files) file.close();
    await this.#keeper.fail(error);
  }

  canReadAgain() {
    return this.#keeper.isKept;
  }

  storage() {
    const { isKept, problem } = this.#keeper;
    return { isKept, problem: problem && toPlain(problem) };
  }

  /** @param {string} name */
  #text(name) {
    const reading = async () => {
      const file = await this.#open(name, false);
      if (!file) return undefined;
      const text = await readText(file);
      await file.keep();
      return text;
    };
    const text = reading();
    this.#texts.add(text);
    const done = () => void this.#texts.delete(text);
    text.then(done, done);
    return text;
  }

  /** @param {string} name @param {boolean} isWeights @returns {Promise<RemoteFile | null>} */
  async #open(name, isWeights) {
    const keeper = this.#keeper;
    const place = this.#find(name);
    const record = keeper.record(name);
    const wasFetched = this.#ahead.has(name);
    const isAsked = this.#asking !== "never" && place && !place.version && isOwn(place.url);
    const isTrusted = keeper.isComplete && !isAsked;
    if (!place) return null;
    if (record?.state === "missing" && (isTrusted || (await this.#mayBeUsed(place)))) return null;

    const download = new Download({
      name,
      url: place.url,
      size: place.size,
      isPinned: place.version !== null,
      cache: keeper.isKept ? "no-store" : "default",
      ...this.#how,
    });
    this.#downloads.push(download);
    if (this.#hasFailed) download.end();
    let stored = await keeper.find(name);
    const version = record?.version ?? null;
    if (place.version) {
      if (!isSame(place.version, version)) stored = null;
    } else if (stored?.isWhole) {
      if (!isTrusted && !wasFetched && !(await this.#mayBeUsed(place))) stored = null;
    } else if (!canContinue(version)) {
      stored = null;
    }
    // A trusted copy was asked about in another visit, if ever.
    const when = { asked: 0, seen: isTrusted ? 0 : this.#taken.now() };
    if (!stored?.isWhole) {
      await keeper.takeTurn();
      when.asked = this.#taken.now();
      const state = await download.connect(stored?.size ?? 0, version);
      if (state === "missing") {
        keeper.noteMissing(name);
        return null;
      }
      if (state === "anew") {
        this.#hasChanged ||= record?.state === "whole" || record?.state === "part";
        stored = null;
      }
      when.seen = this.#taken.now();
      if (!download.mayBeKept && !place.version) keeper.noteForbidden(new URL(place.url).host);
    }
    // What was fetched ahead was noted then.
    if (!wasFetched || when.asked > 0) this.#taken.add(place, stored?.isWhole ? version : download.version, when);
    const part = isWeights ? "weights" : "files";
    const file = new RemoteFile(place, download, stored, keeper, (bytes, phase) => {
      this.#requireUpToDate();
      // Bytes that were fetched ahead were counted then.
      if (!wasFetched) this.#meter.add(bytes, phase, part);
    });
    this.#files.push(file);
    return file;
  }

  /**
   * Hosts that do not say which files they have, such as S3, refuse those that they do not have. A hub says it.
   *
   * @param {unknown} error
   * @param {string} name of a file that need not be there
   */
  #meansMissing(error, name) {
    return isRefusal(error) && !this.#find(name)?.version;
  }

  #requireUpToDate() {
    if (this.#outdated) throw this.#outdated;
  }

  /**
   * Whether to use the kept file, or the fact that there was none. For a model that was whole this is assumed while the
   * server is asked.
   *
   * @param {Place} place
   */
  async #mayBeUsed(place) {
    const isUpToDate = this.#isUpToDate(place);
    if (this.#asking === "first" || !this.#keeper.isComplete) return isUpToDate;
    this.#answers.push(
      isUpToDate.then((isSo) => {
        if (!isSo) this.#outdated ??= new StartAnew(keptChanging(place.name), 1);
      }),
    );
    return true;
  }

  /** Whether the kept file, or that there was none, is still what the server says. @param {Place} place */
  async #isUpToDate(place) {
    const record = this.#keeper.record(place.name);
    try {
      const answer = await askNow(place, record?.state === "missing");
      if (typeof answer === "string") return answer === "missing" && record?.state === "missing";
      return isSame(answer.version, record?.version ?? null);
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      // The server sends its front page, or refuses, so there is still no such file.
      if ((code === "not-found" || isRefusal(error)) && record?.state === "missing") return true;
      // The server does not answer, or refuses. A complete copy is used; without one a download shows the error.
      if (!this.#keeper.isComplete || code === "not-found") return false;
      this.#isUnsure = true;
      return true;
    }
  }
}
