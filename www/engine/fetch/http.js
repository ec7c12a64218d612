// One request for a file, or for the rest of one, and what its answer means.

import { isPage, refused, serverFailed, unreachable } from "./file-errors.js";

/**
 * @typedef {object} Version what tells one version of a file from another
 * @property {string | null} etag
 * @property {string | null} lastModified
 * @property {number | null} size
 *
 * @typedef {object} Answer
 * @property {Response} response
 * @property {Version} version
 * @property {number} start where in the file the body begins
 * @property {number | null} announced size of the file as the server says it, for the progress bar
 * @property {boolean} isPackedPart a part of something packed, which nobody can unpack
 * @property {boolean} mayBeKept
 */

/** A failure that may pass: it is worth asking again. */
export class Passing extends Error {
  /** @param {import("../errors.js").MambaError} told @param {number | null} [afterMs] when the server wants to be asked */
  constructor(told, afterMs = null) {
    super(told.message);
    this.told = told;
    this.afterMs = afterMs;
  }
}

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @param {object} wanted
 * @param {string} wanted.name for messages
 * @param {string} wanted.url
 * @param {"GET" | "HEAD"} [wanted.method]
 * @param {number} [wanted.from] the first byte that is wanted
 * @param {Version | null} [wanted.version] of which the bytes before `from` are
 * @param {RequestCache} [wanted.cache]
 * @param {AbortSignal} [wanted.signal]
 * @returns {Promise<Answer | "missing" | "past the end">}
 */
export async function ask({ name, url, method = "GET", from = 0, version = null, cache = "default", signal }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (from > 0) {
    headers.Range = `bytes=${from}-`;
    // To another origin If-Range would need a preflight, which file hosts do not answer; there
    // the version is compared when the answer comes.
    const condition = strongEtag(version) ?? version?.lastModified;
    if (condition && isOwn(url)) headers["If-Range"] = condition;
  }
  // A model's host need not know which page uses it.
  const how = /** @type {const} */ ({ credentials: "same-origin", referrerPolicy: "no-referrer" });
  const response = await fetch(url, { method, headers, cache, signal, ...how }).catch((cause) => {
    throw new Passing(unreachable(name, cause));
  });
  const { status } = response;
  if (status === 404 || status === 410) return drop(response, "missing");
  if (status === 416) return drop(response, "past the end");
  if (PASSING.has(status)) throw drop(response, new Passing(serverFailed(name, status), retryAfter(response)));
  if (status === 401 || status === 403) throw drop(response, refused(name, status));
  if (!response.ok || (method === "GET" && !response.body)) throw drop(response, serverFailed(name, status));
  if (/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) throw drop(response, isPage(name));
  return { response, ...describe(response, from) };
}

/** @template T @param {Response} response @param {T} result @returns {T} */
function drop(response, result) {
  response.body?.cancel().catch(() => {});
  return result;
}

/** @param {Response} response @param {number} from */
function describe(response, from) {
  const { headers, status } = response;
  const range = status === 206 ? readContentRange(headers.get("content-range")) : null;
  const start = status === 206 ? (range?.start ?? from) : 0;
  const length = Number(headers.get("content-length") ?? NaN);
  const announced = range?.size ?? (Number.isSafeInteger(length) ? start + length : null);
  return {
    start,
    announced,
    version: {
      etag: headers.get("etag"),
      lastModified: headers.get("last-modified"),
      size: range?.size ?? (isUnpacked(response) ? announced : null),
    },
    isPackedPart: status === 206 && encoding(response) !== "identity",
    mayBeKept: !/\bno-store\b/i.test(headers.get("cache-control") ?? ""),
  };
}

/** @param {string | null} header such as "bytes 100-199/200" */
export function readContentRange(header) {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? "");
  return match && { start: Number(match[1]), size: match[2] === "*" ? null : Number(match[2]) };
}

/**
 * Content-Length counts the bytes before the browser unpacks them, so it is certain only
 * where nothing was packed; another origin need not show its Content-Encoding.
 *
 * @param {Response} response
 */
const isUnpacked = (response) => response.type === "basic" && encoding(response) === "identity";

/** @param {Response} response */
const encoding = ({ headers }) => headers.get("content-encoding") ?? "identity";

/**
 * When the server wants to be asked again: Retry-After in seconds, or as a date (RFC 9110).
 *
 * @param {Pick<Response, "headers">} response
 * @param {number} [now] in milliseconds since 1970
 * @returns {number | null} milliseconds from now
 */
export function retryAfter({ headers }, now = Date.now()) {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(date)) return null;
  // By the server's own clock where it shows it: the visitor's may be wrong by hours.
  const served = Date.parse(headers.get("date") ?? "");
  return Math.max(0, date - (Number.isNaN(served) ? now : served));
}

/** @param {string} url */
export const isOwn = (url) => new URL(url).origin === globalThis.location?.origin;

/** Only a strong tag says that every byte is the same. @param {Version | null} version */
const strongEtag = (version) => (version?.etag && !version.etag.startsWith("W/") ? version.etag : null);

/** Whether the rest of this version can be asked for. @param {Version | null} version */
export const canContinue = (version) => Boolean(strongEtag(version) ?? version?.lastModified);

/**
 * Whether both are certainly the same version.
 *
 * @param {Version | null} a
 * @param {Version | null} b
 */
export const isSame = (a, b) => compare(a, b) === true;

/** Whether they are certainly two. @param {Version | null} a @param {Version | null} b */
export const isOther = (a, b) => compare(a, b) === false;

/** @param {Version | null} a @param {Version | null} b @returns {boolean | null} null where they do not tell */
function compare(a, b) {
  if (!a || !b) return null;
  if (a.size !== null && b.size !== null && a.size !== b.size) return false;
  if (a.etag && b.etag) return weak(a.etag) === weak(b.etag);
  return a.lastModified === null || b.lastModified === null ? null : a.lastModified === b.lastModified;
}

/** @param {string} etag */
const weak = (etag) => etag.replace(/^W\//, "");
