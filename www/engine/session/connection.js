// The main thread's end of the worker: calls with answers, and what ends them all.

import { asMambaError, asStartError, engineStopped, fromPlain, toPlain } from "../errors.js";
import { fetchWasm, WASM, workerAddress } from "../program/assets.js";
import { Helpers } from "../program/pool.js";
import { holdOpen, startWorker } from "../program/platform.js";
import { compileWasm } from "../program/wasm.js";
import { whyNotStarted } from "../program/why-not-started.js";

/** @typedef {import("./protocol.js").Calls} Calls */
/** @typedef {import("./protocol.js").CallEvent} CallEvent */
/** @typedef {import("./protocol.js").FromWorker} FromWorker */

/**
 * @typedef {object} Pending
 * @property {(value: any) => void} resolve
 * @property {(error: import("../errors.js").MambaError) => void} reject
 * @property {(event: CallEvent) => void} onEvent
 */

export class Connection {
  #worker;
  #helpers;
  #build;
  /** What has been asked for of the program. @type {AbortController[]} */
  #asked = [];
  /** The program, from the start: nothing of it waits for the worker. */
  #compiled;
  #nextId = 1;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {import("../errors.js").MambaError | null} */
  #ended = null;
  #heard = false;
  #isDue = false;
  /** @type {(info: import("../../mamba.js").EngineInfo | null) => void} told when the model moves to another device: null while it does */
  onMove = () => {};

  /** @param {import("../program/wasm.js").Program} program */
  constructor(program) {
    const url = workerAddress("worker");
    this.#worker = startWorker(url, "mamba");
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onmessageerror = () => this.end(engineStopped());
    this.#worker.onerror = (event) => {
      event.preventDefault();
      if (this.#heard) return this.end(engineStopped(event.message));
      // Without a first message the worker did not run at all.
      void whyNotStarted(url).then((error) => this.end(error));
    };
    this.tell({ program, wasm: WASM });
    this.#build = program.build;
    this.#compiled = this.#compile(program.build, (fetched) => this.tell({ fetched }));
    void this.#compiled.then(() => (this.#isDue = true));
    const onReady = (/** @type {number} */ missing) => this.tell({ helpers: { missing } });
    this.#helpers = new Helpers(program.threads - 1, onReady, (error) => this.end(error));
  }

  /** Whether the worker runs. */
  get isHeard() {
    return this.#heard;
  }

  /** Whether it runs, or should: its script is far smaller than the wasm, which has come. */
  get isDue() {
    return this.#heard || this.#isDue;
  }

  /**
   * @template {keyof Calls} Name
   * @param {Name} call
   * @param {Parameters<Calls[Name]>[0]} args
   * @param {(event: CallEvent) => void} [onEvent]
   * @returns {{ id: number, result: Promise<ReturnType<Calls[Name]>> }}
   */
  start(call, args, onEvent = () => {}) {
    const id = this.#nextId++;
    const result = new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      try {
        this.#worker.postMessage({ id, call, args });
        this.#pending.set(id, { resolve, reject, onEvent });
        holdOpen(this.#worker, true);
      } catch (error) {
        reject(asMambaError(error));
      }
    });
    return { id, result };
  }

  /**
   * @template {keyof Calls} Name
   * @param {Name} name
   * @param {Parameters<Calls[Name]>[0]} args
   * @param {(event: CallEvent) => void} [onEvent]
   */
  call(name, args, onEvent) {
    return this.start(name, args, onEvent).result;
  }

  /** @param {import("./protocol.js").ToWorker} message that is no call */
  tell(message) {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  /**
   * Ends the worker and its helpers. Calls under way fail with `error`, and so do later ones.
   *
   * @param {import("../errors.js").MambaError} error
   * @param {import("../errors.js").MambaError} [later]
   */
  end(error, later = error) {
    if (this.#ended) return;
    this.#ended = later;
    for (const abort of this.#asked) abort.abort();
    this.#worker.terminate();
    this.#helpers.end();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  /**
   * Compiles a wasm on a thread of the browser. In the worker that would delay the model's files.
   *
   * @param {import("../program/assets.js").WasmName} name
   * @param {(fetched: import("../fetch/progress.js").Fetched) => void} [onFetched]
   * @returns {Promise<import("./protocol.js").Compiled>}
   */
  async #compile(name, onFetched) {
    const abort = new AbortController();
    this.#asked.push(abort);
    try {
      return { module: await compileWasm(fetchWasm(name, { signal: abort.signal }), abort, onFetched) };
    } catch (cause) {
      return { problem: toPlain(asStartError(cause)) };
    }
  }

  /** @param {import("../program/assets.js").WasmName} name */
  async #give(name) {
    this.tell({ given: name, compiled: await (name === this.#build ? this.#compiled : this.#compile(name)) });
  }

  /** @param {FromWorker} message */
  #receive(message) {
    this.#heard = true;
    if ("fatal" in message) return this.end(fromPlain(message.fatal));
    if ("info" in message) return this.onMove(message.info);
    if ("wants" in message) return void this.#give(message.wants);
    if ("shared" in message) return message.shared ? this.#helpers.start(message.shared) : this.#helpers.end();
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ("event" in message) {
      if ("lost" in message.event) this.onMove(null);
      if ("info" in message.event) this.onMove(message.event.info);
      return pending.onEvent(message.event);
    }
    this.#pending.delete(message.id);
    holdOpen(this.#worker, this.#pending.size > 0);
    if ("error" in message) pending.reject(fromPlain(message.error));
    else pending.resolve(message.result);
  }
}
