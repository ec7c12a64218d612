// What a site has by now of files that were kept or read. It may be published anew at any moment.

import { keptChanging, REFUSED, StartAnew } from "../fetch/file-errors.js";
import { ask, isOther } from "../fetch/http.js";
import { inTime } from "../keep/file-access.js";

/** @typedef {import("./remote-file.js").Place} Place */

const HEAD_MS = 15_000;

/**
 * Asks for a file's version.
 *
 * @param {Place} place
 * @param {boolean} wasMissing
 */
export async function askNow({ name, url }, wasMissing) {
  const abort = new AbortController();
  try {
    return await inTime(askWith({ name, url, signal: abort.signal }, wasMissing), HEAD_MS);
  } catch (error) {
    abort.abort();
    throw error;
  }
}

/**
 * What some hosts refuse or do not know is only HEAD, so a file that was there is asked for once more with GET, and nobody
 * reads its bytes.
 *
 * @param {{ name: string, url: string, signal: AbortSignal }} file
 * @param {boolean} wasMissing
 */
async function askWith(file, wasMissing) {
  const wanted = /** @type {const} */ ({ ...file, cache: "no-store" });
  try {
    return await ask({ ...wanted, method: "HEAD" });
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (code !== "network" || (wasMissing && isRefusal(error))) throw error;
  }
  const answer = await ask(wanted);
  if (typeof answer !== "string") answer.response.body?.cancel().catch(() => {});
  return answer;
}

/** @param {unknown} error */
export const isRefusal = (error) => /** @type {{ cause?: unknown }} */ (error)?.cause === REFUSED;

/** The files of one load, which have to be of one version. */
export class Taken {
  /** @type {{ place: Place, version: import("../fetch/http.js").Version | null, asked: number, seen: number }[]} */
  #files = [];
  #moments = 0;

  /** Numbers what happens, from 1 on. */
  now() {
    return ++this.#moments;
  }

  /**
   * @param {Place} place
   * @param {import("../fetch/http.js").Version | null} version
   * @param {{ asked: number, seen: number }} when its download was asked for, and the server said that this is what it has; 0: never
   */
  add(place, version, when) {
    this.#files.push({ place, version, ...when });
  }

  /**
   * Asks once more about the files that may be older than the last download. A server that does not tell is believed, and a
   * hub's files are known by their hashes.
   */
  async requireOneVersion() {
    const last = Math.max(0, ...this.#files.map(({ asked }) => asked));
    const earlier = this.#files.filter(({ place, seen }) => seen < last && !place.version);
    await Promise.all(
      earlier.map(async ({ place, version }) => {
        const answer = await askNow(place, false).catch(() => null);
        if (answer && typeof answer !== "string" && isOther(answer.version, version)) throw new StartAnew(keptChanging(place.name), 3);
      }),
    );
  }
}
