// Prints how large the site's wasm files are, and fails where a visitor would have to
// fetch too much: node scripts/wasm-size.mjs [folder]

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const LIMIT = 1.5e6; // bytes of one build, brotli -11

const folder = process.argv[2] ?? "dist";
const files = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
if (files.length === 0) {
  console.error(`There is no wasm file in ${folder}.`);
  process.exit(1);
}

const format = (/** @type {number} */ bytes) => `${bytes.toLocaleString("en")} bytes`;
for (const name of files) {
  const raw = readFileSync(path.join(folder, name));
  const brotli = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  }).length;
  console.log(`${name}: ${format(raw.length)}, ${format(brotli)} with brotli -11 (limit ${format(LIMIT)})`);
  if (brotli > LIMIT) process.exitCode = 1;
}
if (process.exitCode) console.error("The wasm is larger than the limit.");
