// The names that people give a model on Hugging Face: hf:owner/name, the addresses of its pages, and owner/name.

import { badArgument } from "../errors.js";

export const HUB = "https://huggingface.co/";

/**
 * @typedef {object} HubName
 * @property {string} repository owner/name
 * @property {string} revision
 * @property {string} folder of the repository that the model's files are in, with a slash at its end; empty for its root
 * @property {string | null} weights the path of the one weight file that is meant, where the name has one
 * @property {string | null} tag what the name of a GGUF file has to hold, such as Q4_K_M, where the name has one
 */

const PART = "[A-Za-z0-9][\\w.-]*";
const REVISION = "[\\w.-]+(?:/[\\w.-]+)*";
const TAG = "[\\w.-]+";
/** owner/name[/path][:tag][@revision] */
const SHORT = new RegExp(`^(${PART}/${PART})((?:/[^/:@]+)*?)/?(?::(${TAG}))?(?:@(${REVISION}))?$`);
/** owner/name[@revision][/path], after hf:// as Hugging Face's own libraries write it. */
const FSSPEC = new RegExp(`^(${PART}/${PART})(?:@(refs/(?:pr|convert)/[\\w.-]+|[^/@]+))?((?:/[^/]+)*?)/?$`);
/** Names of the hub's own pages, which no owner of a repository can have. */
const NO_OWNER =
  /^(api|blog|chat|collections|datasets|docs|enterprise|join|learn|login|models|new|organizations|papers|posts|pricing|search|settings|spaces|tasks)$/;
/** Pages of one revision: of a folder, and of a file. */
const FOLDER_PAGES = new Set(["tree", "commits"]);
const FILE_PAGES = new Set(["blob", "resolve", "raw", "blame", "edit", "delete"]);
/** Other pages of a model. They mean its current revision. */
const OTHER_PAGES = new Set(["discussions", "settings", "activity"]);

const WEIGHTS_OF_ANY_KIND = /\.(safetensors|gguf|ggml|bin|pt|pth|ckpt|onnx)$/i;
const SMALL_FILE = /\.(json|txt|md|jinja)$/i;

/** The folder of the site's own models. */
const OWN_FOLDER = "models";

/**
 * Reads hf:owner/name[/path][:tag][@revision], the addresses that the hub's own pages have, with or without https://, and
 * owner/name.
 *
 * owner/name may also be a folder of the site. The rule is: two names without a slash before or after them are a model
 * on the hub, unless the first one is “models”, where a site has its own, or has a dot as a host's name does, or the
 * second one is a file's name. A folder of the site is written as ./a/b or a/b/.
 *
 * @param {string} model
 * @param {string} hub
 * @returns {HubName | null}
 */
export function readHubName(model, hub = HUB) {
  if (model.startsWith("hf://")) return readFsspec(model.slice("hf://".length));
  if (model.startsWith("hf:")) return readShort(model.slice("hf:".length));
  const address = pathOnHub(model, hub);
  if (address !== null) return readAddress(address);
  return isBareName(model) ? readShort(model) : null;
}

/**
 * Says why an address on the hub is not a model's.
 *
 * @param {string} model
 * @param {string} hub
 * @throws {import("../errors.js").MambaError} if it is an address on the hub
 */
export function refuseOtherPages(model, hub = HUB) {
  const address = /^hf:(?:\/\/)?(.*)$/.exec(model)?.[1] ?? pathOnHub(model, hub);
  if (address === null) return;
  const how = "Write it as hf:owner/name or hf:owner/name@revision, or paste the address of the model's page.";
  const kind = /^(dataset|space)s(\/|$)/.exec(address)?.[1];
  if (kind) throw badArgument(`“${model}” is a ${kind} on Hugging Face and not a model.`, how);
  throw badArgument(`“${model}” is not a name on Hugging Face that a model has.`, how);
}

