// Chooses the build of the wasm for this browser, compiles and starts it.

import { badArgument, isOutOfMemory, programMissing, programStalled } from "../errors.js";
import { inTime, TooLate } from "../keep/file-access.js";
import { countCores, sharesMemory } from "./platform.js";
import { hasRelaxedSimd } from "./simd.js";

/** @typedef {typeof import("../../mamba_web.js")} Wasm */
/** @typedef {"plain" | "relaxed" | "threads"} Build */
/** @typedef {{ build: Build, threads: number, isAskedFor: boolean }} Program `isAskedFor`: no other build will do */
/**
 * @typedef {object} Started
 * @property {Wasm} wasm the module
 * @property {number} threads how many it has
 * @property {string | null} reason why it is another build than was chosen, in a sentence
 */

/** The modules that wasm-bindgen writes. @type {Record<Build, () => Promise<Wasm>>} */
const BUILDS = {
  plain: () => import("../../mamba_web.js"),
  relaxed: () => import("../../mamba_web_relaxed.js"),
  threads: () => import("../../mamba_web_threads.js"),
};

/**
 * More are of little use: a few cores use up the memory bandwidth. The native program has the same number
 * (src/engine/builder.rs).
 */
const AUTO_THREADS = 4;

/**
 * "relaxed" has faster products of rounded weights than "plain", which Safari needs; "threads" is the relaxed one with
 * shared memory, which browsers give only to pages that are isolated from other sites. All give the same scores.
 *
 * @param {string} wanted one of them, or "auto" for whichever is best here
 * @param {number | "auto"} most threads, or as many as are of use
 * @param {boolean} [isIsolated] whether the page is
 * @returns {Program}
 */
export function chooseProgram(wanted, most, isIsolated = sharesMemory()) {
  const cores = Math.min(countCores(), most === "auto" ? AUTO_THREADS : most);
  const build = wanted === "auto" ? bestBuild(cores, isIsolated) : /** @type {Build} */ (wanted);
  if (build === "threads" && !isIsolated) {
    throw badArgument(
      "The build with threads runs only on a page that is isolated from other sites.",
      "Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or choose another build.",
    );
  }
  return { build, threads: build === "threads" ? cores : 1, isAskedFor: wanted !== "auto" };
}

/** @param {number} threads @param {boolean} isIsolated @returns {Build} */
function bestBuild(threads, isIsolated) {
  if (!hasRelaxedSimd()) return "plain";
  return isIsolated && threads > 1 ? "threads" : "relaxed";
}

/** What runs instead if the shared memory of the build with threads cannot be reserved. */
const GIVES_WAY = /** @type {const} */ ({ build: "relaxed", threads: 1, isAskedFor: true });

/** Without a byte for so long, a server has stalled. */
const STALL_MS = 60_000;
/** Longer: a service worker, or a bundler's module, hands a file on when all of it is there. */
const ANSWER_MS = 180_000;

/** @template T @param {Promise<T>} work @param {number} ms @returns {Promise<T>} */
const unlessStalled = (work, ms) =>
  inTime(work, ms).catch((cause) => {
    throw cause instanceof TooLate ? programStalled() : cause;
  });

/**
 * @param {Promise<Response>} asked
 * @param {AbortController} abort of that request
 * @param {(fetched: import("../fetch/progress.js").Fetched) => void} [onFetched] told what has come of it
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileWasm(asked, abort, onFetched = () => {}) {
  try {
    const response = await unlessStalled(asked, ANSWER_MS);
    if (!response.ok) throw programMissing(`${response.url} was answered with ${response.status}`);
    const [, module] = await Promise.all([watch(response, onFetched), compile(response)]); // in this order: the first one copies it
    return module;
  } catch (cause) {
    abort.abort();
    throw cause;
  }
}

/** @param {Response} response */
async function compile(response) {
  // It is compiled while it downloads, if the server says what it is.
  const isTyped = response.headers.get("content-type") === "application/wasm";
  return isTyped && "compileStreaming" in WebAssembly ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/**
 * A wasm and its script, which is far smaller, so a server that still holds it back after the wasm has stalled.
 *
 * @template T
 * @param {Promise<T>} script
 * @param {Promise<WebAssembly.Module>} module
 */
export function bothOf(script, module) {
  const both = Promise.all([script, module]);
  return Promise.race([both, module.then(() => unlessStalled(both, STALL_MS))]);
}

/** A message reports at least this many bytes. */
const REPORTED_BYTES = 128 * 1024;

/**
 * Counts the bytes of a copy of the answer, and fails if they stop coming. The browser may have cached the compiled code of the
 * answer itself, and would not use it for bytes that went through a script.
 *
 * @param {Response} response
 * @param {(fetched: import("../fetch/progress.js").Fetched) => void} onFetched
 */
async function watch(response, onFetched) {
  const { headers, url } = response;
  const length = Number(headers.get("content-length") ?? NaN);
  const isPacked = (headers.get("content-encoding") ?? "identity") !== "identity";
  const totalBytes = isPacked || !Number.isSafeInteger(length) ? null : length;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.clone().body).getReader();
  const isFromNetwork = () => url !== "" && !isCached(url); // without an address it was at hand
  let loadedBytes = 0;
  let reported = 0;
  for (;;) {
    const { done, value } = await unlessStalled(reader.read(), STALL_MS);
    if (done) break;
    loadedBytes += value.byteLength;
    if (loadedBytes - reported < REPORTED_BYTES) continue;
    reported = loadedBytes;
    onFetched({ loadedBytes, totalBytes, isFromNetwork: isFromNetwork() });
  }
  onFetched({ loadedBytes, totalBytes: loadedBytes, isFromNetwork: isFromNetwork() });
}

/** Whether it came from the browser's own cache. The browser says so only at the end. @param {string} url */
function isCached(url) {
  const entry = performance.getEntriesByName(url, "resource").at(-1);
  return entry instanceof PerformanceResourceTiming && entry.transferSize === 0 && entry.encodedBodySize > 0;
}

/**
 * Only the build that runs is fetched. All have the same surface.
 *
 * @param {Program} program
 * @param {import("./modules.js").ModuleOf} moduleOf
 * @param {(shared: import("./pool.js").Shared | null) => void} share called with what the helpers need, null where they
 *   are of no use after all
 * @returns {Promise<Started>}
 */
export async function startWasm(program, moduleOf, share) {
  try {
    return { ...(await startBuild(program, moduleOf, share)), reason: null };
  } catch (cause) {
    const isTooMuch = cause instanceof RangeError || isOutOfMemory(cause);
    if (program.build !== "threads" || program.isAskedFor || !isTooMuch) throw cause;
    console.debug(cause);
    share(null);
    const reason = "The browser could not reserve the 4 GiB of addresses that threads share, so there is one thread.";
    return { ...(await startBuild(GIVES_WAY, moduleOf, share)), reason };
  }
}

/**
 * @param {Program} program
 * @param {import("./modules.js").ModuleOf} moduleOf
 * @param {(shared: import("./pool.js").Shared) => void} share
 */
async function startBuild({ build, threads }, moduleOf, share) {
  const [wasm, module] = await bothOf(BUILDS[build](), moduleOf(build));
  const { memory } = await wasm.default({ module_or_path: module });
  if (threads > 1) share({ module, memory });
  return { wasm, threads };
}
