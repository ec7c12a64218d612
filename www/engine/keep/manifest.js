// The record of what is kept of a model: model.json in its folder.

/** A page does not read records with another number. */
export const FORMAT = 1;

/**
 * @typedef {object} FileRecord
 * @property {"part" | "whole" | "missing"} state
 * @property {import("../fetch/http.js").Version | null} version
 * @property {boolean} [isSecond] its bytes are under the other of its two names on the disk
 *
 * @typedef {object} Manifest
 * @property {number} format
 * @property {string} address what the model is loaded by: hf:owner/name@revision or a URL
 * @property {boolean} isComplete whether it was loaded to its end once
 * @property {import("../source/hub.js").Listing | null} listing of a model from a hub
 * @property {Record<string, FileRecord>} files
 * @property {Record<string, FileRecord>} [update] what differs in a newer version, which is written beside a complete copy
 */

/**
 * Checks a record: a disk may have damaged it, and an older page may have written it.
 *
 * @param {any} found
 * @returns {Manifest | null} null where it is not as this page writes it
 */
export function checkedManifest(found) {
  const isRecord = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isNumber = (/** @type {unknown} */ value) => value === null || (Number.isSafeInteger(value) && Number(value) >= 0);
  const isText = (/** @type {unknown} */ value) => value === null || typeof value === "string";
  const isVersion = (/** @type {any} */ it) =>
    it === null || (isRecord(it) && isText(it.etag) && isText(it.lastModified) && isNumber(it.size));
  const isFile = (/** @type {any} */ it) =>
    isRecord(it) && ["part", "whole", "missing"].includes(it.state) && isVersion(it.version) && ["undefined", "boolean"].includes(typeof it.isSecond);
  const areFiles = (/** @type {any} */ it) => isRecord(it) && Object.values(it).every(isFile);
  const isListed = (/** @type {any} */ it) => isRecord(it) && isNumber(it.size) && isText(it.sha256) && isText(it.oid);
  const isListing = (/** @type {any} */ it) =>
    isRecord(it) && /^[0-9a-f]{40}$/.test(it.commit) && isRecord(it.files) && Object.values(it.files).every(isListed);
  const isRight =
    isRecord(found) &&
    found.format === FORMAT &&
    typeof found.address === "string" &&
    typeof found.isComplete === "boolean" &&
    (found.listing === null || isListing(found.listing)) &&
    areFiles(found.files) &&
    (found.update === undefined || areFiles(found.update));
  return isRight ? found : null;
}
