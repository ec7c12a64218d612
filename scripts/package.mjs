// Makes the npm package from the sources of the site and the wasm of a built one: node scripts/package.mjs [SITE [FOLDER]]
//
// www/engine/program/assets.js finds each other file by `new URL("./name", import.meta.url)`. Bundlers take such files over as they are, so each
// worker is one file that imports nothing, and no bundler has to know what a worker is. node.js is the same module with
// another platform (www/engine/node/). mamba.js and element.js share engine.js, so a page that uses both has one engine and one
// kind of errors. Parts of the element that few chats need stay files, which bundlers know from `import()`. inline/ has both for
// bundlers that know no such files (inline.mjs).

import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { crateNotices } from "./crates.mjs";
import { makeInline } from "./inline.mjs";
import { npmNotices } from "./notices.mjs";
import { PARTS, partsStayFiles } from "./parts.mjs";
import { copyFonts, stylesAreText } from "./styles.mjs";
import { writeTypes } from "./types.mjs";

/** What people install: three builds of the wasm, of which a page fetches one, and the module of constraints; all of it twice. */
const PACKED_LIMIT_BYTES = 15.5e6;
/** Parts of it that a page downloads, packed as hosts do it. @type {Record<string, { files: string[], pack: (bytes: Buffer) => Buffer, limitBytes: number }>} */
const DOWNLOADS = {
  "element.js and engine.js, brotli -11": { files: ["element.js", "engine.js"], pack: (bytes) => brotliCompressSync(bytes), limitBytes: 80e3 },
  "inline: the engine with its wasm, gzip -9": { files: ["inline/engine.js", "inline/relaxed.js"], pack: (bytes) => gzipSync(bytes, { level: 9 }), limitBytes: 2.3e6 },
};

const root = fileURLToPath(new URL("../", import.meta.url));
const packages = path.join(root, "node_modules");
const run = promisify(execFile);
const WASM = ["mamba_web_bg.wasm", "mamba_web_relaxed_bg.wasm", "mamba_web_threads_bg.wasm", "mamba_web_guide_bg.wasm"];

/** The folder of the programs of a built site. @param {string} site */
async function programsOf(site) {
  const [name, ...others] = await readdir(path.join(site, "build"));
  if (!name || others.length > 0) throw new Error(`${site}/build has to have one folder. “make build” makes it.`);
  return path.join(site, "build", name);
}

/** @param {string} programs where wasm-bindgen's modules are @param {boolean} [isNode] @returns {import("esbuild").Plugin} */
const sources = (programs, isNode = false) => ({
  name: "wasm-bindgen's modules are those of the site, and the platform may be Node's",
  setup({ onResolve }) {
    onResolve({ filter: /\/mamba_web\w*\.js$/ }, (found) => ({ path: path.join(programs, path.basename(found.path)) }));
    if (isNode) onResolve({ filter: /\/platform\.js$/ }, () => ({ path: path.join(root, "www/engine/node/platform.js") }));
  },
});

/**
 * @param {string} site
 * @param {string} folder is made anew
 */
export async function makePackage(site, folder) {
  const programs = await programsOf(site);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  /** @type {import("esbuild").BuildOptions} */
  const common = {
    absWorkingDir: path.join(root, "www"),
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "esnext",
    metafile: true,
    logLevel: "warning",
    nodePaths: [packages],
  };
  /** The workers' modules are their matter; nothing of these programs leads there. @type {import("esbuild").BuildOptions} */
  const paged = { ...common, splitting: true, chunkNames: "engine", external: ["../../mamba_web*"] };
  const made = await Promise.all([
    // Their user's bundler makes these smaller, and until then a person can read them.
    build({
      ...paged,
      entryPoints: { mamba: "mamba.js", element: "element.js" },
      plugins: [partsStayFiles(path.join(root, "www")), stylesAreText()],
    }),
    build({ ...common, entryPoints: PARTS, plugins: [stylesAreText()], minify: true }), // other people's code nearly all
    build({ ...common, entryPoints: { node: "mamba.js" }, plugins: [sources(programs, true)], platform: "node" }),
    build({ ...common, entryPoints: { ai: "ai.js" } }), // it imports nothing of the engine
    build({ ...common, entryPoints: { "element-node": "element/node.js" } }),
    build({ ...common, entryPoints: { "node-thread": "engine/node/thread.js" }, platform: "node" }),
    // Bundlers copy these.
    build({
      ...common,
      entryPoints: { worker: "worker.js", "pool-worker": "engine/program/pool-worker.js" },
      plugins: [sources(programs)],
      minifyWhitespace: true,
      minifySyntax: true,
    }),
  ]);
  await Promise.all(WASM.map((name) => copyFile(path.join(programs, name), path.join(folder, name))));
  await copyFonts(packages, folder);
  made.push(...(await makeInline(paged, path.join(root, "www"), folder)));
  const inputs = made.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}).map((input) => path.join(root, "www", input)));
  await writeTypes(path.join(folder, "types"));
  await writeFile(path.join(folder, "THIRD-PARTY.txt"), `${await crateNotices()}\n\n${await npmNotices(inputs)}`);
  for (const name of ["LICENSE", "CHANGELOG.md"]) await copyFile(path.join(root, name), path.join(folder, name));
  await copyFile(path.join(root, "docs/package.md"), path.join(folder, "README.md"));
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
}

