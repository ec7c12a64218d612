// The page, the server of `make serve` and all recipes for hosts have the same policy: www/offline/headers.js.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ISOLATION, SECURITY } from "../www/offline/headers.js";

const read = (/** @type {string} */ file) => readFile(new URL(`../${file}`, import.meta.url), "utf8");
const wanted = Object.entries({ ...SECURITY, ...ISOLATION });

/** @type {Record<string, RegExp>} how each file writes a header */
const RECIPES = {
  "deploy/nginx.conf": /^ +add_header ([\w-]+) "([^"]*)";$/gm,
  "deploy/Caddyfile": /^\t\t([\w-]+) "([^"]*)"$/gm,
  "deploy/htaccess": /^Header set ([\w-]+) "([^"]*)"$/gm,
  "www/_headers": /^ {2}([\w-]+): (.*)$/gm,
};

for (const [file, line] of Object.entries(RECIPES)) {
  test(`${file} sends all headers as they are meant`, async () => {
    const sent = new Map([...(await read(file)).matchAll(line)].map(([, name, value]) => [name.toLowerCase(), value]));
    for (const [name, value] of wanted) assert.equal(sent.get(name), value, name);
    assert.deepEqual([...sent.keys()].filter((name) => name !== "cache-control").sort(), wanted.map(([name]) => name).sort());
  });
}

test("the page's own policy is that of the header, but for what a page cannot say of itself", async () => {
  const own = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(await read("www/index.html"))?.[1];
  assert.equal(`${own}; frame-ancestors 'self'`, SECURITY["content-security-policy"]);
});
