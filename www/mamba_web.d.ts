// What the wasm offers to worker.js: src/web/ in Rust, compiled by wasm-bindgen. The build
// replaces this file in dist/ with the one that wasm-bindgen writes; here it lets the type
// check run before anything is built, and gives shapes to what wasm-bindgen calls `any`.

export default init;
declare const init: {
  (start: {
    module_or_path: WebAssembly.Module;
    /** Of the thread that started first; the others share it. */
    memory?: WebAssembly.Memory;
    thread_stack_size?: number;
  }): Promise<{ memory: WebAssembly.Memory }>;
};

/** Bytes of wasm memory; it never shrinks. */
export function memoryBytes(): number;

export interface ModelFiles {
  /** The name of the only weight file, where it is not model.safetensors. */
  weights?: string;
  /** A GGUF file needs no others. */
  config?: string;
  tokenizer?: string;
  tokenizerConfig?: string;
  generationConfig?: string;
  chatTemplate?: string;
  /** special_tokens_map.json */
  specialTokensMap?: string;
  /** added_tokens.json */
  addedTokens?: string;
  /** model.safetensors.index.json of a sharded checkpoint */
  index?: string;
}

export class ModelLoader {
  private constructor();
  /** Opens the GPU, if that is asked for. */
  static open(
    files: ModelFiles,
    options: { backend: string; precision: string; threads: number; trial: "now" | "later" | "rival" },
  ): Promise<ModelLoader>;
  /** model.safetensors, the shards that the index names, or all parts of a split GGUF file, in their order */
  weightFiles(): string[];
  beginFile(name: string, byteLength?: number): void;
  push(chunk: Uint8Array): Promise<void>;
  endFile(): void;
  /** Kernels that the browser has compiled for the GPU, and those that are needed; none on the CPU. */
  readonly kernelsReady: number;
  readonly kernels: number;
  /** Consumes the loader. Where GPU and CPU compete, runs the race. */
  finish(): Promise<WasmEngine>;
  free(): void;
}

export class WasmEngine {
  info(): Omit<import("./mamba.js").EngineInfo, "storage">;
  tokenize(text: string): Uint32Array;
  /** Of each token the number of its bytes (four bytes, the lowest first) and the bytes. */
  tokenTable(): Uint8Array;
  detokenize(ids: Uint32Array): string;
  renderChat(json: string): string;
  tokenizeChat(text: string): Uint32Array;
  session(system?: string): WasmSession;
  restore(bytes: Uint8Array): WasmSession;
  /** A step of several sessions, to which they are added. */
  pass(): WasmPass;
  /** All sessions go on with `other`, the same model loaded again; `reason` becomes the backend's. */
  replace(other: WasmEngine, reason: string): void;
  /** Whether a faster backend may still be found. */
  readonly mayMove: boolean;
  /** Throws where no GPU is worth a race. */
  static findGpu(): Promise<void>;
  /** Goes on with `rival`, the same model on the GPU, if that is faster: whether it is. */
  race(rival: WasmEngine): Promise<boolean>;
  /** Ends the trial of the GPU without a race. */
  stay(reason: string): void;
  loseDevice(): void;
  free(): void;
}

export type Step =
  | { kind: "waiting" }
  | { kind: "prefill"; read: number; total: number }
  | { kind: "token"; id: number; text: string }
  | { kind: "end"; reason: "stop" | "length" | "read"; text: string };

export class WasmSession {
  /** `walk` limits the tokens; it is freed when the run ends. */
  begin(request: object, walk?: import("./mamba_web_guide.js").GuideWalk): void;
  /** One block of the prompt, or one token. */
  advance(): Step;
  /** Whether its next step is a token, which a pass may take together with those of other sessions. */
  readonly mayJoin: boolean;
  /** The text that was held back of the tokens that were handed out. */
  cancel(): string;
  /** Before `logits` and `snapshot`, and after `cancel`: false while it has to be called again after `arrival`. */
  readBack(): boolean;
  /** Of the last token, if the request asked for its surprise. */
  weighed(): import("./engine/session/session.js").Weighed | undefined;
  /** Of each token that the last run has read and weighed. */
  surprises(): Float32Array;
  blend(other: WasmSession, weight: number): WasmSession;
  difference(other: WasmSession): import("./engine/session/session.js").Difference[];
  /** Resolves when there may be more to do. */
  arrival(): Promise<void>;
  logits(): Float32Array;
  position(): number;
  stats(): import("./mamba.js").SessionStats;
  /** All tokens that the last run has read; undefined if they were too many to be kept. */
  ids(): Uint32Array | undefined;
  /** `packing` is "f32" (exact, if it is not given), "f16" or "int8". */
  snapshot(packing?: string, text?: string): Uint8Array;
  /** The text of the file that the session was restored from, once. */
  takeText(): string | undefined;
  fork(): WasmSession;
  free(): void;
}

/** Sessions that take their next steps at once. */
export class WasmPass {
  add(session: WasmSession): void;
  /** Does the step and frees the pass; what each gives, in the order of `add`. */
  advance(): ({ step: Step } | { error: unknown })[];
}

/** A thread of the build with threads. */
export class KernelHelper {
  constructor();
  /** Has the browser compile what an engine will need. */
  static warmUp(): void;
  /** Never returns. */
  work(): void;
  /** Tells the engine's worker, which waits for this part, that it will never be done. */
  static failed(): void;
}
