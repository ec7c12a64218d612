// The page's side of a chapter's worker. Each chapter has a worker of its own, which is made when the chapter first computes
// something, so that nothing waits for another chapter.

import { scriptAddress } from "../engine/program/script-address.js";

/**
 * @typedef {{ id: number, job: string, input: unknown }} ToWorker
 * @typedef {{ id: number, part: unknown } | { id: number, answer: unknown } | { id: number, error: string }} FromWorker
 */

/** @type {Promise<WebAssembly.Module> | null} compiled once for all workers; null again after a failure, so that the next try asks again */
let program = null;

/** @returns {Promise<WebAssembly.Module>} */
async function fetchProgram() {
  const response = await fetch(new URL("./mamba_web_lab_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`The Lab's program is missing on the server (status ${response.status}). Open the page again.`);
  return WebAssembly.compile(await response.arrayBuffer());
}

export class Lab {
  /** @type {Worker | null} */
  #worker = null;
  #ids = 0;
  /** @type {Map<number, { onPart?: (part: any) => void, resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  #running = new Map();
  #problem;

  /** @param {HTMLElement} problem where a failure is shown */
  constructor(problem) {
    this.#problem = problem;
  }

  /**
   * Runs a job in the worker.
   *
   * @param {string} job such as "price.measure": a function of www/lab/jobs/
   * @param {unknown} [input]
   * @param {{ onPart?: (part: any) => void }} [options] `onPart` is given what the job says before it ends
   * @returns {Promise<any>} rejected with an AbortError if it is stopped
   */
  async run(job, input, { onPart } = {}) {
    this.#problem.textContent = "";
    try {
      program ??= fetchProgram();
      const module = await program.catch((error) => {
        program = null;
        throw error;
      });
      const worker = (this.#worker ??= this.#start(module));
      const id = ++this.#ids;
      return await new Promise((resolve, reject) => {
        this.#running.set(id, { onPart, resolve, reject });
        worker.postMessage(/** @type {ToWorker} */ ({ id, job, input }));
      });
    } catch (error) {
      if (error instanceof Error && error.name !== "AbortError") this.#problem.textContent = error.message;
      throw error;
    }
  }

  /** Ends the worker at once. What it kept is lost. */
  stop() {
    this.#end(new DOMException("It was stopped.", "AbortError"));
  }

  /** @param {Error} error */
  #end(error) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#running.values()) reject(error);
    this.#running.clear();
  }

  /** @param {WebAssembly.Module} module */
  #start(module) {
    const worker = new Worker(scriptAddress(new URL("./lab-worker.js", import.meta.url)), { type: "module", name: "mamba lab" });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(`The computation broke off: ${event.message || "its program could not be loaded"}. Try again.`));
    };
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.postMessage(module);
    return worker;
  }

  /** @param {FromWorker} data */
  #hear(data) {
    const running = this.#running.get(data.id);
    if (!running) return;
    if ("part" in data) return running.onPart?.(data.part);
    this.#running.delete(data.id);
    if ("error" in data) running.reject(new Error(data.error));
    else running.resolve(data.answer);
  }
}
