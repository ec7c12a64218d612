// Small wasm modules that say what the machine gives to one thread: how fast memory is read, and
// how many products a second the plain and the relaxed instructions make from registers.

import binaryen from "binaryen";

// As many as fit the registers beside the operands: enough to be waited for by none.
const ACCUMULATORS = 12;
const accumulators = Array.from({ length: ACCUMULATORS }, (_, i) => `$a${i}`);

/** Operations of one turn of a kernel's loop: products and sums, two for each pair. */
export const OPERATIONS = {
  "plain f32": ACCUMULATORS * 4 * 2,
  "plain int8": ACCUMULATORS * 8 * 2,
  "relaxed f32": ACCUMULATORS * 4 * 2,
  "relaxed int8": ACCUMULATORS * 16 * 2,
  "relaxed pairs": ACCUMULATORS * 16 * 2,
};

/** @param {string[]} lanes @returns {string} their sum */
const sum = ([first, ...rest]) => (rest.length ? `(i32x4.add (local.get ${first}) ${sum(rest)})` : `(local.get ${first})`);

/**
 * Turns `turns` times through one step for each accumulator; all operands stay in registers.
 *
 * @param {string} name
 * @param {(accumulator: string) => string} step
 */
const kernel = (name, step) => `
  (func $${name} (param $turns i32) (param $x v128) (param $y v128) (result v128)
    ${accumulators.map((a) => `(local ${a} v128)`).join(" ")}
    (loop $next
      ${accumulators.map((a) => `(local.set ${a} ${step(a)})`).join("\n      ")}
      (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    ${sum(accumulators)})
  (func (export "${name}") (param $turns i32) (result i32)
    (i32x4.extract_lane 0 (call $${name} (local.get $turns) (v128.load (i32.const 0)) (v128.load (i32.const 16)))))`;

/** Sums bytes from 64 Ki on, 128 at a time. */
const read = `
  (func (export "read") (param $bytes i32) (result i32)
    (local $at i32) ${["$a", "$b", "$c", "$d"].map((a) => `(local ${a} v128)`).join(" ")}
    (local.set $at (i32.const 65536))
    (local.set $bytes (i32.add (i32.const 65536) (local.get $bytes)))
    (loop $next
      ${Array.from({ length: 8 }, (_, i) => {
        const a = ["$a", "$b", "$c", "$d"][i % 4];
        return `(local.set ${a} (i32x4.add (local.get ${a}) (v128.load offset=${16 * i} (local.get $at))))`;
      }).join("\n      ")}
      (local.set $at (i32.add (local.get $at) (i32.const 128)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $bytes))))
    (i32x4.extract_lane 0 ${sum(["$a", "$b", "$c", "$d"])}))`;

// Each step takes its accumulator in, or the engine would compute a product once for all turns.
const plain = [
  read,
  kernel("f32", (a) => `(f32x4.add (f32x4.mul (local.get ${a}) (local.get $y)) (local.get $x))`),
  kernel("int8", (a) => `(i32x4.add (i32x4.dot_i16x8_s (local.get ${a}) (local.get $y)) (local.get ${a}))`),
];

// Four int8 products at a time, and in pairs, see src/backend/cpu/simd/wasm/relaxed.rs.
const relaxed = [
  kernel("f32", (a) => `(f32x4.relaxed_madd (local.get ${a}) (local.get $y) (local.get $x))`),
  kernel("int8", (a) => `(i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $x) (local.get $y) (local.get ${a}))`),
  kernel("pairs", (a) => `(i32x4.add (local.get ${a})
      (i32x4.dot_i16x8_s (i16x8.relaxed_dot_i8x16_i7x16_s (local.get ${a}) (local.get $y)) (local.get $x)))`),
];

// x and y, such that a y + x is neither denormal nor endless.
const operands = [1, 0.5].map((value) => Buffer.from(Float32Array.of(value, value, value, value).buffer));
const data = Buffer.concat(operands).toString("hex").replaceAll(/../g, "\\$&");

/** @param {string[]} functions */
function assemble(functions) {
  const module = binaryen.parseText(`(module (memory (export "memory") 1 65536) (data (i32.const 0) "${data}") ${functions.join("\n")})`);
  module.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.RelaxedSIMD | binaryen.Features.MVP);
  try {
    if (!module.validate()) throw new Error("the module of the limits is not valid");
    return Buffer.from(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** @returns {{ plain: Buffer, relaxed: Buffer }} */
export const limitModules = () => ({ plain: assemble(plain), relaxed: assemble(relaxed) });
