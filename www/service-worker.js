// The service worker keeps the page in this browser, so that it opens without a network, and adds the headers that its
// host does not send. Requests for models pass through; their store is engine/keep/store.js.
//
// A build is kept as a whole or not at all, in a cache of its own. A new one replaces the old one for pages that
// are opened from then on. Open pages go on with the old one, which stays as long as one of them is open.

import { PrecacheController } from "workbox-precaching/PrecacheController.js";
import { chooseProgram } from "./engine/program/wasm.js";
import { Docs } from "./offline/docs.js";
import { ISOLATION, SECURITY } from "./offline/headers.js";
import { buildOf, cachesOf, nameOf } from "./offline/names.js";

/** @typedef {{ url: string, revision: string | null, integrity?: string }} Entry */
/**
 * @typedef {{ isolate: boolean } | { cleanUp: true } | { whichBuild: true }} FromPage the last is answered
 * @typedef {{ build: string }} ToPage the build that is opened from now on
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const root = worker.registration.scope;
const page = new URL("index.html", root).href;
/** The second page, which is kept with its programs when it was opened for the first time. */
const lab = new URL("lab.html", root).href;
const docs = new Docs(root, (response) => withHeaders(response, { ...SECURITY, ...ISOLATION }));

/** All files of the site's shell; the build writes the list here. @type {Entry[]} */
const shell = /** @type {any} */ (self).__WB_MANIFEST;
const build = shell.map(({ url }) => buildOf(root, new URL(url, root).href)).find((found) => found !== null) ?? "";

/**
 * Many chats have no code and no formulas, the element is for other pages, and the Lab is a page of its own. What else there
 * is is kept once a page has asked for it.
 */
function isWanted(/** @type {Entry} */ { url }) {
  if (/\/(highlight|maths|element|embed|lab|lab-worker)\.\w+$/.test(url)) return false;
  const wasm = /mamba_web(?:_(\w+?))?(_bg\.wasm|\.js)$/.exec(url);
  return !wasm || isNeeded(wasm[1] ?? "plain");
}

/**
 * Whether this browser may need that wasm without a network: the best build, the one in its place where isolation does harm,
 * and the module of constraints, without which no tool can be called.
 */
const isNeeded = (/** @type {string} */ name) => name === "guide" || [true, false].some((isIsolated) => chooseProgram("auto", "auto", isIsolated).build === name);

const controller = new PrecacheController({ cacheName: nameOf(root, build), plugins: [{ cacheWillUpdate: accept }] });
controller.precache(shell.filter(isWanted));

/**
 * What of an answer is kept; null, and nothing of this build is.
 *
 * @param {{ request: Request, response: Response }} answer
 */
async function accept({ request, response }) {
  if (response.status !== 200) return null;
  const kept = withHeaders(response, { ...SECURITY, ...ISOLATION });
  // The site is being published: the page is of another build than this worker.
  if (request.url === page && !(await kept.clone().text()).includes(`build/${build}/`)) return null;
  return kept;
}

/** @param {Response} response @param {Record<string, string | null>} changes null takes a header away */
function withHeaders({ body, headers: original }, changes) {
  const headers = new Headers(original);
  // The body is unpacked by now.
  headers.delete("content-encoding");
  headers.delete("content-length");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return new Response(body, { headers });
}

worker.addEventListener("install", () => void worker.skipWaiting());

// This is not awaited: from an isolated page, Firefox would wait for ever and answer nothing meanwhile.
worker.addEventListener("activate", () => void worker.clients.claim());

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  const address = url.origin + url.pathname;
  if (docs.has(address)) {
    event.respondWith(docs.answer(request, address));
    if (request.mode === "navigate") event.waitUntil(docs.keep().catch(() => {})); // without a network, or room: another time
  } else if (request.mode === "navigate") {
    if (address === root || address === page) event.respondWith(orNetwork(answerPage(request, url), request));
    if (address === lab) event.respondWith(orNetwork(answerLab(request), request));
  } else if (controller.getCacheKeyForURL(address) || buildOf(root, address)) {
    event.respondWith(orNetwork(answerFile(request, address), request));
  }
});

