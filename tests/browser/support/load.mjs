// mamba.js in a bare page, and what became of a load.

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ hash?: string, storage?: any, code?: string, message?: string, hint?: string, phases: string[] }} Outcome */

/**
 * Loads a model and disposes of it.
 *
 * @param {Page} page
 * @param {string} module address of mamba.js
 * @param {string} model
 * @param {{ keep?: boolean, hub?: string, abortAt?: number, patience?: object }} [options] `abortAt`: the share after
 *   which it is aborted
 * @returns {Promise<Outcome>}
 */
export function load(page, module, model, options = {}) {
  return page.evaluate(
    async ({ module, model, abortAt, patience, ...options }) => {
      const { load } = await import(module);
      const phases = new Set();
      const abort = new AbortController();
      try {
        const engine = await load({
          model,
          ...options,
          patience: { firstDelayMs: 10, ...patience },
          signal: abort.signal,
          onProgress: (/** @type {any} */ { phase, loadedBytes, totalBytes }) => {
            phases.add(phase);
            if (abortAt && totalBytes && loadedBytes >= abortAt * totalBytes) abort.abort();
          },
        });
        const { modelHash, storage } = engine.info;
        await engine.dispose();
        return { hash: modelHash, storage, phases: [...phases] };
      } catch (error) {
        const { code, message, hint } = /** @type {any} */ (error);
        return { code, message, hint, phases: [...phases] };
      }
    },
    { module, model, ...options },
  );
}

/** @param {Page} page @param {string} module @returns {Promise<import("../../../www/engine/keep/store.js").KeptModel[]>} */
export const keptModels = (page, module) => page.evaluate(async (module) => (await import(module)).keptModels(), module);

/**
 * Changes a file of the only kept model.
 *
 * @param {Page} page
 * @param {string} ending
 * @param {number} [at] the byte to flip; without it the file is deleted
 */
export function damage(page, ending, at) {
  return page.evaluate(
    async ({ ending, at }) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
      /** @type {any} */
      let folder;
      for await (folder of /** @type {any} */ (root).values());
      for await (const name of folder.keys()) {
        if (!name.endsWith(ending)) continue;
        if (at === undefined) await folder.removeEntry(name);
        else {
          const file = await folder.getFileHandle(name);
          const byte = new Uint8Array(await (await file.getFile()).slice(at, at + 1).arrayBuffer());
          const writable = await file.createWritable({ keepExistingData: true });
          await writable.write({ type: "write", position: at, data: byte.map((/** @type {number} */ b) => b ^ 1) });
          await writable.close();
        }
        return;
      }
      throw new Error(`no file ends with ${ending}`);
    },
    { ending, at },
  );
}
