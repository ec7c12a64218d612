import { MambaError } from "../errors.js";

// (module (func (result v128) (i8x16.popcnt (i8x16.splat (i32.const 0)))))
const SMALLEST_SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

// (module (func (param v128 v128 v128) (result v128)
//   (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get 0) (local.get 1) (local.get 2))))
const SMALLEST_RELAXED_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32,
  2, 253, 147, 2, 11,
]);

export const hasRelaxedSimd = () => WebAssembly.validate(SMALLEST_RELAXED_MODULE);

/** All builds of the wasm need SIMD. Without this check the visitor would see the browser's own error. */
export function requireSimd() {
  if (typeof WebAssembly === "object" && WebAssembly.validate(SMALLEST_SIMD_MODULE)) return;
  throw new MambaError(
    "no-simd",
    "This browser cannot run WebAssembly with SIMD, which the engine needs.",
    "Use Chrome or Edge 123, Firefox 125, Safari 17.5, or any later one. In some browsers a “lockdown” or “strict” security mode has to be switched off for this site.",
  );
}
