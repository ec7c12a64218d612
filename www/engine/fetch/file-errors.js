// What can go wrong with a model's files, in sentences.

import { MambaError, OFFLINE_HINT, isOffline } from "../errors.js";

/** @param {string} name */
export const notFound = (name) =>
  new MambaError(
    "not-found",
    `There is no ${name} in the model's folder.`,
    name.endsWith(".safetensors")
      ? "Check the address. Models are read in Hugging Face layout, with their weights as safetensors."
      : "Check the address of the model's folder.",
  );

/** @param {string} name @param {unknown} [cause] */
export const unreachable = (name, cause) =>
  new MambaError(
    "network",
    isOffline()
      ? `There is no network, so ${name} could not be loaded.`
      : `${name} could not be loaded: the server cannot be reached, or does not let other sites read the file.`,
    isOffline() ? OFFLINE_HINT : "Check the address and the connection, then try again.",
    { cause },
  );

/** @param {string} name @param {number} status */
export const refused = (name, status) =>
  new MambaError(
    "network",
    `The server does not hand out ${name} without permission (status ${status}).`,
    "Check the name. Models that ask for a login cannot be loaded from here; download them and choose the files.",
    { cause: REFUSED },
  );

/** Marks a file that the server does not give to everyone. */
export const REFUSED = "refused";

/** @param {string} name @param {number} status */
export const serverFailed = (name, status) =>
  new MambaError(
    "network",
    `The server could not send ${name} (status ${status}).`,
    "Try again in a while, or choose another model.",
  );

/**
 * @param {string} name
 * @param {number} loaded
 * @param {number | null} total
 * @param {unknown} [cause]
 */
export function brokeOff(name, loaded, total, cause) {
  const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
  return new MambaError(
    "network",
    `${name} broke off after ${loaded.toLocaleString("en")}${of} bytes.`,
    "Check the connection and try again; what has arrived is not loaded twice if this browser can keep it.",
    { cause },
  );
}

/** @param {string} name @param {number} is @param {number} shouldBe */
export const wrongSize = (name, is, shouldBe) =>
  new MambaError(
    "integrity",
    `${name} has ${is.toLocaleString("en")} bytes and should have ${shouldBe.toLocaleString("en")}.`,
    "Try again. If it happens twice, the server sends a broken file.",
  );

/** @param {string} name */
export const wrongHash = (name) =>
  new MambaError(
    "integrity",
    `${name} is not the file that was published: its SHA-256 differs.`,
    "Try again. If it happens twice, something on the way to this browser changes the file.",
  );

/** @param {string} name */
export const keptChanging = (name) =>
  new MambaError(
    "integrity",
    `${name} was changed on the server while it was being loaded, several times.`,
    "Try again in a while.",
  );

/** @param {string} name */
export const keptDamaged = (name) =>
  new MambaError(
    "integrity",
    `What this browser keeps of ${name} is damaged, and the server does not have the rest of the same version.`,
    "Try again: the file is then downloaded anew.",
  );

/** @param {string} name */
export const isPage = (name) =>
  new MambaError(
    "not-found",
    `The server sent a web page instead of ${name}.`,
    "Check the address: it has to be the folder that the model's files are in.",
  );

/**
 * The bytes passed on so far are of no use, and the model has to be loaded from its start. `told`
 * is the error to report after too many tries.
 */
export class StartAnew extends Error {
  /** @param {MambaError} told @param {number} times how often it is worth trying */
  constructor(told, times) {
    super(told.message);
    this.told = told;
    this.times = times;
  }
}