async function manifest() {
  const cargo = await readFile(path.join(root, "Cargo.toml"), "utf8");
  const version = /^version = "([^"]+)"/m.exec(cargo)?.[1];
  if (!version) throw new Error("Cargo.toml has no version.");
  return {
    name: "mamba-web",
    version,
    description: "Mamba language models in the browser and in Node: WebAssembly and WebGPU, a state of constant size, no dependency.",
    keywords: ["mamba", "llm", "language-model", "state-space-model", "webgpu", "wasm", "inference"],
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    main: "./mamba.js", // Parcel reads no exports, and finds the others by their files' names
    exports: {
      ".": { types: "./types/mamba.d.ts", browser: "./mamba.js", node: "./node.js", default: "./mamba.js" },
      "./element": { types: "./types/element/types.d.ts", browser: "./element.js", node: "./element-node.js", default: "./element.js" },
      "./inline": { types: "./types/mamba.d.ts", browser: "./inline/index.js", node: "./node.js", default: "./inline/index.js" },
      "./inline/element": { types: "./types/element/types.d.ts", browser: "./inline/element.js", node: "./element-node.js", default: "./inline/element.js" },
      "./ai": { types: "./types/ai.d.ts", default: "./ai.js" },
      "./package.json": "./package.json",
    },
    sideEffects: ["./element.js", "./inline/element.js"],
    files: ["*.js", "inline/", "*.wasm", "*.woff2", "types/", "THIRD-PARTY.txt", "CHANGELOG.md"],
  };
}

/** @param {string} folder @returns {Promise<{ file: string, bytes: number, names: string[] }>} the tarball, beside the folder's content */
export async function packPackage(folder) {
  const out = path.dirname(folder);
  const { stdout } = await run("npm", ["pack", folder, "--json", "--pack-destination", out], { cwd: out });
  const packed = JSON.parse(stdout);
  const [{ filename, size, files }] = /** @type {{ filename: string, size: number, files: { path: string }[] }[]} */ (Object.values(packed));
  return { file: path.join(out, filename), bytes: size, names: files.map((found) => found.path) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = path.resolve(process.argv[3] ?? path.join(root, "pkg/mamba-web"));
  const out = path.dirname(folder);
  // One of an earlier version must not be taken for this one, least of all if this one cannot be made.
  const earlier = (await readdir(out).catch(() => [])).filter((name) => /^mamba-web-.*\.tgz$/.test(name));
  for (const name of earlier) await rm(path.join(out, name));
  await makePackage(path.resolve(process.argv[2] ?? path.join(root, "dist")), folder);
  const { file, bytes, names } = await packPackage(folder);
  /** @param {string} name @param {number} bytes @param {number} [limitBytes] */
  const line = (name, bytes, limitBytes = Infinity) => {
    console.log(`${bytes.toLocaleString("en").padStart(12)}  ${name}`);
    if (bytes > limitBytes) throw new Error(`That is more than ${limitBytes.toLocaleString("en")} bytes.`);
  };
  for (const name of names.sort()) {
    if (!name.startsWith("types/")) line(name, (await stat(path.join(folder, name))).size);
  }
  line(path.relative(root, file), bytes, PACKED_LIMIT_BYTES);
  for (const [name, { files, pack, limitBytes }] of Object.entries(DOWNLOADS)) {
    const sizes = await Promise.all(files.map(async (file) => pack(await readFile(path.join(folder, file))).length));
    line(name, sizes.reduce((sum, one) => sum + one), limitBytes);
  }
}
