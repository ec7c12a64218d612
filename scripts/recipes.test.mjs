// The page, the server of `make serve` and all recipes for hosts have the same policy: www/offline/headers.js.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { EMBED, ISOLATION, SECURITY } from "../www/offline/headers.js";

const text = (/** @type {string} */ file) => readFile(new URL(`../${file}`, import.meta.url), "utf8");

/**
 * The headers that a recipe sends with the page and with embed.html, each as [name, value].
 *
 * @typedef {(text: string) => { page: [string, string][], embed: [string, string][] }} Reader
 */

/** @param {string} text @param {RegExp} line @returns {[string, string][]} */
const found = (text, line) => [...text.matchAll(line)].map(([, name, value]) => [name.toLowerCase(), value]);

/** @type {Record<string, Reader>} how each file writes a header */
const RECIPES = {
  "deploy/nginx.conf": (text) => {
    // The value that a variable has for a path.
    const maps = [...text.matchAll(/^map \$uri \$(\w+) \{\n {2}default "(.*)";\n {2}~(\S+) "(.*)";\n\}/gm)];
    const at = (/** @type {string} */ path) =>
      found(text, /^ +add_header ([\w-]+) "([^"]*)";$/gm).map(([name, value]) => /** @type {[string, string]} */ ([name, maps.reduce((now, [, variable, otherwise, pattern, there]) => now.replace(`$${variable}`, new RegExp(pattern).test(path) ? there : otherwise), value)]));
    return { page: at("/index.html"), embed: at("/embed.html") };
  },
  "deploy/Caddyfile": (text) => {
    const line = /^\t\t([\w-]+) "([^"]*)"$/gm;
    const block = (/** @type {string} */ matcher) => found(new RegExp(`^\theader ${matcher}\\{\n([^}]*)`, "m").exec(text)?.[1] ?? "", line);
    return { page: [...block(""), ...block("@page ")], embed: [...block(""), ...block("@embed ")] };
  },
  "deploy/htaccess": (text) => {
    const page = found(text, /^Header set ([\w-]+) "([^"]*)"$/gm);
    return { page, embed: [...page, ...found(text, /^Header set ([\w-]+) "([^"]*)" "expr=%\{REQUEST_URI\} =~ m#\/embed\\\.html\$#"$/gm)] };
  },
  "www/_headers": (text) => {
    const block = (/** @type {string} */ path) => found(text.split(/\n(?=\/)/).find((one) => one.includes(`${path}\n`) && one.split("\n").some((first) => first === path)) ?? "", /^ {2}([\w-]+): (.*)$/gm);
    return { page: block("/index.html"), embed: block("/embed*") };
  },
};

for (const [file, read] of Object.entries(RECIPES)) {
  test(`${file} sends all headers as they are meant`, async () => {
    const { page, embed } = read(await text(file));
    for (const [headers, wanted] of /** @type {const} */ ([[page, { ...SECURITY, ...ISOLATION }], [embed, { ...EMBED, ...ISOLATION }]])) {
      const sent = new Map(headers);
      for (const [name, value] of Object.entries(wanted)) assert.equal(sent.get(name), value, name);
      assert.deepEqual([...sent.keys()].filter((name) => name !== "cache-control").sort(), Object.keys(wanted).sort());
    }
  });
}

test("the page and its parts have all headers on Netlify and Cloudflare, by one rule each", async () => {
  const rules = (await text("www/_headers")).split("\n").filter((line) => line.startsWith("/"));
  for (const path of ["/", "/index.html", "/worker.js", "/mamba.js", "/element.js", "/embed.html", "/embed", "/lab.html", "/lab", "/docs/", "/docs/api.html", "/service-worker.js", "/build/0/app.js"]) {
    assert.equal(rules.filter((rule) => (rule.endsWith("*") ? path.startsWith(rule.slice(0, -1)) : path === rule)).length, 1, path);
  }
});

test("the pages' own policies are those of the headers, but for what a page cannot say of itself", async () => {
  for (const [page, headers, frames] of /** @type {const} */ ([["index.html", SECURITY, "'self'"], ["embed.html", EMBED, "*"]])) {
    const own = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(await text(`www/${page}`))?.[1];
    assert.equal(`${own}; frame-ancestors ${frames}`, headers["content-security-policy"]);
  }
});
