// What the wasm of guide/ offers to engine/program/guide.js, compiled by wasm-bindgen. The build replaces this file in
// dist/ with the one that wasm-bindgen writes; here it lets the type check run before anything is built.

export default init;
declare const init: (options: { module_or_path: WebAssembly.Module }) => Promise<unknown>;

/** A new instance in place of one that a trap has stopped; all guides and walks of the old one are lost. */
export function __wbg_reset_state(): void;

/** The tokens of one model. */
export class Guide {
  constructor(table: Uint8Array);
  /** `shape` is JSON; throws an Error with a sentence. */
  walk(shape: string): GuideWalk;
  free(): void;
}

/** How far one text has come. */
export class GuideWalk {
  mask(): Uint32Array;
  allows(token: number): boolean;
  mayEnd(): boolean;
  closing(token: number | undefined, most: number): Uint32Array | undefined;
  accept(token: number): void;
  isOver(): boolean;
  free(): void;
}
