// What the service worker keeps of answers, with a browser of the test's own. tests/browser/offline.test.mjs has the rest.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

const ROOT = "https://site.example/";
const FORMULAS = `${ROOT}build/b1/maths.js`;
const EARLIER = `${ROOT}build/b0/maths.js`;
const SCRIPT = "export const formulas = 1;";
const PAGE = "<!doctype html><title>Home</title>";

/** By name, and in each by address. @type {Map<string, Map<string, Response>>} */
const stores = new Map([
  [`mamba-web / b0`, new Map()],
  [`mamba-web / b1`, new Map()],
]);
const cacheOf = (/** @type {string} */ name) => ({
  match: async (/** @type {string | Request} */ key) => stores.get(name)?.get(typeof key === "string" ? key : key.url)?.clone(),
  put: async (/** @type {string} */ key, /** @type {Response} */ response) => void stores.get(name)?.set(key, response),
});
/** @type {Record<string, (event: any) => void>} */
const listeners = {};
const integrity = `sha384-${createHash("sha384").update(SCRIPT).digest("base64")}`;
const worker = {
  registration: { scope: ROOT },
  location: new URL(`${ROOT}service-worker.js`),
  addEventListener: (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) => (listeners[type] = listener),
  __WB_MANIFEST: [{ url: "build/b1/maths.js", revision: null, integrity }],
  caches: { open: async (/** @type {string} */ name) => cacheOf(name), has: async (/** @type {string} */ name) => stores.has(name) },
};
Object.assign(globalThis, worker, { self: globalThis });
await import("../../www/service-worker.js");

/** What a page gets that asks for it. @param {string} url @returns {Promise<string>} */
async function get(url) {
  /** @type {Promise<Response> | undefined} */
  let answer;
  listeners.fetch({ request: new Request(url), respondWith: (/** @type {Promise<Response>} */ given) => (answer = given), waitUntil() {} });
  assert.ok(answer, "the service worker does not answer");
  return (await answer).text();
}

for (const [what, url] of [["this build", FORMULAS], ["an earlier one", EARLIER]]) {
  test(`a web page that comes in the place of a program of ${what} is not kept`, async (t) => {
    let sent = PAGE;
    t.mock.method(globalThis, "fetch", async (/** @type {string | Request} */ _, /** @type {RequestInit} */ { integrity: wanted } = {}) => {
      const has = `sha384-${createHash("sha384").update(sent).digest("base64")}`;
      if (wanted && wanted !== has) throw new TypeError("It is another file.");
      return new Response(sent, { headers: { "content-type": sent === PAGE ? "text/html; charset=utf-8" : "text/javascript" } });
    });
    assert.equal(await get(url), PAGE, "the page is told what the host says");
    sent = SCRIPT;
    assert.equal(await get(url), SCRIPT);
    sent = PAGE;
    assert.equal(await get(url), SCRIPT, "it is kept now");
  });
}

test("a program of this build that was cut short is not kept", async (t) => {
  stores.get("mamba-web / b1")?.clear();
  let sent = SCRIPT.slice(0, 9);
  t.mock.method(globalThis, "fetch", async (/** @type {string | Request} */ _, /** @type {RequestInit} */ { integrity: wanted } = {}) => {
    if (wanted && sent !== SCRIPT) throw new TypeError("It is another file.");
    return new Response(sent);
  });
  assert.equal(await get(FORMULAS), SCRIPT.slice(0, 9));
  sent = SCRIPT;
  assert.equal(await get(FORMULAS), SCRIPT);
});
