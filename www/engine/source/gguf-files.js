// GGUF files among the files of a model: which of them belong together, and which one is meant.

import { badArgument, MambaError } from "../errors.js";

/** @typedef {{ name: string, size: number | null }} NamedFile `size` in bytes, null where it is not known */

const GGUF = /\.gguf$/i;
/** As gguf-split names the parts of one model. */
const PART = /-\d{5}-of-(\d{5})(?=\.gguf$)/i;
/** Beside a model in the same format: statistics for quantisers, and encoders of pictures. */
const NO_MODEL = /(^|[/._-])(imatrix|mmproj)/i;
/** Nobody reads a sentence with more names. */
const MOST_NAMED = 12;

/** Whether the file is a whole model: it needs no config.json and no tokenizer.json beside it. @param {string} name */
export const isGguf = (name) => GGUF.test(name);

/**
 * The part that a split model begins with: its header describes the model. Any other name stays as it is.
 *
 * @param {string} name
 */
export const firstPart = (name) => name.replace(PART, "-00001-of-$1");

/** @param {NamedFile[]} files @returns {NamedFile[]} the models among them, each by the name of its first part */
export function ggufModels(files) {
  /** @type {Map<string, NamedFile>} */
  const models = new Map();
  for (const { name, size } of files) {
    if (!isGguf(name) || NO_MODEL.test(name)) continue;
    const first = firstPart(name);
    const before = models.get(first);
    const sum = before ? (before.size === null || size === null ? null : before.size + size) : size;
    models.set(first, { name: first, size: sum });
  }
  return [...models.values()];
}

/**
 * Whether a GGUF file has no small files of its own beside it: they are those of the only model of a folder.
 *
 * @param {string | null} weights the file that is meant, in the folder
 * @param {NamedFile[]} files of the folder
 */
export const standsAlone = (weights, files) =>
  weights !== null &&
  isGguf(weights) &&
  (weights.includes("/") || ggufModels(files).filter(({ name }) => !name.includes("/")).length !== 1);

/**
 * The one model that is meant.
 *
 * @param {NamedFile[]} models of `ggufModels`
 * @param {object} where
 * @param {string} where.place such as “owner/name”
 * @param {(name: string) => string} where.howToName what to write for one of them, in a sentence
 * @param {string | null} [where.tag] what the name of the file has to hold, such as Q4_K_M
 * @returns {string | null} null where there is none
 * @throws {MambaError} names all of them where there are several
 */
export function theGguf(models, { place, howToName, tag = null }) {
  const fitting = tag === null ? models : models.filter(({ name }) => holds(name, tag));
  if (fitting.length === 1) return fitting[0].name;
  if (tag !== null && fitting.length === 0) {
    const there = models.length > 0 ? `It has ${listed(models)}.` : "It has no GGUF files.";
    throw new MambaError("not-found", `${place} has no GGUF file ${tag}. ${there}`, hint(models, howToName));
  }
  if (fitting.length === 0) return null;
  throw badArgument(`${place} has ${fitting.length} models as GGUF files: ${listed(fitting)}.`, hint(fitting, howToName));
}

/** @param {NamedFile[]} models @param {(name: string) => string} howToName */
const hint = (models, howToName) =>
  models.length > 0 ? `Name the one that you want. ${howToName(models[0].name)}` : "Check the name.";

/** @param {NamedFile[]} files */
export const listed = (files) => several(files.map(({ name, size }) => (size === null ? name : `${name} (${bytes(size)})`)));

/** @param {string[]} names */
export function several(names) {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** @param {string} name @param {string} tag with no letter or digit before or after it */
function holds(name, tag) {
  const escaped = tag.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(^|[^a-z0-9])${escaped}($|[^a-z0-9])`, "i").test(name);
}

/** @param {number} size */
function bytes(size) {
  if (size < 1000) return `${size} bytes`;
  const [unit, name] = size < 1e6 ? [1e3, "kB"] : size < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(size / unit).toLocaleString("en", { maximumSignificantDigits: 3 })} ${name}`;
}
