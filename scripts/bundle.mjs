// Makes the site from a folder: node scripts/bundle.mjs FOLDER
//
// The folder has the files of www/ and the builds of the wasm: three of the engine, the Lab's, and the module of constraints.
// Each program becomes one file: a visit waits for every file of a program, even if the browser has cached them all, and some
// thirty files cost a tenth of a second before the first line runs.
//
// All programs and styles of the page go to build/HASH/, whose name changes with any byte of it. So no cache and no
// half-finished upload can give a page the programs of another build. The names that others use (mamba.js, element.js, worker.js)
// stay in the site's root and lead there. SITE_URL, if it is set, is the site's own address.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { injectManifest } from "workbox-build";
import { crateNotices } from "./crates.mjs";
import { npmNotices } from "./notices.mjs";
import { PARTS, partsStayFiles } from "./parts.mjs";
import { copyFonts, stylesAreText } from "./styles.mjs";

/** Name of the bundle -> the module that it begins with. */
const PROGRAMS = {
  app: "page/app.js",
  mamba: "mamba.js",
  element: "element.js",
  embed: "element/embed.js",
  worker: "worker.js",
  "pool-worker": "engine/program/pool-worker.js",
  lab: "lab/page.js",
  "lab-worker": "lab/worker.js",
};
/** Folders whose modules are only used inside the programs. */
const SOURCES = ["ai.js", "element", "engine", "inline", "lab", "offline", "page", "styles", "element.js", "mamba.js", "worker.js", "service-worker.js"];
const PUBLIC = { "element.js": "export * from", "mamba.js": "export * from", "worker.js": "import" };

const folder = path.resolve(process.argv[2] ?? "dist");
const at = (/** @type {string[]} */ ...names) => path.join(folder, ...names);
const packages = fileURLToPath(new URL("../node_modules", import.meta.url));

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: folder,
  nodePaths: [packages],
  bundle: true,
  // The output keeps the language level of the sources.
  target: "esnext",
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  logLevel: "warning",
  plugins: [
    {
      name: "the wasm's own modules stay files, of which a browser fetches one",
      setup({ onResolve }) {
        onResolve({ filter: /\/mamba_web\w*\.js$/ }, (found) => ({ path: `./${path.basename(found.path)}`, external: true }));
      },
    },
    partsStayFiles(folder),
    stylesAreText(),
  ],
};

const wasm = (await readdir(folder)).filter((name) => /^mamba_web.*\.(js|wasm|d\.ts)$/.test(name));
for (const kind of ["", "_relaxed", "_threads", "_guide", "_lab"]) {
  for (const name of [`mamba_web${kind}.js`, `mamba_web${kind}_bg.wasm`]) {
    if (!wasm.includes(name)) throw new Error(`${folder} has no ${name}.`);
  }
}

const [html, embedHtml, labHtml] = await Promise.all(["index.html", "embed.html", "lab.html"].map((name) => readFile(at(name), "utf8")));
await rm(at("build"), { recursive: true, force: true });
await mkdir(at("build", "new"), { recursive: true });

/** @type {import("esbuild").BuildOptions} */
const modules = { ...common, outdir: "build/new", format: "esm", sourcemap: "linked" };
const programs = await build({ ...modules, entryPoints: PROGRAMS });
// They are other people's code nearly all, so their names help nobody who reads an error here.
const parts = await build({ ...modules, entryPoints: PARTS, minifyIdentifiers: true });
await build({ ...common, entryPoints: { boot: "page/boot.js" }, outdir: "build/new", format: "iife", target: "es5" });

/** The styles that a page names: each line, and the address in it. @param {string} source */
const sheetsOf = (source) => [...source.matchAll(/ *<link rel="stylesheet" href="(styles\/[\w-]+\.css)" \/>\n/g)];
for (const [source, name] of [[html, "page"], [labHtml, "lab"]]) {
  await build({
    ...common,
    stdin: { contents: sheetsOf(source).map(([, sheet]) => `@import "./${sheet}";`).join("\n"), loader: "css", resolveDir: folder },
    outfile: `build/new/${name}.css`,
  });
}

