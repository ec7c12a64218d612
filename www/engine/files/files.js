// A model's files behind one interface, wherever they are. A weight file is a stream: its bytes
// are passed on as they come and are never in memory as a whole.

import { localFolder } from "./local-folder.js";
import { openRemoteFolder } from "./remote-folder.js";

/**
 * @typedef {object} OpenFile
 * @property {string} name
 * @property {number | null} byteLength null where it is not certain
 * @property {number | null} announced what the server says, for the progress bar
 * @property {AsyncIterable<Uint8Array>} chunks
 * @property {() => Promise<void>} keep to be called when the bytes have proved right
 *
 * @typedef {object} ModelFolder
 * @property {string | null} weights name of the one weight file, where it was named or is the only one; null where the
 *   names that models usually have are to be tried
 * @property {boolean} isAlone whether that file is all there is of the model: a GGUF file with no small files of its own
 * @property {(name: string) => Promise<string>} text a small file that must be there
 * @property {(name: string) => Promise<string | undefined>} textIfThere
 * @property {() => Promise<OpenFile | null>} openWeights the one weight file, null where there is none
 * @property {(names: string[]) => number | null} sizeOf bytes of these files together; null where it is not known
 * @property {(name: string) => Promise<OpenFile | null>} openIfThere a weight file of another format
 * @property {(name: string) => Promise<OpenFile>} open a shard
 * @property {(name: string) => void} fetchAhead begins to download a shard that is needed next
 * @property {() => Promise<boolean>} isOutdated whether a kept file was read that is not what the server has now
 * @property {() => boolean} hasCopy whether a copy of all of it is kept here, as it was when it was loaded once
 * @property {() => Promise<void>} succeed the model was loaded from these files, unless they are outdated
 * @property {(error: unknown) => Promise<void>} fail it was not, for this reason; null where it is tried again
 * @property {() => boolean} canReadAgain whether all of it can be read once more without the network
 * @property {() => Storage} storage
 *
 * @typedef {{ isKept: boolean, problem: import("../errors.js").PlainError | null }} Storage
 *   whether the next visit finds the model in this browser, and why not
 *
 * @typedef {object} FetchOptions
 * @property {boolean} keep whether to keep what is downloaded for the next visit
 * @property {string} hub address of Hugging Face, or of a mirror
 * @property {import("../fetch/download.js").Patience} patience
 */

/**
 * @typedef {"meanwhile" | "first" | "never"} Asking when the server is asked for its version of the files of a complete copy:
 *   while they are read, before, or not at all, as without a network
 */

/**
 * @param {import("../source/model-source.js").ModelSource} source
 * @param {FetchOptions} options
 * @param {import("../fetch/progress.js").ProgressMeter} meter
 * @param {Asking} asking
 * @returns {Promise<ModelFolder>}
 */
export async function openFolder(source, options, meter, asking) {
  if (source.kind === "files") return localFolder(source.files, meter);
  return openRemoteFolder(source, options, meter, asking);
}
