// The public module: a Mamba model in a worker of its own. See the README for a first example.

import * as check from "./engine/session/arguments.js";
import { Connection } from "./engine/session/connection.js";
import { Chat } from "./engine/openai/chat.js";
import { MambaError, asMambaError, badArgument, cancelled, programStalled } from "./engine/errors.js";
import { PATIENCE } from "./engine/fetch/download.js";
import { HUB } from "./engine/source/hub-name.js";
import { findModel } from "./engine/source/model-source.js";
import { addressOf, baseAddress, KEEPS } from "./engine/program/platform.js";
import { requireSimd } from "./engine/program/simd.js";
import { Session } from "./engine/session/session.js";
import { States as EngineStates } from "./engine/session/states.js";
import { together } from "./engine/session/together.js";
import { EngineWatch } from "./engine/session/watch.js";
import { deleteKeptModel as deleteModel } from "./engine/keep/store.js";
import { chooseProgram } from "./engine/program/wasm.js";

export { MambaError, Session };
export { openaiFetch } from "./engine/openai/fetch.js";
export { keptModels } from "./engine/keep/store.js";

/**
 * @typedef {import("./engine/session/session.js").GenerateOptions} GenerateOptions
 * @typedef {import("./engine/session/session.js").Piece} Piece
 * @typedef {import("./engine/session/session.js").Turn} Turn
 * @typedef {import("./engine/session/session.js").LastRun} LastRun
 * @typedef {import("./engine/session/session.js").SnapshotOptions} SnapshotOptions
 * @typedef {import("./engine/session/states.js").States} States
 * @typedef {import("./engine/fetch/progress.js").Progress} Progress
 * @typedef {import("./engine/keep/store.js").KeptModel} KeptModel
 */
/**
 * @typedef {object} LoadOptions
 * @property {string | URL | Iterable<File> | File} model a folder URL (config.json, tokenizer.json, model.safetensors ...), the
 *   URL of a .safetensors or .gguf file, "hf:owner/name[/folder or file][:tag][@revision]", the address of a model on
 *   Hugging Face, or the user's own File objects. "owner/name" is a model on Hugging Face, unless it begins with
 *   "models/"; a folder of the site is written as "./a/b" or "a/b/"
 * @property {"auto" | "gpu" | "cpu" | "reference"} [backend] where it runs
 * @property {"auto" | "f32" | "f16" | "int8" | "int4"} [precision] how weights are kept
 * @property {number | "auto"} [threads] the most threads of the cpu backend, never more than the machine has cores; only
 *   one if the page is not isolated from other sites (crossOriginIsolated). The scores are the same
 * @property {number | "auto"} [window] the tokens that attention sees, at most as many as the model was made for; "auto" is at
 *   most 4,096. Models without attention have no window
 * @property {"auto" | "plain" | "relaxed" | "threads"} [build] which wasm is used; the scores are the same
 * @property {(progress: import("./engine/fetch/progress.js").Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keep] whether what is downloaded is kept in this browser for the next visit
 * @property {string} [hub] address of Hugging Face, or of a mirror of it
 * @property {Partial<import("./engine/fetch/download.js").Patience>} [patience] how often and how soon a failed request is
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
 * @property {string | null} buildReason why another build or fewer threads run than this browser could have, in a sentence;
 *   else null
 * @property {number} threads
 * @property {number} weightBytes
 * @property {number} stateBytes of one session, whatever its length
 * @property {number | null} window the tokens that attention sees; null in a model without attention
 * @property {number} windowBytes how many of stateBytes are the window's
 * @property {string} modelHash
 * @property {boolean} chatTemplate whether the model has one, so whether `message` works
 * @property {SamplingSettings} [defaults] what the model's makers suggest
 * @property {import("./engine/files/files.js").Storage} storage whether the next visit finds the model in this browser
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
 * @property {number} readTokens that went through the model
 * @property {number} prefillMs
 * @property {number} decodeMs
 * @property {number} timeToFirstTokenMs
 * @property {number} tokensPerSecond
 */

/**
 * Loads a model in a worker of its own. Another engine may run meanwhile.
 *
 * @param {LoadOptions | string | URL} options or the model alone
 * @returns {Promise<Engine>}
 */