await build({ ...common, entryPoints: { embed: "styles/embed.css" }, outdir: "build/new" });
await copyFonts(packages, at("build", "new"));

const serviceWorker = await build({
  ...common,
  entryPoints: { "service-worker": "service-worker.js" },
  outdir: "build",
  format: "iife",
  define: { "process.env.NODE_ENV": '"production"' },
});

await Promise.all(wasm.map((name) => rename(at(name), at("build", "new", name))));

const hash = createHash("sha256").update(html).update(embedHtml).update(labHtml);
for (const name of (await readdir(at("build", "new"))).sort()) {
  hash.update(`${name}\n`).update(await readFile(at("build", "new", name)));
}
for (const other of ["models/catalogue.json", "manifest.json", "build/service-worker.js"]) hash.update(await readFile(at(other)));
const home = `build/${hash.digest("hex").slice(0, 16)}`;
await rename(at("build", "new"), at(home));

await writeFile(at("index.html"), pageOf("index.html", html, "page.css", { "page/boot.js": "boot.js", [PROGRAMS.app]: "app.js" }));
await writeFile(at("embed.html"), pageOf("embed.html", embedHtml, "embed.css", { [PROGRAMS.element]: "element.js", [PROGRAMS.embed]: "embed.js" }));
await writeFile(at("lab.html"), pageOf("lab.html", labHtml, "lab.css", { [PROGRAMS.lab]: "lab.js" }));
for (const source of SOURCES) await rm(at(source), { recursive: true });
for (const [name, way] of Object.entries(PUBLIC)) await writeFile(at(name), `${way} "./${home}/${name}";\n`);
const inputs = [programs, parts, serviceWorker].flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}).map((input) => at(input)));
await writeFile(at("THIRD-PARTY.txt"), `${await crateNotices()}\n\n${await npmNotices(inputs)}`);
await keepShell();

/**
 * A page, with the addresses of this build.
 *
 * @param {string} name
 * @param {string} source
 * @param {string} css of this build
 * @param {Record<string, string>} scripts a source and what it has become
 */
function pageOf(name, source, css, scripts) {
  let made = source;
  const replace = (/** @type {string} */ old, /** @type {string} */ fresh) => {
    if (made.split(old).length !== 2) throw new Error(`${name} does not have ${old} once.`);
    made = made.replace(old, fresh);
  };
  const [first, ...others] = sheetsOf(source);
  for (const [link] of others) replace(link, "");
  replace(first[1], `${home}/${css}`);
  for (const [old, fresh] of Object.entries(scripts)) replace(`src="${old}"`, `src="${home}/${fresh}"`);
  const { SITE_URL } = process.env;
  if (SITE_URL && source === html) replace('content="icons/social.png"', `content="${new URL("icons/social.png", SITE_URL.replace(/\/?$/, "/")).href}"`);
  return made;
}

/** Writes the service worker, with the list of what it keeps. */
async function keepShell() {
  const { warnings } = await injectManifest({
    swSrc: at("build", "service-worker.js"),
    swDest: at("service-worker.js"),
    globDirectory: folder,
    globPatterns: ["index.html", "manifest.json", "icons/*.svg", "models/catalogue.json", `${home}/*.{js,css,wasm}`],
    // The address says which build they are of. The content is checked too, because an upload may be cut short.
    dontCacheBustURLsMatching: /^build\//,
    maximumFileSizeToCacheInBytes: 2 ** 26,
    manifestTransforms: [
      async (entries) => ({
        manifest: await Promise.all(
          entries.map(async (entry) => {
            if (!entry.url.startsWith("build/")) return entry;
            const integrity = `sha384-${createHash("sha384").update(await readFile(at(entry.url))).digest("base64")}`;
            return { ...entry, integrity };
          }),
        ),
        warnings: [],
      }),
    ],
  });
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  await rm(at("build", "service-worker.js"));
}
