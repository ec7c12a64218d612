// Where the files of a model are on the web, and which of them is the weights.

import { firstPart, isGguf, standsAlone } from "./gguf-files.js";
import { chooseWeights, fileUrl } from "./hub.js";
import { encodePath } from "./hub-name.js";
import { nameOfFile } from "./model-source.js";
import { NEOX_TOKENIZER, neoxTokenizerUrl } from "./neox.js";

/** @typedef {import("../files/remote-file.js").Place} Place */
/**
 * @typedef {object} Places
 * @property {(name: string) => Place | null} find null where there is no such file
 * @property {string | null} weights name of the one weight file, where it is known; the first part of a split one
 * @property {boolean} isAlone whether it has no small files
 */

/**
 * @param {import("./model-source.js").WebSource} source
 * @returns {Places}
 */
export function placesOnSite(source) {
  const named = source.weights && nameOfFile(new URL(source.weights));
  return {
    find: (name) => onSite(source, named, name),
    weights: named && firstPart(named),
    isAlone: named !== null && isGguf(named), // nothing says what else is in the folder
  };
}

/**
 * @param {import("./model-source.js").HubSource} source
 * @param {string} hub
 * @param {import("./hub.js").Listing} listing
 * @returns {Places}
 */
export function placesOnHub(source, hub, listing) {
  const weights = chooseWeights(source, listing);
  const beside = Object.entries(listing.files).filter(([name]) => name.startsWith(source.folder));
  const files = beside.map(([name, { size }]) => ({ name: name.slice(source.folder.length), size }));
  return {
    find: (name) => onHub(source, hub, listing, name),
    weights: weights && firstPart(weights),
    isAlone: standsAlone(weights, files),
  };
}

/**
 * @param {import("./model-source.js").WebSource} source
 * @param {string | null} named the name of the weight file that was named
 * @param {string} name
 * @returns {Place | null}
 */
function onSite({ folder, weights }, named, name) {
  const isOther = !weights || !named || firstPart(name) !== firstPart(named);
  const url = isOther ? inFolder(folder, name) : besides(weights, named, name);
  return url === null ? null : { name, url, size: null, sha256: null, version: null };
}

/**
 * A name may come from a stranger's index of shards, so it must not lead out of the folder.
 *
 * @param {string} folder
 * @param {string} name
 */
function inFolder(folder, name) {
  const url = new URL(encodePath(name), folder).href;
  return url.startsWith(folder) ? url : null;
}

/**
 * The address of another part of a split model, with whatever else is in the address of the one that was named.
 *
 * @param {string} address
 * @param {string} named
 * @param {string} name
 */
function besides(address, named, name) {
  if (name === named) return address;
  const [was, is] = [encodeURIComponent(named), encodeURIComponent(name)];
  const at = address.lastIndexOf(was) >= 0 ? address.lastIndexOf(was) : address.lastIndexOf(named);
  const length = address.lastIndexOf(was) >= 0 ? was.length : named.length;
  return at < 0 ? null : address.slice(0, at) + is + address.slice(at + length);
}

/**
 * @param {import("./model-source.js").HubSource} source
 * @param {string} hub
 * @param {import("./hub.js").Listing} listing
 * @param {string} name
 * @returns {Place | null}
 */
function onHub({ repository, folder }, hub, { commit, files }, name) {
  if (name === NEOX_TOKENIZER) return { name, url: neoxTokenizerUrl(hub), size: null, sha256: null, version: null };
  const path = folder + name;
  if (!Object.hasOwn(files, path)) return null;
  const { size, sha256, oid } = files[path];
  return { name, url: fileUrl(hub, repository, commit, path), size, sha256, version: { etag: oid, lastModified: null, size } };
}
