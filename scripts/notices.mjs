// The licences of other people's work in the site.

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

/** The licences that deny.toml allows. */
export async function allowedLicences() {
  const list = /^allow = \[([^\]]*)\]/m.exec(await readFile(new URL("../deny.toml", import.meta.url), "utf8"));
  if (!list) throw new Error("deny.toml has no list of licences.");
  return new Set([...list[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name));
}

/**
 * Whether an SPDX expression can be met with what is allowed. Older crates write / for OR.
 *
 * @param {string} expression
 * @param {Set<string>} allowed
 * @returns {boolean}
 */
export function isAllowed(expression, allowed) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  /** @returns {boolean} */
  const one = () => {
    const word = words[at++];
    if (word !== "(") {
      if (words[at] === "WITH") at += 2; // an exception only ever allows more
      return allowed.has(word);
    }
    const inside = any();
    at++; // the closing bracket
    return inside;
  };
  const all = () => {
    let isMet = one();
    while (words[at] === "AND") {
      at++;
      isMet = one() && isMet;
    }
    return isMet;
  };
  /** @returns {boolean} */
  function any() {
    let isMet = all();
    while (words[at] === "OR") {
      at++;
      isMet = all() || isMet;
    }
    return isMet;
  }
  return any();
}

/** @param {Pick<Part, "name" | "licence">[]} parts */
export async function requireAllowed(parts) {
  const allowed = await allowedLicences();
  const refused = parts.filter(({ licence }) => !isAllowed(licence, allowed));
  if (refused.length === 0) return;
  throw new Error(`deny.toml does not allow the licence of ${refused.map(({ name, licence }) => `${name} (${licence})`).join(", ")}.`);
}

/** Each text once, with the names of all parts that it covers. @param {string} title @param {Part[]} parts */
export function notices(title, parts) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const { name, texts } of parts) for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), name]);
  const list = parts.map(({ name, licence, source }) => `${name}: ${licence}${source && `, ${source}`}`);
  const texts = [...byText].map(([text, names]) => `${"=".repeat(80)}\n${names.join(", ")}\n${"=".repeat(80)}\n\n${text}\n`);
  return `${title}\n\n${list.join("\n")}\n\n${texts.join("\n")}`;
}

/**
 * The notices of the npm packages whose files are in a bundle.
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
  await requireAllowed(parts);
  return notices("npm packages in this site, and their licences.", parts);
}
