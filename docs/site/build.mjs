// Makes the documentation's site from the repository's Markdown and the package's types: node docs/site/build.mjs FOLDER
//
// The pages are plain HTML in one folder with relative addresses, without a script, so they work under any path and policy.

import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
// @ts-expect-error: it has no types
import Eleventy from "@11ty/eleventy";
import { writeTypes } from "../../scripts/types.mjs";
import { fileName, forSite, linkedFiles } from "./markdown.mjs";
import { PAGES, SECTIONS } from "./pages.mjs";
import { writeReference } from "./reference.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(root, "dist/docs"));

/** Styles of the chat page that count here too. */
const STYLES = ["www/styles/base.css", "www/styles/answer.css", "docs/site/docs.css"];

await mkdir(path.join(root, "target"), { recursive: true });
const work = await mkdtemp(path.join(root, "target/docs-"));
try {
  await writeTypes(path.join(work, "types"));
  await writeReference(path.join(work, "types"), path.join(work, "reference"));
  const read = (/** @type {string} */ source) => readFile(path.join(source.startsWith("reference/") ? work : root, source), "utf8");
  const texts = await Promise.all(PAGES.map(({ source }) => read(source)));

  process.chdir(here); // Eleventy's folders are relative to it
  const out = path.join(work, "site");
  const eleventy = new Eleventy(".", path.relative(here, out), {
    quietMode: true,
    configPath: false,
    config(/** @type {any} */ config) {
      config.setUseGitIgnore(false);
      config.amendLibrary("md", forSite(root));
      config.addGlobalData("sections", SECTIONS);
      for (const [at, { source, page, name }] of PAGES.entries()) {
        // Documents have the marks of templates in them, so they are Markdown alone.
        const data = { layout: "page.njk", permalink: page, templateEngineOverride: "md", source, address: page, name };
        config.addTemplate(`${page}.md`, titled(texts[at], name), data);
      }
    },
  });
  await eleventy.write();

  for (const file of linkedFiles) await cp(path.join(root, file), path.join(out, fileName(file)));
  await writeFile(path.join(out, "docs.css"), (await Promise.all(STYLES.map((name) => readFile(path.join(root, name), "utf8")))).join("\n"));
  await writeList(out);
  await rm(folder, { recursive: true, force: true });
  await cp(out, folder, { recursive: true });
} finally {
  await rm(work, { recursive: true });
}

/** A page has one first heading; those of the reference have none. @param {string} text @param {string} name */
function titled(text, name) {
  return /^# /m.test(text) ? text : `# ${name}\n\n${text}`;
}

/** The list of all files, by which the service worker keeps them; its first line changes with any of them. @param {string} out */
async function writeList(out) {
  const entries = await readdir(out, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(out, path.join(entry.parentPath, entry.name))).sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\n`).update(await readFile(path.join(out, file)));
  await writeFile(path.join(out, "files.txt"), `${[hash.digest("hex"), ...files].join("\n")}\n`);
}