/** @param {HubName} name @returns {string} a name that `readHubName` reads, always the same one for one model */
export function writeHubName({ repository, revision, folder, weights, tag }, hub = HUB) {
  const page = (/** @type {string} */ kind, /** @type {string} */ path) =>
    `${hub}${repository}/${kind}/${encodeURIComponent(revision)}/${encodePath(path)}`;
  if (weights) return page("blob", weights);
  if (folder) return page("tree", folder.slice(0, -1));
  return `hf:${repository}${tag ? `:${tag}` : ""}${revision === "main" ? "" : `@${revision}`}`;
}

/** @param {string} path @returns {string} the same in an address, where some characters mean something else */
export const encodePath = (path) => path.split("/").map(encodeURIComponent).join("/");

/** Some addresses have a percent sign that stands for itself. @param {string} part of an address */
export function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {string} model @param {string} hub @returns {string | null} what follows the hub's address, null elsewhere */
function pathOnHub(model, hub) {
  const bare = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)(?:\/|$)/i.exec(model);
  if (bare) return model.slice(bare[0].length);
  for (const start of [hub, hub.replace(/^https?:\/\//, "")]) if (model.startsWith(start)) return model.slice(start.length);
  return null;
}

/** @param {string} model */
function isBareName(model) {
  const short = SHORT.exec(model);
  if (!short || model.endsWith("/")) return false;
  const [, repository, path] = short;
  const [owner, name] = repository.split("/");
  return path === "" && owner !== OWN_FOLDER && !owner.includes(".") && !WEIGHTS_OF_ANY_KIND.test(name) && !SMALL_FILE.test(name);
}

/** @param {string} text after hf: */
function readShort(text) {
  const short = SHORT.exec(text);
  if (!short) return null;
  const [, repository, path, tag = null, revision] = short;
  const file = fileIn(path.slice(1));
  return file && named({ repository, revision, tag, ...file });
}

/** @param {string} text after hf:// */
function readFsspec(text) {
  const parts = FSSPEC.exec(text);
  if (!parts) return null;
  const [, repository, revision, path] = parts;
  const file = fileIn(path.slice(1));
  return file && named({ repository, revision: revision && decoded(revision), tag: null, ...file });
}

/** @param {string} path of an address on the hub */
function readAddress(path) {
  const [owner, name, page, ...rest] = path.split(/[?#]/)[0].replace(/\/+$/, "").split("/").map(decoded);
  if (page === undefined || OTHER_PAGES.has(page)) {
    // People write owner/name:tag and owner/name@revision behind the hub's address too.
    return name === undefined ? null : readShort(`${owner}/${name}`);
  }
  const repository = `${owner}/${name}`;
  if (page === "commit") return named({ repository, revision: rest[0], folder: "", weights: null, tag: null });
  const isFolder = FOLDER_PAGES.has(page);
  if (!isFolder && !FILE_PAGES.has(page)) return null;
  // refs/pr/3 is written as it is in some addresses, and as refs%2Fpr%2F3 in others.
  const revision = rest.splice(0, rest[0] === "refs" ? 3 : 1).join("/");
  const file = fileIn(rest.join("/"), !isFolder);
  return file && named({ repository, revision, tag: null, ...file });
}

/**
 * What a path in a repository means: a weight file, the folder of a small file, or a folder.
 *
 * @param {string} path
 * @param {boolean} [isFile] whether it is certain that it is no folder's
 */
function fileIn(path, isFile = SMALL_FILE.test(path)) {
  if (path.split("/").some((part) => part === ".." || part === ".")) return null;
  const above = path.slice(0, path.lastIndexOf("/") + 1);
  if (WEIGHTS_OF_ANY_KIND.test(path)) return { folder: above, weights: path };
  return { folder: isFile ? above : path && `${path}/`, weights: null };
}

/**
 * @param {Omit<HubName, "revision"> & { revision: string | undefined }} name
 * @returns {HubName | null}
 */
function named({ repository, revision, folder, weights, tag }) {
  if (!new RegExp(`^${PART}/${PART}$`).test(repository) || NO_OWNER.test(repository.split("/")[0])) return null;
  if (revision?.split("/").includes("..")) return null;
  // “latest” is what other programs write where no file of a certain name is meant.
  return { repository, revision: revision || "main", folder, weights, tag: tag?.toLowerCase() === "latest" ? null : tag };
}
