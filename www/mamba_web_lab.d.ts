// The Lab's build has the surface of the plain one, and src/lab/web/.
import type { WasmEngine, WasmSession } from "./mamba_web.js";

export * from "./mamba_web.js";
export { default } from "./mamba_web.js";

/** One head of Mamba-2: `dt` `[T]`, `x` `[T, P]`, `b` and `c` `[T, N]`. */
export class LabHead {
  constructor(a: number, dt: Float32Array, x: Float32Array, b: Float32Array, c: Float32Array);
  recurrence(): Float32Array;
  chunked(length: number): Float32Array;
  masked(): Float32Array;
  matrix(): Float32Array;
  free(): void;
}

/** A model to measure; with a window, the attention model of its size. */
export class LabRunner {
  constructor(config: string, precision: string, window?: number);
  /** Seconds, kept bytes, moved bytes, multiply-adds. */
  measure(position: number): Float64Array;
  parameters(): number;
  free(): void;
}

export function labPeak(): Float64Array;
export function labLinear(modes: Float64Array, step: number, method: string, signal: Float64Array): any;
export function labHippo(states: number, ago: number): Float64Array;
export function labEigenvalue(re: number, im: number, step: number, method: string): Float64Array;

/** One of the three small models that stand beside Mamba, with a sequence of its own. */
export class LabSmall {
  constructor(kind: string, weights: Uint8Array);
  restart(): void;
  /** Scores of the next token. */
  read(ids: Uint32Array): Float32Array;
  /** What the boxes of a layer held at the last token. */
  boxes(layer: number): [name: string, values: number[]][];
  free(): void;
}

/** A model of Mamba that is watched while it reads. */
export class LabWatch {
  constructor(engine: WasmEngine);
  /** Surprise in bits, then of each layer delta, half-life, norms of what was written, of the state and of y. */
  read(id: number): Float32Array;
  /** Of each token, in bits. */
  surprises(ids: Uint8Array): Float32Array;
  scores(): Float32Array;
  /** `[N, E]` */
  state(layer: number): Float32Array;
  stateBytes(): number;
  boxes(layer: number): [name: string, values: number[]][] | undefined;
  free(): void;
}

/** A layer of the page's model over some tokens, T of them. */
export class LabReading {
  constructor(engine: WasmEngine, ids: Uint32Array, layer: number);
  /** `[T, T]`: of one channel, or of all the mean size. */
  attention(channel?: number): Float32Array;
  /** `[T, E]`, as the kernels computed it. */
  recurrence(): Float32Array;
  chunked(length: number): Float32Array;
  masked(): Float32Array;
  free(): void;
}

export function labOpen(config: string, weights: Uint8Array): Promise<WasmEngine>;
export function labForget(session: WasmSession, layer?: number): void;
export function labKeepSlow(session: WasmSession, id: number, tokens: number): number;
