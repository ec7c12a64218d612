// Stands in for worker.js in the timed site: wraps what the browser offers for starting wasm, and the
// functions of the wasm that load a model, then runs the worker as it is.

/** @typedef {{ name: string, start: number, end: number }} Span on the clock of all contexts: milliseconds since 1970 */

/** @type {Span[]} */
const spans = [];
const now = () => performance.timeOrigin + performance.now();
const began = now();

/**
 * @template Result
 * @param {string} name
 * @param {() => Result} run
 * @returns {Result}
 */
function span(name, run) {
  const start = now();
  /** @param {Result} result */
  const end = (result) => {
    spans.push({ name, start, end: now() });
    return result;
  };
  const result = run();
  if (result instanceof Promise) return /** @type {Result} */ (result.then(end));
  return end(result);
}

/** @param {WebAssembly.Instance} instance a look-alike, whose loading functions keep their times */
function watched(instance) {
  const exports = /** @type {Record<string, unknown>} */ ({ ...instance.exports });
  for (const [name, value] of Object.entries(exports)) {
    if (!/^modelloader_(open|push|finish)$/.test(name) || typeof value !== "function") continue;
    exports[name] = (/** @type {unknown[]} */ ...args) => span(name, () => value(...args));
  }
  return new Proxy(instance, { get: (target, key) => (key === "exports" ? exports : Reflect.get(target, key)) });
}

const instantiate = /** @type {(...args: any[]) => Promise<any>} */ (WebAssembly.instantiate);
// Of the module that the page has compiled.
/** @type {any} */ (WebAssembly).instantiate = async (/** @type {any[]} */ ...args) =>
  watched(await span("instantiate", () => instantiate(...args)));

/** What the driver asks for, once the page is done. */
Object.assign(globalThis, {
  startupSpans: () => ({
    began,
    spans,
    files: performance.getEntriesByType("resource").map((entry) => ({
      name: entry.name.replace(/.*\//, ""),
      start: performance.timeOrigin + entry.startTime,
      end: performance.timeOrigin + /** @type {PerformanceResourceTiming} */ (entry).responseEnd,
    })),
  }),
});

/** @type {MessageEvent[]} */
const early = [];
self.onmessage = (event) => early.push(event);
const address = new URL("./worker-as-it-is.js", location.href).href;
await import(address);
// What came while the worker was being fetched.
for (const event of early) self.onmessage?.(event);

export {};
