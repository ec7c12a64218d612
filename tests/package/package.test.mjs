// The packed package as a stranger has it: its content, its types, and each of examples/web/, built in a fresh folder and run.
// Before it, `make package`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, readdir, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launchChromium } from "../browser/support/chromium.mjs";
import { ISOLATING, StaticHost } from "../browser/support/static-host.mjs";
import { answer, chatsAnswer, freshExamples, modelAnswers, question, root, run, tarball, withExample } from "./support.mjs";

const model = path.join(root, "www/models/default");
const fresh = await freshExamples();
const installed = path.join(fresh, "node_modules/mamba-web");
const names = (await readdir(installed, { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
const read = (/** @type {string} */ name) => readFile(path.join(installed, name), "utf8");

test("the package has its programs, types and licences, and nothing else", async () => {
  const programs = ["mamba.js", "element.js", "engine.js", "ai.js", "node.js", "node-thread.js", "element-node.js", "worker.js", "pool-worker.js"];
  const parts = ["markdown.js", "highlight.js", "maths.js"]; // of the element
  const inline = ["index.js", "element.js", "engine.js", "maths.js", "plain.js", "relaxed.js", "threads.js", "guide.js"].map((name) => `inline/${name}`);
  const wasm = ["mamba_web_bg.wasm", "mamba_web_relaxed_bg.wasm", "mamba_web_threads_bg.wasm", "mamba_web_guide_bg.wasm"];
  const texts = ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "THIRD-PARTY.txt"];
  const isOther = (/** @type {string} */ name) => !name.startsWith("types/") && !name.endsWith(".woff2");
  assert.deepEqual(names.filter(isOther).sort(), [...programs, ...parts, ...inline, ...wasm, ...texts].sort());
  assert.ok(names.includes("types/mamba.d.ts"));
  assert.deepEqual(names.filter((name) => name.startsWith("types/") && !/\.d\.ts$/.test(name)), []);
  for (const name of names.filter((name) => /\.(js|ts)$/.test(name))) {
    const text = await read(name);
    assert.deepEqual(text.match(/sourceMappingURL|\beval\(|new Function\(/g), null, name);
    for (const place of [root, homedir()]) assert.ok(!text.includes(place), `${name} has a path of this machine`);
  }
  // What a program fetches or imports is there, and no file is without use.
  const named = new Set();
  for (const name of [...programs, ...parts]) {
    const text = (await read(name)).replace(/\/\*\*.*?\*\//gs, ""); // comments import types
    for (const [, file] of text.matchAll(/(?:new URL\(|from ?|import\()"\.\/([\w.-]+)"/g)) named.add(file);
  }
  assert.deepEqual([...named].sort(), names.filter((name) => /\.(wasm|woff2)$/.test(name)).concat(parts, "engine.js", "node-thread.js", "worker.js", "pool-worker.js").sort());
  const { dependencies, peerDependencies, scripts, version, main, exports } = JSON.parse(await read("package.json"));
  // Parcel finds what has the name of its file, or of its folder, and the package's own name by “main”.
  for (const [name, to] of Object.entries(exports)) {
    const found = name === "." ? main : [`${name}.js`, `${name}/index.js`, name].find((file) => names.includes(path.normalize(file)));
    assert.equal(found, to.default ?? to, name);
  }
  assert.deepEqual([dependencies, peerDependencies, scripts], [undefined, undefined, undefined]);
  assert.match(await readFile(path.join(root, "Cargo.toml"), "utf8"), new RegExp(`^version = "${version}"`, "m"));
});

test("the licences are those of the crates in the wasm, with their texts", async () => {
  const notices = await read("THIRD-PARTY.txt");
  for (const part of [/^tokenizers \d/m, /^wgpu \d/m, /^Rust's standard library: /m, /Permission is hereby granted/, /Apache License/]) {
    assert.match(notices, part);
  }
});

test("npm's conventions are kept", async () => {
  const { stdout } = await run("npx", ["publint", "--strict", "--pack", "false", installed], { cwd: fresh });
  assert.match(stdout, /All good/);
});

for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
  test(`types for ${resolution}`, async () => {
    for (const name of ["types.ts", "clients.ts", "element.ts"]) await cp(path.join(root, "tests/package", name), path.join(fresh, name));
    const options = ["--noEmit", "--strict", "--ignoreConfig", "--target", "es2022", "--types", "", "--lib", "es2023,dom,dom.iterable", "--module", module, "--moduleResolution", resolution];
    const tsc = (/** @type {string[]} */ ...words) => run("npx", ["tsc", ...options, ...words], { cwd: fresh }).catch((error) => error);
    assert.equal((await tsc("types.ts", "element.ts")).stdout, "");
    // The other packages' own declarations are not this test's matter.
    const { stdout } = await tsc("--skipLibCheck", "clients.ts");
    assert.equal(stdout, "");
  });
}

test("Node answers in a given shape", async () => {
  const { stdout, stderr } = await run("node", ["choose.mjs", model, "Do you like the rain?"], { cwd: path.join(fresh, "node"), timeout: 60_000 });
  assert.match(stdout, /^(yes|no|perhaps)$/);
  assert.equal(stderr, "");
});

test("Node reads a model from a folder of any name, and from a server, and ends", async () => {
  const folder = path.join(fresh, "a #%41? b");
  await symlink(model, folder);
  const host = await StaticHost.start({}, path.join(root, "www"));
  try {
    for (const place of [folder, `${pathToFileURL(folder)}/`, host.page("models/default")]) {
      const { stdout, stderr } = await run("node", ["generate.mjs", place, question], { cwd: path.join(fresh, "node"), timeout: 60_000 });
      assert.equal(stdout, answer, place);
      assert.equal(stderr, "");
    }
  } finally {
    await host.stop();
  }
});

test("in Node, what is no model is told in a sentence", async () => {
  const failing = run("node", ["generate.mjs", "/nowhere/at/all", question], { cwd: path.join(fresh, "node"), timeout: 60_000 });
  await assert.rejects(failing, { stderr: /MambaError: There is no config\.json in the model's folder\./ });
});

/** The policy that browsers give to the pages of extensions, with one for trusted types and for all that a page may not need. */
const EXTENSION =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; object-src 'self'; require-trusted-types-for 'script'; trusted-types mamba-web 'allow-duplicates'";

/** How each page is served, and what runs in it then. @type {Record<string, { headers: Record<string, string>, build: RegExp }>} */
const PAGES = {
  plain: { headers: { "Content-Security-Policy": EXTENSION }, build: /^relaxed, 1$/ },
  vite: { headers: ISOLATING, build: /^threads, [2-4]$/ },
  webpack: { headers: ISOLATING, build: /^threads, [2-4]$/ },
  openai: { headers: {}, build: /^relaxed, 1$/ },
  "ai-sdk": { headers: {}, build: /^relaxed, 1$/ },
  esbuild: { headers: {}, build: /^relaxed, 1$/ },
  rollup: { headers: ISOLATING, build: /^threads, [2-4]$/ },
  worker: { headers: {}, build: /^relaxed, 1$/ },
  iframe: { headers: {}, build: /^relaxed, 1$/ },
};

const browser = await launchChromium();
after(() => browser.close());

for (const [name, { headers, build }] of Object.entries(PAGES)) {
  test(`${name}: it is built without configuration, and the model answers`, () =>
    withExample(path.join(fresh, name), ["build"], headers, (host) => modelAnswers(browser, host.page(), build)));
}

for (const [folder, script] of [["element-plain", "build"], ...["vite", "webpack", "esbuild", "rollup"].map((name) => ["element-bundled", name])]) {
  // Making KaTeX smaller takes webpack ten seconds, and the engine's own example has that.
  const options = script === "webpack" ? ["--no-optimization-minimize"] : [];
  test(`${folder}, ${script}: two chats with one engine`, () =>
    withExample(path.join(fresh, folder), [script, ...options], {}, (host) => chatsAnswer(browser, host.page())));
}

test("a server that makes pages may import the element", async () => {
  const { stderr } = await run("node", ["--input-type=module", "-e", 'import "mamba-web/element"'], { cwd: fresh });
  assert.equal(stderr, "");
});

test("vite: its development server needs no configuration either", async () => {
  const project = path.join(fresh, "vite");
  // It serves only what is in the project, so the package has to be there.
  await run("npm", ["install", "--no-save", "--offline", "--no-audit", "--no-fund", "--loglevel=error", tarball], { cwd: project });
  await mkdir(path.join(project, "public"));
  await symlink(path.join(root, "www/models"), path.join(project, "public/models"));
  const vite = spawn("node", [path.join(fresh, "node_modules/vite/bin/vite.js"), "--host", "127.0.0.1", "--port", "0"], { cwd: project });
  try {
    const address = await new Promise((resolve, reject) => {
      let said = "";
      vite.stdout.on("data", (text) => {
        said += String(text).replace(/\x1b\[[0-9;]*m/g, "");
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
        if (found) resolve(found);
      });
      vite.on("exit", () => reject(new Error(`Vite ended: ${said}`)));
    });
    await modelAnswers(browser, address, /^relaxed, 1$/);
  } finally {
    vite.kill();
    if (vite.exitCode === null) await once(vite, "exit");
  }
});
