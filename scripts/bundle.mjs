// Makes one file of each program of the built site: node scripts/bundle.mjs FOLDER
//
// A visit waits for every file that a program is made of, also where the browser has them all: some thirty of them cost
// a tenth of a second before the first line runs. The programs lie beside each other in the site's root, so that the
// addresses that they give one another (`new URL(..., import.meta.url)`) hold; the modules that they were are removed.

import { readFile, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

/** Name in the site's root -> the module that it begins with. */
const PROGRAMS = {
  app: "page/app.js",
  mamba: "mamba.js",
  worker: "worker.js",
  "pool-worker": "engine/pool-worker.js",
};

const folder = path.resolve(process.argv[2] ?? "dist");
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: PROGRAMS,
  outdir: ".",
  allowOverwrite: true,
  bundle: true,
  format: "esm",
  // The language stays as it is written.
  target: "esnext",
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: "linked",
  metafile: true,
  logLevel: "warning",
  plugins: [
    {
      name: "the wasm's own modules stay files, of which a browser fetches one",
      setup({ onResolve }) {
        onResolve({ filter: /\/mamba_web\w*\.js$/ }, (found) => ({ path: `./${path.basename(found.path)}`, external: true }));
      },
    },
  ],
});

const made = new Set(Object.keys(metafile.outputs));
for (const source of Object.keys(metafile.inputs)) {
  if (!made.has(source)) await rm(path.join(folder, source));
}
await rmdir(path.join(folder, "engine"));

const page = path.join(folder, "index.html");
const html = await readFile(page, "utf8");
const script = `src="${PROGRAMS.app}"`;
if (html.split(script).length !== 2) throw new Error(`${page} does not have one script with ${script}.`);
await writeFile(page, html.replace(script, 'src="app.js"'));