/**
 * What is kept may be unreadable, and a rejected answer is an error page of the browser's. Then the network has to do.
 *
 * @param {Promise<Response>} answer
 * @param {Request} request
 */
const orNetwork = (answer, request) => answer.catch(() => fetch(request));

/** @param {Request} request @param {URL} url */
async function answerPage(request, url) {
  const kept = await controller.matchPrecache(page);
  // The browser may have deleted it. What is no page, such as the way to another address, stays what it is.
  const response = kept ?? (await fetch(request));
  if (response.status !== 200) return response;
  const isolates = url.searchParams.get("isolate") !== "0" && !(await isolationIsOff());
  if (!isolates) return withHeaders(response, { ...SECURITY, ...Object.fromEntries(Object.keys(ISOLATION).map((name) => [name, null])) });
  return kept ?? withHeaders(response, { ...SECURITY, ...ISOLATION });
}

/** The Lab's page, of this worker's build as long as that is kept. @param {Request} request */
async function answerLab(request) {
  const cache = await caches.open(nameOf(root, build));
  const kept = await cache.match(lab);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.status !== 200) return response;
  const fresh = withHeaders(response, { ...SECURITY, ...ISOLATION });
  // While the site is being published, it may be of another build.
  if ((await fresh.clone().text()).includes(`build/${build}/`)) await cache.put(lab, fresh.clone()).catch(() => {});
  return fresh;
}

/** @param {Request} request @param {string} address without its query */
async function answerFile(request, address) {
  const kept = await controller.matchPrecache(address);
  if (kept) return kept;
  const of = buildOf(root, address);
  const cache = of && (await caches.has(nameOf(root, of))) ? await caches.open(nameOf(root, of)) : null;
  const earlier = await cache?.match(address);
  if (earlier) return earlier;
  // A host may send a web page in the place of a file. Then this fails, and what came is handed on by orNetwork, not kept.
  const integrity = shell.find(({ url }) => new URL(url, root).href === address)?.integrity;
  const response = await (integrity ? fetch(request.url, { integrity }) : fetch(request));
  if (!cache || response.status !== 200 || isWebPage(response, address)) return response;
  const fresh = withHeaders(response, { ...SECURITY, ...ISOLATION });
  await cache.put(address, fresh.clone()).catch(() => {}); // a full disk: then it is fetched each time
  return fresh;
}

/** Of an earlier build no list says what its files are. @param {Response} response @param {string} address */
const isWebPage = ({ headers }, address) => /^text\/html\b/i.test(headers.get("content-type") ?? "") && !address.endsWith(".html");

// Whether to isolate pages, stored in a cache because the worker's variables are lost when it ends.

const CHOICES = `${cachesOf(root)}choices`;
const OFF = new URL("build/isolation-is-off", root).href;

async function isolationIsOff() {
  return Boolean(await caches.match(OFF, { cacheName: CHOICES }));
}

/** @param {boolean} isOn */
async function setIsolation(isOn) {
  if (isOn) return void (await caches.delete(CHOICES));
  await (await caches.open(CHOICES)).put(OFF, new Response("off"));
}

/** Deletes the builds that no open page uses. */
async function cleanUp() {
  const { held = [] } = await navigator.locks.query();
  const needed = new Set([nameOf(root, build), docs.cacheName, CHOICES, ...held.map(({ name }) => name)]);
  const names = (await caches.keys()).filter((name) => name.startsWith(cachesOf(root)) && !needed.has(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

worker.addEventListener("message", (event) => {
  const data = /** @type {FromPage} */ (event.data);
  if ("whichBuild" in data) event.source?.postMessage(/** @type {ToPage} */ ({ build }));
  else event.waitUntil("isolate" in data ? setIsolation(data.isolate) : cleanUp());
});
