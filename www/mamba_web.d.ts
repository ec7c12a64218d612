// What the wasm offers to worker.js: src/web/ in Rust, compiled by wasm-bindgen. The build
// replaces this file in dist/ with the one that wasm-bindgen writes; here it lets the type
// check run before anything is built, and gives shapes to what wasm-bindgen calls `any`.

export default function init(): Promise<unknown>;

/** Bytes of wasm memory; it never shrinks. */
export function memoryBytes(): number;

export interface ModelFiles {
  config: string;
  tokenizer: string;
  tokenizerConfig?: string;
  generationConfig?: string;
  chatTemplate?: string;
  /** model.safetensors.index.json of a sharded checkpoint */
  index?: string;
}

export class ModelLoader {
  constructor(files: ModelFiles, options: { backend: string; precision: string });
  /** model.safetensors, or the shards that the index names */
  weightFiles(): string[];
  beginFile(name: string, byteLength?: number): void;
  push(chunk: Uint8Array): void;
  endFile(): void;
  finish(): WasmEngine;
  free(): void;
}

export class WasmEngine {
  info(): import("./mamba.js").EngineInfo;
  tokenize(text: string): Uint32Array;
  detokenize(ids: Uint32Array): string;
  session(system?: string): WasmSession;
  restore(bytes: Uint8Array): WasmSession;
  free(): void;
}

export type Step =
  | { kind: "prefill"; read: number; total: number }
  | { kind: "token"; id: number; text: string }
  | { kind: "end"; reason: "stop" | "length" | "read"; text: string };

export class WasmSession {
  begin(request: object): void;
  /** One block of the prompt, or one token. */
  advance(): Step;
  /** The text that was held back of the tokens that were handed out. */
  cancel(): string;
  logits(): Float32Array;
  position(): number;
  stats(): import("./mamba.js").SessionStats;
  snapshot(): Uint8Array;
  fork(): WasmSession;
  free(): void;
}
