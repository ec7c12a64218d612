// The package's “mamba-web/inline”: the same programs, with all that they fetch of the package in scripts (www/inline/). It is
// made of the package's own files, in its folder.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { build, transform } from "esbuild";
import { partsStayFiles } from "./parts.mjs";
import { stylesAreText } from "./styles.mjs";

/** Name in www/inline/packed.d.ts -> the package's file. @type {Record<string, string>} */
const WORKERS = { worker: "worker.js", helper: "pool-worker.js" };
/** @type {Record<string, string>} */
const WASM = {
  plain: "mamba_web_bg.wasm",
  relaxed: "mamba_web_relaxed_bg.wasm",
  threads: "mamba_web_threads_bg.wasm",
  guide: "mamba_web_guide_bg.wasm",
};

/** The modules of the sources that give way to those of www/inline/. */
const REPLACED = /\/(assets|font-files)\.js$/;

/** @param {string} www @param {string} folder of the package @returns {import("esbuild").Plugin} */
const inlined = (www, folder) => ({
  name: "what a program fetches is in scripts",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: REPLACED }, ({ path: name }) => ({ path: path.join(www, "inline", path.basename(name)) }));
    onResolve({ filter: /^packed:/ }, ({ path: address }) => {
      const name = address.slice("packed:".length);
      return name in WASM ? { path: `./${name}.js`, external: true } : { path: name, namespace: "packed" };
    });
    onLoad({ filter: /./, namespace: "packed" }, async ({ path: name }) =>
      name === "fonts" ? { contents: JSON.stringify(await fonts(folder)), loader: "json" } : { contents: await smaller(path.join(folder, WORKERS[name])), loader: "text" },
    );
  },
});

/** Nobody's bundler makes a text smaller. @param {string} file */
const smaller = async (file) => (await transform(await readFile(file, "utf8"), { format: "esm", target: "esnext", minify: true })).code;

/** @param {string} folder */
async function fonts(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".woff2")).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [path.parse(name).name, await readFile(path.join(folder, name), "base64")])));
}

/**
 * @param {import("esbuild").BuildOptions} common of the package's programs
 * @param {string} www
 * @param {string} folder of the package, with its workers, wasm and fonts
 * @returns {Promise<import("esbuild").BuildResult[]>}
 */
export async function makeInline(common, www, folder) {
  const plugins = [inlined(www, folder), stylesAreText()];
  const outdir = path.join(folder, "inline");
  await mkdir(outdir, { recursive: true });
  const wasm = Object.entries(WASM).map(async ([name, file]) => {
    const bytes = await readFile(path.join(folder, file));
    const packed = (await promisify(gzip)(bytes, { level: 9 })).toString("base64");
    await writeFile(path.join(outdir, `${name}.js`), `export const bytes = ${bytes.length};\nexport default "${packed}";\n`);
  });
  const made = Promise.all([
    build({
      ...common,
      outdir,
      entryPoints: { index: "mamba.js", element: "element.js" },
      plugins: [partsStayFiles(www, (part) => (part === "maths" ? "./maths.js" : `../${part}.js`)), ...plugins],
    }),
    build({ ...common, outdir, entryPoints: { maths: "page/markdown/maths.js" }, plugins, minify: true }),
  ]);
  await Promise.all(wasm);
  return made;
}
