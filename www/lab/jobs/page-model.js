// The chat page's own model, opened in a chapter's worker.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {{ config: string, tokenizer: string, tokenizerConfig: string, generationConfig: string, weights: Uint8Array }} Files */

/** @type {import("../../mamba_web_lab.js").WasmEngine | null} */
let engine = null;

/** @param {Wasm} wasm @param {Files} files */
export async function load(wasm, { weights, ...files }) {
  const loader = await wasm.ModelLoader.open(files, { backend: "cpu", precision: "int8", threads: 1, trial: "later" });
  loader.beginFile("model.safetensors", weights.length);
  await loader.push(weights);
  loader.endFile();
  engine = await loader.finish();
}

export function theEngine() {
  if (!engine) throw new Error("The model is not loaded yet.");
  return engine;
}
