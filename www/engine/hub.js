// Hugging Face: what its names mean, and which files are behind one.

import { MambaError } from "./errors.js";
import { Download } from "./download.js";
import { REFUSED } from "./file-errors.js";
import { readText } from "./read-text.js";

export const HUB = "https://huggingface.co/";

/**
 * @typedef {{ repository: string, revision: string, weights: string | null }} HubName
 *   `weights`: the one file that is meant, where the name has one
 * @typedef {{ commit: string, files: Record<string, { size: number | null, sha256: string | null, oid: string | null }> }} Listing
 */

const PART = "[A-Za-z0-9][\\w.-]*";
const SHORT = new RegExp(`^hf:(${PART}/${PART})(?:@([\\w./-]+))?$`);
const PAGE = new RegExp(`^(${PART}/${PART})(?:/(?:tree|blob|resolve)/([^/?#]+)(?:/([^?#]+))?)?/?(?:[?#].*)?$`);

/**
 * Reads hf:owner/name[@revision], and the addresses that the hub's own pages have.
 *
 * @param {string} model
 * @param {string} hub
 * @returns {HubName | null}
 */
export function readHubName(model, hub = HUB) {
  const short = SHORT.exec(model);
  if (short) return { repository: short[1], revision: checked(short[2]) ?? "main", weights: null };
  if (!model.startsWith(hub)) return null;
  const page = PAGE.exec(model.slice(hub.length));
  if (!page || /^(api|datasets|spaces|docs|papers)\//.test(page[1])) return null;
  const file = page[3] && decoded(page[3]);
  const weights = file && /\.(safetensors|gguf)$/i.test(file) ? file : null;
  return { repository: page[1], revision: checked(page[2] && decoded(page[2])) ?? "main", weights };
}

/** Some addresses have a percent sign that stands for itself. @param {string} part of an address */
export function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {string | undefined} revision */
const checked = (revision) => (revision?.split("/").includes("..") ? undefined : revision);

/** @param {HubName} name @returns {string} a name that `readHubName` reads */
export function writeHubName({ repository, revision, weights }, hub = HUB) {
  if (weights) return `${hub}${repository}/blob/${encodeURIComponent(revision)}/${weights}`;
  return `hf:${repository}${revision === "main" ? "" : `@${revision}`}`;
}

/**
 * Asks the hub which files there are. The revision may move on; the commit stays.
 *
 * @param {HubName} name
 * @param {string} hub
 * @param {Pick<import("./download.js").Wanted, "patience" | "onWait">} how
 * @returns {Promise<Listing>}
 */
export async function readListing({ repository, revision }, hub, how) {
  const url = `${hub}api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const download = new Download({ name: `the list of files of ${repository}`, url, cache: "no-store", ...how });
  const state = await download.connect(0, null).catch((error) => {
    // Without a login the hub tells nobody which of the two it is.
    if (error.cause === REFUSED) throw noSuchModel(repository, revision, error);
    throw error;
  });
  if (state === "missing") throw noSuchModel(repository, revision);
  const text = await readText({ name: "The list of files", chunks: download.read(0) });
  const listing = listingOf(parsed(text));
  if (listing) return listing;
  throw new MambaError("network", `The hub's answer about ${repository} cannot be read.`, "Try again in a while.");
}

/** @param {string} text @returns {unknown} null where it is no JSON */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} repository @param {string} revision @param {unknown} [cause] */
const noSuchModel = (repository, revision, cause) =>
  new MambaError(
    "not-found",
    `Hugging Face has no public model ${repository}${revision === "main" ? "" : ` with a revision ${revision}`}.`,
    "Check the name. Models that ask for a login cannot be loaded from here; download them and choose the files.",
    { cause },
  );

/**
 * @param {any} answer of the hub
 * @returns {Listing | null} null where it is not what the hub's answers look like
 */
export function listingOf(answer) {
  if (!/^[0-9a-f]{40}$/.test(answer?.sha) || !Array.isArray(answer.siblings)) return null;
  /** @type {Listing["files"]} */
  const files = {};
  for (const { rfilename, size, blobId, lfs } of answer.siblings) {
    if (typeof rfilename !== "string") return null;
    const sha256 = /^[0-9a-f]{64}$/.test(lfs?.sha256) ? lfs.sha256 : null;
    const bytes = lfs?.size ?? size;
    files[rfilename] = {
      size: Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null,
      sha256,
      oid: sha256 ?? (typeof blobId === "string" ? blobId : null),
    };
  }
  return { commit: answer.sha, files };
}

/** @param {string} hub @param {string} repository @param {string} commit @param {string} file */
export const fileUrl = (hub, repository, commit, file) =>
  `${hub}${repository}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
