import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { brotliCompressSync, gzipSync } from "node:zlib";
import { ISOLATION, SECURITY } from "../www/offline/headers.js";
import { parseRange, serve } from "./serve.mjs";

const BODY = "0123456789";
/** @type {string} */
let folder;
/** @type {import("node:http").Server} */
let server;
let port = 0;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "serve-test-"));
  const site = path.join(folder, "site");
  await mkdir(path.join(site, "models"), { recursive: true });
  await writeFile(path.join(folder, "secret.txt"), "secret");
  await writeFile(path.join(site, "index.html"), "<!doctype html>");
  await writeFile(path.join(site, "a b.wasm"), BODY);
  await writeFile(path.join(site, "empty.js"), "");
  await writeFile(path.join(site, "packed.js"), BODY);
  await writeFile(path.join(site, "packed.js.br"), brotliCompressSync(BODY));
  await writeFile(path.join(site, "packed.js.gz"), gzipSync(BODY));
  await writeFile(path.join(site, "changed.js"), BODY);
  await writeFile(path.join(site, "changed.js.gz"), gzipSync("old"));
  await utimes(path.join(site, "changed.js.gz"), 1, 1);
  await symlink("../secret.txt", path.join(site, "link.txt"));
  server = await serve(site);
  port = /** @type {import("node:net").AddressInfo} */ (server.address()).port;
});

after(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/**
 * fetch() would tidy up the path and hide some headers.
 *
 * @param {string} url
 * @param {Record<string, string>} [headers]
 * @param {string} [method]
 * @returns {Promise<{ status: number | undefined, headers: import("node:http").IncomingHttpHeaders, body: string }>}
 */
const get = (url, headers = {}, method = "GET") =>
  new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: url, headers, method, agent: false };
    const sent = request(options, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    sent.on("error", reject).end();
  });

test("the page comes isolated and fresh", async () => {
  const { status, headers, body } = await get("/?model=x");
  assert.equal(status, 200);
  assert.equal(body, "<!doctype html>");
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  assert.equal(headers["cross-origin-embedder-policy"], "require-corp");
  assert.equal(headers["cache-control"], "no-cache");
  const again = await get("/", { "If-None-Match": String(headers.etag) });
  assert.equal(again.status, 304);
});

test("wasm and modules have the types that browsers insist on", async () => {
  assert.equal((await get("/a%20b.wasm")).headers["content-type"], "application/wasm");
  const empty = await get("/empty.js");
  assert.equal(empty.headers["content-type"], "text/javascript; charset=utf-8");
  assert.equal(empty.body, "");
});

test("a range is answered with its bytes", async () => {
  const part = await get("/a%20b.wasm", { Range: "bytes=2-4" });
  assert.equal(part.status, 206);
  assert.equal(part.body, "234");
  assert.equal(part.headers["content-range"], "bytes 2-4/10");
  const beyond = await get("/a%20b.wasm", { Range: "bytes=10-" });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers["content-range"], "bytes */10");
  const changed = await get("/a%20b.wasm", { Range: "bytes=2-4", "If-Range": '"old"' });
  assert.equal(changed.status, 200);
  assert.equal(changed.body, BODY);
});

test("ranges are read as RFC 9110 says", () => {
  assert.deepEqual(parseRange("bytes=0-", 10), { start: 0, end: 9 });
  assert.deepEqual(parseRange("bytes=-3", 10), { start: 7, end: 9 });
  assert.deepEqual(parseRange("bytes=-30", 10), { start: 0, end: 9 });
  assert.deepEqual(parseRange("bytes=5-99", 10), { start: 5, end: 9 });
  assert.equal(parseRange("bytes=-0", 10), "unsatisfiable");
  assert.equal(parseRange("bytes=0-0", 0), "unsatisfiable");
  for (const ignored of [undefined, "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1"]) {
    assert.equal(parseRange(ignored, 10), null);
  }
});

test("HEAD has the headers and no body; other methods are refused", async () => {
  const head = await get("/a%20b.wasm", {}, "HEAD");
  assert.equal(head.headers["content-length"], "10");
  assert.equal(head.body, "");
  assert.equal((await get("/", {}, "POST")).status, 405);
});

test("a packed copy goes to who takes it, unless it is older than the file or a part is asked for", async () => {
  /** @type {[string, string | undefined, string][]} */
  const cases = [
    ["gzip, deflate, br", "br", ".br"],
    ["gzip;q=0.5, br;q=0", "gzip", ".gz"],
    ["deflate", undefined, ""],
  ];
  for (const [accepted, encoding, ending] of cases) {
    const { headers } = await get("/packed.js", { "Accept-Encoding": accepted });
    assert.equal(headers["content-encoding"], encoding);
    assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
    assert.equal(headers.vary, "Accept-Encoding");
    assert.equal(headers.etag, (await get(`/packed.js${ending}`)).headers.etag, "each copy has its own tag");
  }
  const fetched = await fetch(`http://127.0.0.1:${port}/packed.js`);
  assert.equal(await fetched.text(), BODY);
  const part = await get("/packed.js", { "Accept-Encoding": "gzip", Range: "bytes=2-4" });
  assert.deepEqual([part.body, part.headers["content-encoding"]], ["234", undefined]);
  assert.equal((await get("/changed.js", { "Accept-Encoding": "gzip" })).body, BODY);
});

test("every answer has the headers that bind it", async () => {
  for (const url of ["/", "/a%20b.wasm", "/empty.js", "/missing"]) {
    const { headers } = await get(url);
    for (const [name, value] of Object.entries({ ...SECURITY, ...ISOLATION })) assert.equal(headers[name], value, `${url} ${name}`);
  }
});

test("nothing outside the folder is served", async () => {
  for (const url of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/%00", "/%", "/models", "//x"]) {
    assert.equal((await get(url)).status, 404, url);
  }
});
