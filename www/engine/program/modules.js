// The compiled wasm of a worker. The page compiles it: that reads 5 MB, which in the worker would delay the model's files. If the
// page's own policy forbids it, the worker does it, since its policy comes with worker.js.

import { asStartError, fromPlain } from "../errors.js";
import { fetchProgram } from "./platform.js";
import { compileWasm } from "./wasm.js";

/** @typedef {import("./assets.js").WasmName} WasmName */
/** @typedef {import("../session/protocol.js").Compiled} Compiled */
/** @typedef {(name: WasmName) => Promise<WebAssembly.Module>} ModuleOf throws a MambaError */

export class Modules {
  #files;
  #ask;
  #onFetched;
  /** @type {Map<WasmName, (compiled: Compiled) => void>} */
  #asked = new Map();

  /**
   * @param {typeof import("./assets.js").WASM} files
   * @param {(name: WasmName) => void} ask the page, whose answer `take` gets
   * @param {(fetched: import("../fetch/progress.js").Fetched) => void} onFetched told what has come of a build that the worker fetches
   */
  constructor(files, ask, onFetched) {
    this.#files = files;
    this.#ask = ask;
    this.#onFetched = onFetched;
  }

  /** Not again for the same one while it is awaited. @type {ModuleOf} */
  of = async (name) => {
    const compiled = await new Promise((/** @type {(compiled: Compiled) => void} */ resolve) => {
      this.#asked.set(name, resolve);
      this.#ask(name);
    });
    if ("module" in compiled) return compiled.module;
    if (!this.#files) throw fromPlain(compiled.problem);
    const abort = new AbortController();
    try {
      const asked = fetchProgram(this.#files[name], { signal: abort.signal });
      return await compileWasm(asked, abort, name === "guide" ? undefined : this.#onFetched);
    } catch (cause) {
      throw asStartError(cause);
    }
  };

  /** @param {WasmName} name @param {Compiled} compiled */
  take(name, compiled) {
    this.#asked.get(name)?.(compiled);
    this.#asked.delete(name);
  }
}
