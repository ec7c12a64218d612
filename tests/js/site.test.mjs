// What is in the built site: all files by the build's name, the licences of what others wrote, nothing of this machine.

import assert from "node:assert/strict";
import { access, readFile, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isAllowed } from "../../scripts/notices.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const site = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
const files = (await readdir(site, { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(site, path.join(entry.parentPath, entry.name)));
const read = (/** @type {string} */ file) => readFile(path.join(site, file), "utf8");

test("all that the page loads has an address of its build, and the public names lead there", async () => {
  const pages = (await read("index.html")) + (await read("embed.html"));
  const [, build] = /src="(build\/[0-9a-f]{16})\/app\.js"/.exec(pages) ?? [];
  assert.ok(build);
  const loaded = [...pages.matchAll(/(?:src|href)="([^"#]+\.(?:js|css))"/g)].map(([, address]) => address);
  assert.deepEqual(loaded.filter((address) => !address.startsWith(`${build}/`)), []);
  for (const address of loaded) await access(path.join(site, address));
  for (const name of ["mamba.js", "element.js", "worker.js"]) assert.match(await read(name), new RegExp(`"\\./${build}/${name}"`));
  const programs = files.filter((file) => /\.(js|css|wasm)$/.test(file) && !file.startsWith(`${build}/`));
  assert.deepEqual(programs.sort(), ["docs/docs.css", "element.js", "mamba.js", "service-worker.js", "worker.js"]);
});

test("the service worker keeps each program, by its hash", async () => {
  const list = [...(await read("service-worker.js")).matchAll(/"integrity":"(sha384-[^"]+)"[^{}]*"url":"([^"]+)"|"url":"(build[^"]+)"[^{}]*"integrity":"(sha384-[^"]+)"/g)];
  const kept = list.map(([, , a, b]) => a ?? b);
  assert.deepEqual(kept.sort(), files.filter((file) => /^build\/.*\.(js|css|wasm)$/.test(file)).sort());
});

test("the licences of crates and packages are there", async () => {
  const text = await read("THIRD-PARTY.txt");
  for (const name of ["candle-core", "tokenizers", "wgpu", "minijinja", "wasm-bindgen", "Rust's standard library", "workbox-precaching"]) {
    assert.match(text, new RegExp(`^${name}( \\d[^:]*)?: `, "m"));
  }
  assert.match(text, /END OF TERMS AND CONDITIONS/);
});

test("an SPDX expression is met by what is allowed, or not", () => {
  const allowed = new Set(["MIT", "Apache-2.0", "Unicode-3.0"]);
  for (const good of ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(GPL-3.0 OR MIT) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]) {
    assert.equal(isAllowed(good, allowed), true, good);
  }
  for (const bad of ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Unicode-3.0) AND GPL-3.0"]) {
    assert.equal(isAllowed(bad, allowed), false, bad);
  }
});

test("no file names a folder of the machine that it was built on", async () => {
  const folders = [root.replace(/\/$/, ""), homedir(), process.env.CARGO_HOME ?? "", process.env.RUSTUP_HOME ?? ""].filter((name) => name.length > 1);
  for (const file of files.filter((file) => /\.(wasm|js|css|html|map|json|txt)$/.test(file) && !file.startsWith("models/default/"))) {
    const bytes = await readFile(path.join(site, file));
    for (const folder of folders) assert.equal(bytes.indexOf(`${folder}/`), -1, `${file} has ${folder}`);
  }
});
