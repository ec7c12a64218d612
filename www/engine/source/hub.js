// Which files are behind a name on Hugging Face.

import { Download } from "../fetch/download.js";
import { MambaError } from "../errors.js";
import { REFUSED, StartAnew } from "../fetch/file-errors.js";
import { ggufModels, listed, several, theGguf } from "./gguf-files.js";
import { encodePath } from "./hub-name.js";
import { readText } from "../fetch/read-text.js";

export { HUB, decoded, readHubName, writeHubName } from "./hub-name.js";

/**
 * @typedef {import("./hub-name.js").HubName} HubName
 * @typedef {{ size: number | null, sha256: string | null, oid: string | null }} ListedFile
 * @typedef {{ commit: string, files: Record<string, ListedFile> }} Listing `files` by their paths in the repository
 */

/** Weights that are read before a GGUF file is looked for. */
const OTHER_WEIGHTS = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
];

/**
 * Asks the hub which files there are. A revision may move; the commit is fixed.
 *
 * @param {HubName} name
 * @param {string} hub
 * @param {Pick<import("../fetch/download.js").Wanted, "patience" | "onWait">} how
 * @returns {Promise<Listing>}
 */
export async function readListing(name, hub, how) {
  for (let tries = 1; ; tries++) {
    try {
      return await readListingOnce(name, hub, how);
    } catch (error) {
      if (!(error instanceof StartAnew)) throw error;
      if (tries > error.times) throw error.told;
    }
  }
}

/**
 * @param {HubName} name
 * @param {string} hub
 * @param {Pick<import("../fetch/download.js").Wanted, "patience" | "onWait">} how
 */
async function readListingOnce({ repository, revision }, hub, how) {
  const url = `${hub}api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const download = new Download({ name: `the list of files of ${repository}`, url, cache: "no-store", ...how });
  const state = await download.connect(0, null).catch((error) => {
    // Without a login the hub does not say which of the two it is.
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
    "Check the name. A folder of this site is written with ./ in front. Models that ask for a login cannot be loaded from here; download them and choose the files.",
    { cause },
  );

/**
 * Which file of a repository is the whole model, or the weights of it.
 *
 * @param {HubName} name
 * @param {Listing} listing
 * @returns {string | null} its name in the folder that is meant; null where the folder has its weights under the names
 *   that models usually have, or has none
 * @throws {MambaError} where there are several and none of them was named
 */
export function chooseWeights({ repository, revision, folder, weights, tag }, { files }) {
  if (weights !== null && Object.hasOwn(files, weights)) return weights.slice(folder.length);
  const names = Object.keys(files).filter((name) => name.startsWith(folder));
  if (names.length === 0 && folder && weights === null) {
    throw new MambaError("not-found", `There is no folder ${folder.slice(0, -1)} in ${repository}.`, "Check the name of the folder.");
  }
  const has = (/** @type {string} */ name) => Object.hasOwn(files, folder + name);
  if (tag === null && OTHER_WEIGHTS.some(has)) return null;

  const at = revision === "main" ? "" : `@${revision}`;
  const howToName = (/** @type {string} */ name) => `Write it as hf:${repository}/${name}${at}, or paste the address of its page.`;
  const place = folder ? `${repository}/${folder.slice(0, -1)}` : repository;
  const models = ggufModels(names.map((name) => ({ name, size: files[name].size })));
  if (weights !== null) {
    const others = models.length > 0 ? ` It has ${listed(models)}.` : "";
    throw new MambaError("not-found", `There is no ${weights} in ${repository}.${others}`, "Check the name of the file.");
  }
  const here = models.filter(({ name }) => !name.includes("/", folder.length));
  const folders = names.filter((name) => name.endsWith("/config.json")).map((name) => name.slice(0, -"/config.json".length));
  const areBelow = here.length === 0 && folders.length === 0;
  const gguf = theGguf(tag !== null || areBelow ? models : here, { place, howToName, tag });
  if (gguf === null && folders.length > 0 && !has("config.json")) {
    throw new MambaError(
      "not-found",
      `${place} has its models in folders: ${several(folders)}.`,
      `Name the one that you want. ${howToName(folders[0])}`,
    );
  }
  return gguf && gguf.slice(folder.length);
}

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
  `${hub}${repository}/resolve/${commit}/${encodePath(file)}`;
