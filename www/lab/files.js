// Files of the site that a chapter hands to its jobs.

/** @param {string} path from the site's folder, such as "models/lab/dna.safetensors" */
async function fetchFile(path) {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`The server has no ${path} (status ${response.status}).`);
  return response;
}

/** @param {string} path */
export const fetchText = async (path) => (await fetchFile(path)).text();

/** @param {string} path */
export const fetchBytes = async (path) => new Uint8Array(await (await fetchFile(path)).arrayBuffer());

/** The chat page's own model. @returns {Promise<import("./jobs/page-model.js").Files>} */
export async function fetchPageModel() {
  const text = (/** @type {string} */ name) => fetchText(`models/default/${name}.json`);
  const [config, tokenizer, tokenizerConfig, generationConfig, weights] = await Promise.all([text("config"), text("tokenizer"), text("tokenizer_config"), text("generation_config"), fetchBytes("models/default/model.safetensors")]);
  return { config, tokenizer, tokenizerConfig, generationConfig, weights };
}
