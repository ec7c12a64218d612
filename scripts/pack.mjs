// Writes NAME.br and NAME.gz beside the files of the built site that become smaller, prints their sizes, and fails if a
// visitor would have to download too much: node scripts/pack.mjs [folder]
//
// docs/hosting.md says which hosts use them. Hosts that compress by themselves need none.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const WASM_LIMIT_BYTES = 1.5e6; // of one build, brotli -11
const SMALLEST_BYTES = 1024; // below it, a packet is a packet
const WORTH = 0.9;

/** Files that are packed already, or that are asked for in parts and counted in bytes, such as files of models. */
const isLeft = (/** @type {string} */ file) => /\.(br|gz|png|woff2|map|safetensors)$/.test(file) || /^models\/[^/]+\//.test(file);

/** What a first visit downloads before its model, in a browser with threads. The service worker's copies come later, and from the browser's cache. */
const FIRST_VISIT = /^(index\.html|manifest\.json|icons\/mamba\.svg|build\/[^/]+\/(boot|app|worker|pool-worker|mamba_web_threads)\.js|build\/[^/]+\/(page\.css|mamba_web_threads_bg\.wasm))$/;

/** Brotli -11 takes seconds for each wasm, so earlier results are kept. */
const kept = fileURLToPath(new URL("../target/packed/", import.meta.url));

/** @type {Record<string, (bytes: Buffer) => Promise<Uint8Array>>} */
const WAYS = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/** @param {string} file @param {Buffer} bytes @param {string} ending @returns {Promise<number>} bytes, packed */
async function pack(file, bytes, ending) {
  const copy = path.join(kept, `${createHash("sha256").update(bytes).digest("hex")}.${ending}`);
  let length = (await stat(copy).catch(() => null))?.size;
  if (length === undefined) {
    const packed = await WAYS[ending](bytes);
    length = packed.length;
    await writeFile(`${copy}.new`, packed);
    await rename(`${copy}.new`, copy);
  }
  if (length <= bytes.length * WORTH) await copyFile(copy, `${file}.${ending}`);
  return length;
}

/** @param {string} folder */
export async function packSite(folder) {
  await mkdir(kept, { recursive: true });
  const files = (await readdir(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !isLeft(file));
  const rows = [];
  for (const file of files.sort()) {
    const bytes = await readFile(path.join(folder, file));
    if (bytes.length < SMALLEST_BYTES) continue;
    const [br, gz] = await Promise.all(["br", "gz"].map((ending) => pack(path.join(folder, file), bytes, ending)));
    rows.push({ file, bytes: bytes.length, br, gz });
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await packSite(process.argv[2] ?? "dist");
  const wide = Math.max(...rows.map(({ file }) => file.length));
  /** @param {string} name @param {(number | string)[]} numbers */
  const line = (name, ...numbers) =>
    console.log(name.padEnd(wide) + numbers.map((number) => String(number.toLocaleString("en")).padStart(12)).join(""));
  line("bytes", "as it is", "brotli -11", "gzip -9");
  for (const { file, bytes, br, gz } of rows) line(file, bytes, br, gz);
  const first = rows.filter(({ file }) => FIRST_VISIT.test(file));
  const sum = (/** @type {"bytes" | "br" | "gz"} */ what) => first.reduce((all, row) => all + row[what], 0);
  line("a first visit, without its model", sum("bytes"), sum("br"), sum("gz"));
  const tooLarge = rows.filter(({ file, br }) => file.endsWith(".wasm") && br > WASM_LIMIT_BYTES);
  for (const { file } of tooLarge) console.error(`${file} is larger than ${WASM_LIMIT_BYTES.toLocaleString("en")} bytes.`);
  if (!rows.some(({ file }) => file.endsWith(".wasm"))) console.error("There is no wasm in the site.");
  if (tooLarge.length > 0 || !rows.some(({ file }) => file.endsWith(".wasm"))) process.exitCode = 1;
}
