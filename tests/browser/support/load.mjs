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

/** @param {Page} page @param {string} module @returns {Promise<import("../../../www/engine/store.js").KeptModel[]>} */
export const keptModels = (page, module) => page.evaluate(async (module) => (await import(module)).keptModels(), module);
