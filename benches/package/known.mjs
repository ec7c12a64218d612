// What is compared: the packages at fixed versions, the bundlers' commands, and what the declarations of each package must have for a
// cell of the table to be printed.

/**
 * @typedef {object} Peer
 * @property {string} name also of its program, NAME.js
 * @property {string} package
 * @property {string} [source] what npm installs; else the packed package of this repository
 * @property {string} [wasm] the file that a page fetches in Chromium; web-llm has none in its package
 * @property {{ program: string, says: string }} [inline] its program that has the wasm within scripts, for a build without a wasm
 * @property {string} withoutWasm what it means if a build has no wasm
 */

/** @type {Peer[]} */
export const PEERS = [
  { name: "mamba-web", package: "mamba-web", wasm: "mamba_web_threads_bg.wasm", inline: { program: "mamba-web-inline.js", says: "yes, with `mamba-web/inline`" }, withoutWasm: "the package's worker and wasm have to be copied" },
  { name: "wllama", package: "@wllama/wllama", source: "@wllama/wllama@3.13.0", wasm: "wllama.wasm", withoutWasm: "yes, with its wasm from a CDN" },
  { name: "transformers", package: "@huggingface/transformers", source: "@huggingface/transformers@4.3.2", wasm: "ort-wasm-simd-threaded.asyncify.wasm", withoutWasm: "yes, with its wasm from a CDN" },
  { name: "web-llm", package: "@mlc-ai/web-llm", source: "@mlc-ai/web-llm@0.2.86", withoutWasm: "yes; a wasm for each model from a CDN" },
];

/** Name -> command and options, as a user without a configuration gives them. @type {Record<string, [string, string[]]>} */
export const BUNDLERS = {
  Vite: ["vite", ["build", "--base", "./"]],
  webpack: ["webpack", ["--mode", "production", "--entry", "./main.js"]],
  esbuild: ["esbuild", ["main.js", "--bundle", "--format=esm", "--minify", "--outdir=dist"]],
  Rollup: ["rollup", ["main.js", "--plugin", "node-resolve", "--dir", "dist"]],
};

/** Row -> package -> what is said, and what its declarations have. @type {Record<string, Record<string, { says: string, is: RegExp }>>} */
export const TERMS = {
  "chat completions as OpenAI's": {
    "mamba-web": { says: "yes, and a `fetch` for its client", is: /openaiFetch/ },
    wllama: { says: "yes", is: /createChatCompletion\(/ },
    "web-llm": { says: "yes", is: /ChatCompletionRequest/ },
  },
  "other forms": {
    "mamba-web": { says: "sessions; Vercel's AI SDK; an element", is: /languageModel[^]*MambaChat|MambaChat[^]*languageModel/ },
    wllama: { says: "embeddings, speech, rerank", is: /createEmbedding\([^]*createSpeech\(/ },
    transformers: { says: "`pipeline` for many tasks", is: /function pipeline/ },
    "web-llm": { says: "embeddings; service worker", is: /ServiceWorkerMLCEngine/ },
  },
  "constrained output": {
    "mamba-web": { says: "choices, regular expression, JSON schema, grammar", is: /choices[^]*regex[^]*json_schema[^]*grammar/ },
    wllama: { says: "JSON schema, grammar", is: /grammar\??:[^]*json_schema|json_schema[^]*grammar\??:/ },
    "web-llm": { says: "JSON schema, grammar, structural tags", is: /"json_object" \| "grammar" \| "structural_tag"/ },
  },
  "state": {
    "mamba-web": { says: "`snapshot`, `restore`, `fork`, `blend`; kept on the disk", is: /snapshot\([^]*fork\(|fork\([^]*snapshot\(/ },
    wllama: { says: "within the model's cache", is: /cache_prompt/ },
    transformers: { says: "`DynamicCache`, in memory", is: /DynamicCache/ },
    "web-llm": { says: "an interrupted completion is resumed", is: /ResumableSessionInfo/ },
  },
};
