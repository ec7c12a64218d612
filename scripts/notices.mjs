// The licences of what others wrote and the site contains.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

/**
 * @typedef {object} Part
 * @property {string} name with its version
 * @property {string} licence SPDX
 * @property {string} source
 * @property {string[]} texts of its licence files
 */

const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?$/i;

/** The licence files of a folder. @param {string} folder @returns {Promise<string[]>} */
export async function licenceTexts(folder) {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name));
  const texts = await Promise.all(names.map(({ name }) => readFile(path.join(folder, name), "utf8")));
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim());
}

/** Each text once, with the names of all that it is for. @param {string} title @param {Part[]} parts */
export function notices(title, parts) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const { name, texts } of parts) for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), name]);
  const list = parts.map(({ name, licence, source }) => `${name}: ${licence}${source && `, ${source}`}`);
  const texts = [...byText].map(([text, names]) => `${"=".repeat(80)}\n${names.join(", ")}\n${"=".repeat(80)}\n\n${text}\n`);
  return `${title}\n\n${list.join("\n")}\n\n${texts.join("\n")}`;
}

/**
 * Of the npm packages whose files are in a bundle.
 *
 * @param {string[]} files
 */
export async function npmNotices(files) {
  const folders = new Set(files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const parts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license, repository } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
      const texts = await licenceTexts(folder);
      if (!license || texts.length === 0) throw new Error(`${folder} has no licence.`);
      const source = String(repository?.url ?? repository ?? "").replace(/^git\+/, "");
      return { name: `${name} ${version}`, licence: license, source, texts };
    }),
  );
  return notices("npm packages in the service worker of this site, and their licences.", parts);
}
