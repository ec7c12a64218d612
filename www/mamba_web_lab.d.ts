// The Lab's build has the surface of the plain one, and src/lab/web/.
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
