// The public module: a Mamba model in a worker of its own. See the README for a first example.

import { Connection } from "./engine/connection.js";
import { MambaError, asMambaError, badArgument, cancelled } from "./engine/errors.js";
import { PATIENCE } from "./engine/download.js";
import { HUB } from "./engine/hub.js";
import { findModel } from "./engine/model-source.js";
import { requireSimd } from "./engine/simd.js";
import { Session } from "./engine/session.js";
import { chooseProgram, compileWasm } from "./engine/wasm.js";

export { MambaError, Session };
export { deleteKeptModel, keptModels } from "./engine/store.js";

/**
 * @typedef {object} LoadOptions
 * @property {string | Iterable<File> | File} model a folder URL (config.json, tokenizer.json, model.safetensors ...), a
 *   .safetensors URL, "hf:owner/name[@revision]", the address of a model on Hugging Face, or the user's own File objects
 * @property {string} [backend] "auto" | "gpu" | "cpu" | "reference"
 * @property {string} [precision] "auto" | "f32" | "f16" | "int8" | "int4": how weights are kept
 * @property {number | "auto"} [threads] at most so many for the cpu backend, and never more than the machine has; one
 *   where the page is not isolated from other sites (crossOriginIsolated). The scores are the same
 * @property {string} [build] "auto" | "plain" | "relaxed" | "threads": what the wasm makes use of; the scores are the same
 * @property {(progress: import("./engine/progress.js").Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keep] whether what is downloaded is kept in this browser for the next visit
 * @property {string} [hub] address of Hugging Face, or of a mirror of it
 * @property {Partial<import("./engine/download.js").Patience>} [patience] how often and how soon a failed request is
 *   tried again
 *
 * @typedef {object} EngineInfo
 * @property {string} architecture
 * @property {number} parameters
 * @property {number} layers
 * @property {number} dModel
 * @property {number} dState
 * @property {number} vocab
 * @property {string} backend
 * @property {string} backendReason why it is this one, in a sentence
 * @property {string | null} adapter the GPU's name
 * @property {string} precision
 * @property {string} build "plain" or "relaxed" SIMD, or "threads", which is relaxed as well
 * @property {number} threads
 * @property {number} weightBytes
 * @property {number} stateBytes of one session, whatever its length
 * @property {string} modelHash
 * @property {string | boolean | null} chatTemplate null or false where the model has none
 * @property {SamplingSettings} [defaults] what the model's makers suggest
 * @property {import("./engine/files.js").Storage} storage whether the next visit finds the model in this browser
 *
 * @typedef {object} SamplingSettings
 * @property {number} [maxTokens]
 * @property {number} [temperature] 0 is greedy
 * @property {number} [topK]
 * @property {number} [topP]
 * @property {number} [minP]
 * @property {number} [repetitionPenalty]
 * @property {number} [presencePenalty]
 * @property {number} [frequencyPenalty]
 *
 * @typedef {object} SessionStats
 * @property {number} promptTokens
 * @property {number} tokens
 * @property {number} prefillMs
 * @property {number} decodeMs
 * @property {number} timeToFirstTokenMs
 * @property {number} tokensPerSecond
 */

const BACKENDS = ["auto", "gpu", "cpu", "reference"];
const PRECISIONS = ["auto", "f32", "f16", "int8", "int4"];
const BUILDS = ["auto", "plain", "relaxed", "threads"];

/**
 * Loads a model in a worker of its own.
 *
 * @param {LoadOptions} options
 * @returns {Promise<Engine>}
 */
export async function load({
  model,
  backend = "auto",
  precision = "auto",
  threads = "auto",
  build = "auto",
  onProgress = () => {},
  signal,
  keep = true,
  hub = HUB,
  patience = {},
}) {
  requireSimd();
  requireOneOf("backend", backend, BACKENDS);
  requireOneOf("precision", precision, PRECISIONS);
  requireOneOf("build", build, BUILDS);
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1)) {
    throw badArgument(`The number of threads has to be a whole number from 1, or "auto"; it is ${String(threads)}.`);
  }
  const base = globalThis.document?.baseURI ?? globalThis.location.href;
  if (!URL.canParse(hub, base)) throw badArgument(`“${String(hub)}” is not the address of a hub.`);
  hub = new URL(hub.endsWith("/") ? hub : `${hub}/`, base).href;
  const source = findModel(model, base, hub);
  const fetching = { keep, hub, patience: { ...PATIENCE, ...patience } };
  if (signal?.aborted) throw cancelled();

  const program = chooseProgram(build, threads);
  const connection = new Connection(new URL("./worker.js", import.meta.url), program);
  // Why it could not be compiled here, the worker finds out too, and says it.
  compileWasm(program, import.meta.url).then(
    (module) => connection.tell({ module }),
    () => connection.tell({ module: null }),
  );
  const stop = () => connection.end(cancelled());
  signal?.addEventListener("abort", stop);
  try {
    const info = await connection.call("load", { source, options: { backend, precision }, fetching }, (event) => {
      if ("progress" in event) onProgress(event.progress);
    });
    return new Engine(connection, info);
  } catch (error) {
    // Ending the worker gives back its memory, all of it, whatever state it was left in.
    connection.end(asMambaError(error));
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** A loaded model. */
export class Engine {
  #connection;

  /**
   * @param {Connection} connection
   * @param {EngineInfo} info
   */
  constructor(connection, info) {
    this.#connection = connection;
    /** What runs where; changes when a lost GPU is replaced. */
    this.info = info;
    connection.onInfo = (changed) => (this.info = changed);
  }

  /** @param {string} text @returns {Promise<Uint32Array>} */
  async tokenize(text) {
    return this.#connection.call("tokenize", { text: requireString("text", text) });
  }

  /** @param {ArrayLike<number>} ids @returns {Promise<string>} */
  async detokenize(ids) {
    return this.#connection.call("detokenize", { ids: Uint32Array.from(ids) });
  }

  /** Takes the GPU away, as a crash of its driver would: what runs goes on elsewhere. For tests. */
  async loseDevice() {
    return this.#connection.call("loseDevice", undefined);
  }

  /**
   * Bytes of memory that the engine has in all; it does not grow with what a session reads.
   *
   * @returns {Promise<number>}
   */
  async memoryBytes() {
    return this.#connection.call("memoryBytes", undefined);
  }

  /** @param {{ system?: string }} [options] @returns {Promise<Session>} */
  async session({ system } = {}) {
    const handle = await this.#connection.call("session", {
      system: system === undefined ? undefined : requireString("system", system),
    });
    return new Session(this.#connection, handle);
  }

  /**
   * A session that goes on exactly where `snapshot()` was taken.
   *
   * @param {Uint8Array} bytes of an .mstate file
   * @returns {Promise<Session>}
   */
  async restore(bytes) {
    if (!(bytes instanceof Uint8Array)) throw badArgument("A saved state has to be given as a Uint8Array.");
    return new Session(this.#connection, await this.#connection.call("restore", { bytes }));
  }

  /** Ends the worker and frees what it held. Work under way fails with the code `cancelled`. */
  async dispose() {
    this.#connection.end(cancelled(), badArgument("The engine was disposed of.", "Load the model again."));
  }
}

/** @param {string} name @param {string} value @param {string[]} known */
function requireOneOf(name, value, known) {
  if (!known.includes(value)) {
    throw badArgument(`There is no ${name} “${String(value)}”.`, `Choose one of: ${known.join(", ")}.`);
  }
}

/** @param {string} name @param {unknown} value */
function requireString(name, value) {
  if (typeof value !== "string") throw badArgument(`“${name}” has to be a string.`);
  return value;
}
