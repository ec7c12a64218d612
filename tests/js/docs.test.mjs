// The documentation's pages in the built site: each link leads somewhere, and nothing in them needs more than their policy allows.

import assert from "node:assert/strict";
import { access, readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { resolve } from "../../docs/site/markdown.mjs";
import { PAGES } from "../../docs/site/pages.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const site = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
const docs = path.join(site, "docs");
const pages = new Map(await Promise.all(PAGES.map(async ({ page }) => /** @type {const} */ ([page, await readFile(path.join(docs, page), "utf8")]))));

/** @param {string} html @param {RegExp} pattern */
const all = (html, pattern) => [...html.matchAll(pattern)].map(([, found]) => found.replaceAll("&amp;", "&"));

const idsOf = (/** @type {string} */ html) => all(html, /\bid="([^"]+)"/g);

test("each link leads to a file of the site, and to a place in it", async () => {
  let links = 0;
  for (const [page, html] of pages) {
    for (const address of all(html, /(?:href|src)="([^"]*)"/g)) {
      const url = new URL(address, `http://site/docs/${page}`);
      if (url.host !== "site") continue;
      links++;
      const file = path.join(site, decodeURI(url.pathname), url.pathname.endsWith("/") ? "index.html" : "");
      await assert.doesNotReject(access(file), `${page}: ${address}`);
      if (!url.hash) continue;
      const ids = idsOf(pages.get(path.basename(file)) ?? "");
      assert.ok(ids.includes(decodeURIComponent(url.hash.slice(1))), `${page}: there is no ${url.hash} in ${path.basename(file)}`);
    }
  }
  assert.ok(links > pages.size ** 2, "the menu alone has that many");
});

test("a link that leads nowhere stops the build", () => {
  assert.equal(resolve(root, "docs/api.md", "../ARCHITECTURE.md#the-map"), "architecture.html#the-map");
  assert.equal(resolve(root, "README.md", "examples/web/"), "examples.html");
  assert.equal(resolve(root, "docs/api.md", "../deploy/nginx.conf"), "files/deploy/nginx.conf.txt");
  for (const wrong of ["nowhere.md", "../src/", "../../outside.md"]) assert.throws(() => resolve(root, "docs/api.md", wrong), /no page and no file/, wrong);
});

test("every document of docs/ is a page, and the files that the pages name are in the repository", async () => {
  const sources = new Set(PAGES.map(({ source }) => source));
  const documents = (await readdir(path.join(root, "docs"))).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  assert.deepEqual(documents.filter((name) => !sources.has(name)), []);
  const missing = /** @type {string[]} */ ([]);
  for (const source of [...documents, "README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]) {
    for (const name of all(await readFile(path.join(root, source), "utf8"), /`((?:src|www|docs|tests|scripts|benches|examples|shaders|training|guide|deploy)\/[\w./-]+)`/g)) {
      if (/NAME|make_golden/.test(name)) continue;
      await access(path.join(root, name)).catch(() => missing.push(`${source}: ${name}`));
    }
  }
  assert.deepEqual(missing, []);
});

test("pages are plain: no script, no style, no name twice, one first heading, headings in order", () => {
  for (const [page, html] of pages) {
    assert.deepEqual(html.match(/<script|<style|\sstyle=|\son\w+=/g), null, page);
    const ids = idsOf(html);
    assert.deepEqual(ids.filter((id, at) => ids.indexOf(id) !== at), [], page);
    const levels = all(html.slice(html.indexOf("<main"), html.indexOf("</main>")), /<h([1-6])/g).map(Number);
    assert.deepEqual([levels[0], levels.filter((level) => level === 1).length], [1, 1], page);
    for (const [at, level] of levels.entries()) assert.ok(at === 0 || level <= levels[at - 1] + 1, `${page}: a heading of level ${level} after ${levels[at - 1]}`);
  }
});