export async function load(options) {
  requireSimd();
  const {
    model,
    backend = "auto",
    precision = "auto",
    threads = "auto",
    window: windowTokens = "auto",
    build = "auto",
    onProgress = () => {},
    signal,
    keep = KEEPS,
    hub = HUB,
    patience = {},
  } = check.loadOptions(options);
  const named = typeof model === "string" ? addressOf(model) : model;
  const source = check.readable("the model", () => findModel(named, baseAddress(), hub));
  const fetching = { keep, hub, patience: { ...PATIENCE, ...patience } };
  if (signal?.aborted) throw cancelled();

  const connection = new Connection(chooseProgram(build, threads));
  // Ending the worker frees all its memory, whatever its state.
  const end = (/** @type {MambaError} */ error) => connection.end(error);
  const stop = () => end(cancelled());
  // Before its first message its script may still be on the way, but not for long once the wasm is there.
  const asked = { memoryBytes: () => connection.call("memoryBytes", undefined) };
  const silent = (/** @type {MambaError} */ error) => end(connection.isHeard ? error : programStalled("worker.js"));
  const watch = new EngineWatch(() => (connection.isDue ? asked : null), () => false, silent);
  watch.show(true);
  try {
    signal?.addEventListener("abort", stop);
    const wanted = { backend, precision, ...(windowTokens === "auto" ? {} : { window: windowTokens }) };
    const info = await connection.call("load", { source, options: wanted, fetching }, (event) => {
      if ("progress" in event) onProgress(event.progress);
    });
    return new Engine(connection, info, nameOf(model, source));
  } catch (error) {
    end(asMambaError(error));
    throw error;
  } finally {
    watch.show(false);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * What a model is called: its address as it was given, or the name of its first file.
 *
 * @param {unknown} model
 * @param {import("./engine/source/model-source.js").ModelSource} source that it became
 */
const nameOf = (model, source) => (source.kind === "files" ? source.files[0].name : String(model).trim());

/** A controller that a signal aborts too. @param {AbortSignal} [signal] */
function following(signal) {
  const controller = new AbortController();
  if (signal?.aborted) controller.abort();
  signal?.addEventListener("abort", () => controller.abort(), { signal: controller.signal });
  return controller;
}

/**
 * Deletes what this browser keeps of a model.
 *
 * @param {string} id that `keptModels` gave
 */
export async function deleteKeptModel(id) {
  return deleteModel(check.keptId(id));
}

/** A loaded model. */
export class Engine {
  #connection;

  /**
   * @internal
   * @param {Connection} connection
   * @param {EngineInfo} info
   * @param {string} name of the model
   */
  constructor(connection, info, name) {
    this.#connection = connection;
    /** What was loaded and where it runs. Changes when the GPU takes over, and when a lost GPU is replaced. */
    this.info = info;
    /** States that are kept for later, in memory and in this browser. */
    this.states = new EngineStates(connection);
    /** Chat completions in the form of OpenAI's API. */
    this.chat = new Chat({
      model: name,
      info: () => this.info,
      render: (chat) => connection.call("renderChat", { json: JSON.stringify(chat) }),
      tokenizeChat: (text) => connection.call("tokenizeChat", { text }),
      tokenize: (text) => this.tokenize(text),
      detokenize: (ids) => this.detokenize(ids),
      session: () => this.session(),
    });
    /**
     * Called with the new `info` when the GPU has taken over from the CPU. When a GPU is lost: with null while the model is
     * loaded again, then with the new `info`. The work under way goes on by itself.
     *
     * @type {(info: EngineInfo | null) => void}
     */
    this.onMove = () => {};
    connection.onMove = (changed) => {
      if (changed) this.info = changed;
      this.onMove(changed);
    };
  }

  /** @param {string} text @returns {Promise<Uint32Array>} */
  async tokenize(text) {
    return this.#connection.call("tokenize", { text: check.text(text, "text") });
  }

  /** @param {ArrayLike<number>} ids @returns {Promise<string>} */
  async detokenize(ids) {
    return this.#connection.call("detokenize", { ids: check.ids(ids, "ids") });
  }

  /**
   * Takes the GPU away, as a crash of its driver would. Running work goes on elsewhere. For tests, so it has no name.
   *
   * @internal
   */
  async [Symbol.for("mamba-web.loseDevice")]() {
    return this.#connection.call("loseDevice", undefined);
  }

  /**
   * Bytes of wasm memory, all of it. It does not grow with what a session reads.
   *
   * @returns {Promise<number>}
   */
  async memoryBytes() {
    return this.#connection.call("memoryBytes", undefined);
  }

  /** @param {{ system?: string }} [options] @returns {Promise<Session>} */
  async session(options = {}) {
    const { system } = check.sessionOptions(options);
    return new Session(this.#connection, await this.#connection.call("session", { system }));
  }

  /**
   * A session that goes on exactly where `snapshot()` was taken.
   *
   * @param {Uint8Array} bytes of an .mstate file
   * @returns {Promise<Session>}
   */
  async restore(bytes) {
    return new Session(this.#connection, await this.#connection.call("restore", { bytes: check.bytes(bytes) }));
  }

  /**
   * Has several sessions generate at once, such as forks of one that go on in different ways. The weights are read once for a
   * token of each; on a GPU they take turns at first, while the kernels for that are compiled.
   *
   * @param {(import("./engine/session/session.js").GenerateOptions & { session: Session })[]} requests a session each, with
   *   the options of its `generate`
   * @returns {AsyncGenerator<import("./engine/session/session.js").Piece & { index: number }, ("stop" | "length")[], void>}
   *   pieces as they come, each with the number of its request; in the end why each has ended
   */
  async *generateTogether(requests) {
    const all = check.together(requests, (session) => Session.handleIn(session, this.#connection));
    const controllers = all.map(({ options }) => following(options.signal));
    const stop = () => controllers.forEach((one) => one.abort());
    try {
      const generators = all.map(({ session, options }, i) => session.generate({ ...options, signal: controllers[i].signal }));
      return yield* together(generators, stop);
    } finally {
      stop(); // takes the listeners off
    }
  }

  /**
   * A session that goes on from a mixture of two states: `1 - weight` parts of the first and `weight` of the second. Its
   * record of the chat is that of the one that counts more.
   *
   * @param {Session} first
   * @param {Session} second
   * @param {number} weight from 0 to 1
   * @returns {Promise<Session>}
   */
  async blend(first, second, weight) {
    const [session, other] = [first, second].map((one) => Session.handleIn(one, this.#connection));
    const args = { session, other, weight: check.weight(weight) };
    return new Session(this.#connection, await this.#connection.call("blend", args));
  }

  /** Ends the worker and frees its memory. Running work fails with the code `cancelled`. */
  async dispose() {
    this.#connection.end(cancelled(), badArgument("The engine was disposed of.", "Load the model again."));
  }
}
