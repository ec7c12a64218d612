// The package beside others, as npm gives them: sizes, bundlers, types, what their declarations have. Prints the table of docs/peers.md:
//
//   make package && node benches/package/peers.mjs
//
// or, with names after it, only the columns of those. Each is installed in a folder of its own below target/bench/packages/, and built with the shortest program that shows a first token
// (benches/package/NAME.js). None is run: models differ, and web-llm needs a GPU. It takes some minutes, most of them for brotli.

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { BUNDLERS, PEERS, TERMS } from "./known.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const work = path.join(root, "target/bench/packages");
const run = promisify(execFile);

/** @param {string} folder @returns {Promise<{ file: string, bytes: number }[]>} all files in it */
async function filesOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => ({ file, bytes: (await stat(file)).size })));
}

const sum = (/** @type {{ bytes: number }[]} */ files) => files.reduce((all, { bytes }) => all + bytes, 0);
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;

/** @param {{ file: string }[]} files @returns {Promise<number>} bytes, packed as the best hosts do */
async function packed(files) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const sizes = await Promise.all(files.map(async ({ file }) => (await promisify(brotliCompress)(await readFile(file), { params })).length));
  return sizes.reduce((all, size) => all + size, 0);
}

/** Installs the bundlers of examples/web/ once, for all. */
async function bundlers() {
  const folder = path.join(work, "bundlers");
  await mkdir(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) await cp(path.join(root, "examples/web", name), path.join(folder, name));
  await run("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  return path.join(folder, "node_modules/.bin");
}

/** @param {import("./known.mjs").Peer} peer */
async function install({ name, source }) {
  const folder = path.join(work, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const from = source ?? path.join(root, "pkg", (await readdir(path.join(root, "pkg"))).find((file) => file.endsWith(".tgz")) ?? "");
  // Scripts of an installation may fetch programs for Node, which a page does not need.
  await run("npm", ["install", from, "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  await cp(path.join(here, `${name}.js`), path.join(folder, "main.js"));
  await writeFile(path.join(folder, "index.html"), '<!doctype html>\n<script type="module" src="main.js"></script>\n');
  return folder;
}

/**
 * Builds the program without any configuration.
 *
 * @param {string} folder
 * @param {string} bin of the bundlers
 * @param {[string, string[]]} command
 * @returns {Promise<{ file: string, bytes: number }[] | null>} what it made; null if it failed
 */
async function build(folder, bin, [command, options]) {
  const out = path.join(folder, "dist");
  await rm(out, { recursive: true, force: true });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  try {
    await run(command, options, { cwd: folder, env, maxBuffer: 2 ** 26 });
    return await filesOf(out);
  } catch (error) {
    console.error(`${path.basename(folder)}, ${command}: ${/** @type {{ stderr?: string }} */ (error).stderr?.slice(0, 600) ?? error}`);
    return null;
  }
}

/** How a wasm begins that is packed with gzip, in base64. */
const PACKED_WASM = /["'`]H4sI/;

/**
 * What is said of a bundler.
 *
 * @param {import("./known.mjs").Peer} peer
 * @param {string} folder
 * @param {string} bin
 * @param {[string, string[]]} command
 * @param {{ file: string }[] | null} made by it
 */
async function verdict(peer, folder, bin, command, made) {
  if (!made) return "no";
  if (made.some(({ file }) => file.endsWith(".wasm"))) return "yes";
  if (!peer.inline) return peer.withoutWasm;
  await cp(path.join(here, peer.inline.program), path.join(folder, "main.js"));
  const scripts = (await build(folder, bin, command)) ?? [];
  await cp(path.join(here, `${peer.name}.js`), path.join(folder, "main.js"));
  const texts = await Promise.all(scripts.map(({ file }) => readFile(file, "utf8")));
  return texts.some((text) => PACKED_WASM.test(text)) ? peer.inline.says : peer.withoutWasm;
}

/** Whether the program compiles with the package's types. @param {string} folder @param {string} bin */
async function hasTypes(folder, bin) {
  await cp(path.join(folder, "main.js"), path.join(folder, "main.ts"));
  const options = ["--noEmit", "--strict", "--ignoreConfig", "--skipLibCheck", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", "", "--lib", "es2023,dom,dom.iterable"];
  const answer = await run(path.join(bin, "tsc"), [...options, "main.ts"], { cwd: folder }).catch((error) => error);
  return answer.stdout === "" ? "yes" : `no: ${answer.stdout.split("\n")[0]}`;
}

/** Other hosts that the scripts of a built page name. @param {{ file: string }[]} scripts */
async function hostsIn(scripts) {
  const texts = await Promise.all(scripts.map(({ file }) => readFile(file, "utf8")));
  return [...new Set(texts.join("\n").match(/cdn\.jsdelivr\.net|raw\.githubusercontent\.com/g))].join(", ") || "none";
}

/** @param {import("./known.mjs").Peer} peer @param {string} bin @returns {Promise<Record<string, string>>} */
async function measure(peer, bin) {
  const folder = await install(peer);
  const installed = await filesOf(path.join(folder, "node_modules"));
  const program = await readFile(path.join(folder, "main.js"), "utf8");
  const own = await filesOf(path.join(folder, "node_modules", peer.package));
  const declared = (await Promise.all(own.filter(({ file }) => /\.d\.[cm]?ts$/.test(file)).map(({ file }) => readFile(file, "utf8")))).join("\n");

  /** @type {Record<string, string>} */
  const row = {
    "version": JSON.parse(await readFile(path.join(folder, "node_modules", peer.package, "package.json"), "utf8")).version,
    "installed, of how many packages": `${megabytes(sum(installed))} of ${installed.filter(({ file }) => /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file)).length}`,
    "lines to the first token": String(program.split("\n").filter((line) => line.trim() !== "").length),
    "types": await hasTypes(folder, bin),
  };
  const built = [];
  for (const [name, command] of Object.entries(BUNDLERS)) {
    const made = await build(folder, bin, command);
    if (name === "Vite" && made) {
      const scripts = made.filter(({ file }) => /\.m?js$/.test(file));
      row["scripts of a Vite build"] = `${megabytes(sum(scripts))}, brotli ${megabytes(await packed(scripts))}`;
      row["hosts that they name for parts of the program"] = await hostsIn(scripts);
    }
    built.push(`${name}: ${await verdict(peer, folder, bin, command, made)}`);
  }
  row["bundlers, without configuration"] = built.join("; ");
  const wasm = installed.filter(({ file }) => path.basename(file) === peer.wasm);
  if (peer.wasm && wasm.length !== 1) throw new Error(`${peer.name} has not one ${peer.wasm}.`);
  row["the wasm that a page fetches"] = peer.wasm ? `${megabytes(sum(wasm))}, brotli ${megabytes(await packed(wasm))}` : "one for each model, and what is in the script";
  for (const [name, terms] of Object.entries(TERMS)) {
    const term = terms[peer.name];
    if (term && !term.is.test(declared)) throw new Error(`The declarations of ${peer.name} do not have ${term.is}.`);
    row[name] = term?.says ?? "-";
  }
  return row;
}

const bin = await bundlers();
const rows = [];
const peers = PEERS.filter(({ name }) => process.argv.length < 3 || process.argv.includes(name));
for (const peer of peers) rows.push(await measure(peer, bin));
console.log(`| | ${peers.map(({ name }) => name).join(" | ")} |\n|---|${peers.map(() => "---|").join("")}`);
for (const name of Object.keys(rows[0])) console.log(`| ${name} | ${rows.map((row) => row[name] ?? "not built").join(" | ")} |`);
