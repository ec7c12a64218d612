// The beginning of each thread in Node: what a browser's worker has, then the worker's own module. The thread is ours, so
// nothing of this is seen by the program that uses the package.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { debuglog } from "node:util";
import { parentPort, workerData } from "node:worker_threads";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
/** @type {{ postMessage: (message: unknown, options?: { transfer?: ArrayBuffer[] }) => void, [name: string]: any }} */
const scope = {
  self: globalThis,
  postMessage: (message, { transfer = [] } = {}) => port.postMessage(message, transfer),
  close: () => process.exit(),
};
Object.assign(globalThis, scope);
// Browsers hide these lines; here NODE_DEBUG=mamba-web shows them.
console.debug = debuglog("mamba-web");
if (!("navigator" in globalThis)) Object.assign(globalThis, { navigator: {} }); // Node 20

const fetchFromWeb = globalThis.fetch;
/** As a server would send it. @type {typeof fetch} */
globalThis.fetch = async (resource, options) => {
  const url = new URL(String(resource instanceof Request ? resource.url : resource));
  return url.protocol === "file:" ? readAsAnswer(fileURLToPath(url), options) : fetchFromWeb(resource, options);
};

/** @param {string} file @param {RequestInit} [options] */
async function readAsAnswer(file, { method, signal } = {}) {
  const found = await stat(file).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (!found?.isFile()) return new Response(null, { status: 404 });
  const bytes = method === "HEAD" ? null : Readable.toWeb(createReadStream(file, { signal: signal ?? undefined }));
  return new Response(/** @type {ReadableStream} */ (bytes), { headers: { "Content-Length": String(found.size) } });
}

await import(workerData);
port.on("message", (data) => /** @type {any} */ (globalThis).onmessage?.({ data }));
