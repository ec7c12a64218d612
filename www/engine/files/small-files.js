// The small files of a checkpoint's folder: what the wasm's ModelLoader takes as texts.

import { MambaError } from "../errors.js";
import { isGguf } from "../source/gguf-files.js";
import { NEOX_TOKENIZER, usesNeox } from "../source/neox.js";

/** @typedef {import("./files.js").ModelFolder} ModelFolder */
/** @typedef {Omit<import("../../mamba_web.js").ModelFiles, "weights" | "index">} SmallFiles */

/**
 * @param {ModelFolder} folder
 * @param {boolean} isOnHub where the original repositories lend their tokenizer from another one
 * @returns {Promise<SmallFiles>}
 */
export async function readSmallFiles(folder, isOnHub) {
  // A GGUF file has the content of these files itself. They add what it lacks.
  const isOptional = folder.weights !== null && isGguf(folder.weights);
  const need = (/** @type {string} */ name) => (isOptional ? folder.textIfThere(name) : folder.text(name));
  const configText = need("config.json");
  const settings = folder.textIfThere("tokenizer_config.json");
  const [config, tokenizer, tokenizerConfig, specialTokensMap, addedTokens, generationConfig, chatTemplate] =
    await inOrder([
      configText,
      isOnHub && !isOptional ? readTokenizer(folder, configText) : need("tokenizer.json"),
      settings,
      folder.textIfThere("special_tokens_map.json"),
      folder.textIfThere("added_tokens.json"),
      folder.textIfThere("generation_config.json"),
      readChatTemplate(folder, settings),
    ]);
  return { config, tokenizer, tokenizerConfig, specialTokensMap, addedTokens, generationConfig, chatTemplate };
}

/**
 * What the files hold. If several are missing, the error is that of the first in the list: which answer the network brings
 * first must not choose the sentence.
 *
 * @param {Promise<string | undefined>[]} texts
 */
async function inOrder(texts) {
  for (const text of texts) text.catch(() => {}); // of those after the first that fails
  const found = [];
  for (const text of texts) found.push(await text);
  return found;
}

/** @param {ModelFolder} folder @param {Promise<string | undefined>} config */
async function readTokenizer(folder, config) {
  const own = await folder.textIfThere("tokenizer.json");
  if (own !== undefined) return own;
  return folder.text(usesNeox((await config) ?? "") ? NEOX_TOKENIZER : "tokenizer.json");
}

/**
 * chat_template.jinja, or else, if tokenizer_config.json has no template, the one in chat_template.json.
 *
 * @param {ModelFolder} folder
 * @param {Promise<string | undefined>} tokenizerConfig
 * @returns {Promise<string | undefined>}
 */
async function readChatTemplate(folder, tokenizerConfig) {
  const template = await folder.textIfThere("chat_template.jinja");
  if (template !== undefined || hasTemplate(await tokenizerConfig)) return template;
  const json = await folder.textIfThere("chat_template.json");
  return json === undefined ? undefined : templateIn(json);
}

/** @param {string | undefined} tokenizerConfig */
function hasTemplate(tokenizerConfig) {
  try {
    return Boolean(JSON.parse(tokenizerConfig ?? "{}")?.chat_template);
  } catch {
    return true; // the loader says what is wrong with it
  }
}

/** @param {string} json of chat_template.json: a template, or several by their names */
export function templateIn(json) {
  /** @type {any} */
  let found;
  try {
    const parsed = JSON.parse(json);
    found = parsed?.chat_template ?? parsed;
    if (Array.isArray(found)) found = found.find(({ name }) => name === "default")?.template;
    else if (typeof found === "object") found = found?.default;
  } catch {
    found = null;
  }
  if (typeof found === "string") return found;
  throw new MambaError(
    "bad-tokenizer",
    "chat_template.json does not hold a chat template.",
    "Check the file, or take it away: without it the model can go on with a text, but not chat.",
  );
}
