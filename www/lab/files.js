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
