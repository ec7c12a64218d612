// Looks at a model before it is loaded: whether files are a model at all, and how large a model on another site is. A
// wrong link or a picture dropped by mistake must cost nothing.

import { badArgument } from "../engine/errors.js";
import { firstPart, ggufModels } from "../engine/source/gguf-files.js";
import { chooseWeights, HUB, readListing, writeHubName } from "../engine/source/hub.js";
import { findModel } from "../engine/source/model-source.js";
import { keptModels } from "../mamba.js";
import { shownName } from "./shown-text.js";

/** What a link may download without a question, from this site. */
const SMALL_BYTES = 50e6;
const LOOK_MS = 10_000;

const WEIGHTS = /(\.safetensors|\.gguf|(^|\/)pytorch_model(-\d+-of-\d+)?\.bin)$/i;
const BESIDE_WEIGHTS = /(^|\/)(config|tokenizer|tokenizer_config|generation_config)\.json$|\.index\.json$/i;

/**
 * Checks by their names that files are a model. Their content is checked while the present model still answers.
 *
 * @param {File[]} files
 * @param {string} base
 */
export function requireModelFiles(files, base) {
  findModel(files, base); // has its own words for formats that are models elsewhere
  if (files.some(({ name }) => WEIGHTS.test(name))) return;
  const hint = "A model is one GGUF file, or config.json, tokenizer.json and model.safetensors. Nothing was changed.";
  if (files.some(({ name }) => BESIDE_WEIGHTS.test(name))) {
    throw badArgument("There is no model.safetensors among the chosen files.", hint);
  }
  const what = files.length === 1 ? `“${shownName(files[0].name)}” is no model.` : `None of the ${files.length} files is a model.`;
  throw badArgument(what, hint);
}

/**
 * @typedef {{ isKept: boolean, bytes: number | null, isElsewhere: boolean }} Look
 *   `bytes` of the download; null if it is not known. `isElsewhere`: on another site
 *
 * @param {string} model address or name
 * @returns {Promise<Look>}
 */
export async function lookAt(model) {
  const source = findModel(model, document.baseURI);
  if (source.kind === "files") return { isKept: true, bytes: null, isElsewhere: false };
  const isElsewhere = source.kind === "hub" || new URL(source.folder).origin !== location.origin;
  const address = source.kind === "hub" ? writeHubName(source) : (source.weights ?? source.folder);
  const kept = await keptModels().catch(() => []);
  if (kept.some((one) => one.address === address && one.isComplete)) return { isKept: true, bytes: null, isElsewhere };
  const size = source.kind === "hub" ? sizeOnHub(source) : sizeOnSite(source);
  return { isKept: false, bytes: await size.catch(() => null), isElsewhere };
}

/** Whether it may be loaded because a link says so. @param {Look} look */
export const needsNoQuestion = ({ isKept, bytes, isElsewhere }) => isKept || (!isElsewhere && (bytes === null || bytes <= SMALL_BYTES));

/** @param {import("../engine/source/model-source.js").HubSource} source @returns {Promise<number | null>} */
async function sizeOnHub(source) {
  const patience = { tries: 2, firstDelayMs: 500, stallMs: LOOK_MS };
  const listing = await readListing(source, HUB, { patience, onWait: () => {} });
  const { files } = listing;
  const { folder } = source;
  const weights = chooseWeights(source, listing);
  if (weights !== null) {
    const named = Object.entries(files).map(([name, { size }]) => ({ name, size }));
    const whole = ggufModels(named).find(({ name }) => name === firstPart(folder + weights)); // all parts of a split one
    return (whole ?? files[folder + weights])?.size ?? null;
  }
  const sizes = (/** @type {RegExp} */ which) =>
    Object.entries(files)
      .filter(([name]) => name.startsWith(folder) && which.test(name.slice(folder.length)))
      .reduce((sum, [, { size }]) => sum + (size ?? 0), 0);
  return sizes(/^model[^/]*\.safetensors$/) || sizes(/^pytorch_model[^/]*\.bin$/) || null;
}

/** @param {import("../engine/source/model-source.js").WebSource} source @returns {Promise<number | null>} */
async function sizeOnSite({ folder, weights }) {
  const ask = (/** @type {string} */ url, /** @type {string} */ method) =>
    fetch(url, { method, credentials: "same-origin", signal: AbortSignal.timeout(LOOK_MS) });
  const head = await ask(weights ?? new URL("model.safetensors", folder).href, "HEAD");
  const length = Number(head.headers.get("content-length"));
  if (head.ok && length > 0) return length;
  if (weights) return null;
  const index = await ask(new URL("model.safetensors.index.json", folder).href, "GET");
  const size = index.ok ? (await index.json())?.metadata?.total_size : null;
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}
