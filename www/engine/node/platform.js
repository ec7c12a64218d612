// What the engine needs of Node, in place of ../program/platform.js.

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Worker as Thread } from "node:worker_threads";

/** Node has no place for it. A folder is given by its path. */
export const KEEPS = false;

export const baseAddress = () => pathToFileURL(`${process.cwd()}/`).href;

/** A path may have letters that mean something else in an address. @param {string} text */
export const addressOf = (text) => (path.isAbsolute(text) ? pathToFileURL(text).href : text);

export const sharesMemory = () => true;

export const countCores = () => availableParallelism();

/**
 * A thread that looks like a browser's worker.
 *
 * @param {URL} url
 * @param {string} name
 */
export function startWorker(url, name) {
  const thread = new Thread(new URL("./node-thread.js", import.meta.url), { workerData: url.href, name });
  /** @type {Pick<Worker, "onmessage" | "onmessageerror" | "onerror" | "postMessage" | "terminate">} */
  const worker = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage: (/** @type {unknown} */ message) => thread.postMessage(message),
    terminate: () => void thread.terminate(),
  };
  const like = /** @type {any} */ (worker);
  thread.on("message", (data) => like.onmessage?.({ data }));
  thread.on("messageerror", (error) => like.onmessageerror?.(error));
  thread.on("error", (error) => like.onerror?.({ message: String(error), preventDefault() {} }));
  thread.unref();
  THREADS.set(worker, thread);
  return worker;
}

/** @type {WeakMap<object, Thread>} */
const THREADS = new WeakMap();

/** A program ends when nothing is awaited, whether or not it disposed of its engine. @param {object} worker @param {boolean} isAwaited */
export function holdOpen(worker, isAwaited) {
  const thread = THREADS.get(worker);
  if (isAwaited) thread?.ref();
  else thread?.unref();
}

/** Node's fetch reads no files. @param {string} url @param {RequestInit} options */
export async function fetchProgram(url, { signal }) {
  if (!url.startsWith("file:")) return fetch(url, { signal });
  return new Response(await readFile(new URL(url), { signal: signal ?? undefined }), { headers: { "Content-Type": "application/wasm" } });
}
