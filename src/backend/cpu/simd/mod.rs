//! Four lanes of f32 and the products of rounded weights, in the machine's own vectors: WebAssembly's in the browser,
//! SSE2 natively on x86-64, arrays elsewhere.
//!
//! All forms do the same IEEE operations in the same order, with no fused multiply-add, so a native run
//! and a run in the browser give the same bits.

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))))]
#[cfg_attr(test, allow(dead_code, reason = "as for `plain`, which needs it"))]
mod pairs;
#[cfg(any(test, not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))))]
#[cfg_attr(test, allow(dead_code, unused_imports, reason = "the tests compare parts of it"))]
mod plain;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
use plain as native;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm as native;
#[cfg(target_arch = "x86_64")]
use x86 as native;

pub use native::{Activation, F32x4, GROUP, RowSums, Way, dot_int4, dot_int8, narrow, place_int4, place_int8, widen};

/// 1.5 * 2^23: added to a number of magnitude below 2^22, it leaves the nearest whole number (halves to the even one)
/// in the low bits of the mantissa; subtracted again, it gives that whole number as f32.
pub const MAGIC: f32 = 12_582_912.0;

/// Columns that share a scale.
pub const BLOCK_COLUMNS: usize = 64;
/// Rows of a panel, one a lane of two vectors.
pub const PANEL_ROWS: usize = 8;

/// The index of token `t` and column `col` among the `BLOCK_COLUMNS * T` rounded activations of T tokens: the groups of
/// all tokens side by side.
#[inline(always)]
pub const fn place_activation<const T: usize>(t: usize, col: usize) -> usize {
    (col / GROUP * T + t) * GROUP + col % GROUP
}

impl F32x4 {
    pub const LANES: usize = 4;

    /// `self * a + b`, rounded twice.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        self.mul(a).add(b)
    }

    /// The sum of the four lanes, pairwise.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.lanes();
        (a + c) + (b + d)
    }
}

/// Runs `body` over four lanes at a time, the last ones padded with zeros.
#[inline(always)]
pub fn map_in_place(values: &mut [f32], body: impl Fn(F32x4) -> F32x4) {
    let (whole, rest) = values.as_chunks_mut::<4>();
    for lanes in whole {
        body(F32x4::load(lanes)).store(lanes);
    }
    if !rest.is_empty() {
        let mut lanes = [0.0; 4];
        lanes[..rest.len()].copy_from_slice(rest);
        body(F32x4::load(&lanes)).store(&mut lanes);
        rest.copy_from_slice(&lanes[..rest.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Any f32 at all, the odd ones often.
    fn any_f32() -> impl Strategy<Value = f32> {
        let odd = [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, f32::MIN_POSITIVE, 1e-45, f32::MAX, f32::INFINITY, f32::NAN];
        prop_oneof![any::<u32>().prop_map(f32::from_bits), -200.0..200f32, prop::sample::select(odd.to_vec())]
    }

    fn same(a: [f32; 4], b: [f32; 4]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn lanes_do_what_the_plain_form_does(a in prop::array::uniform4(any_f32()), b in prop::array::uniform4(any_f32())) {
            let (x, y) = (native::F32x4::load(&a), native::F32x4::load(&b));
            let (p, q) = (plain::F32x4::load(&a), plain::F32x4::load(&b));
            prop_assert!(same(x.add(y).lanes(), p.add(q).lanes()));
            prop_assert!(same(x.sub(y).lanes(), p.sub(q).lanes()));
            prop_assert!(same(x.mul(y).lanes(), p.mul(q).lanes()));
            prop_assert!(same(x.div(y).lanes(), p.div(q).lanes()));
            prop_assert!(same(x.abs().lanes(), p.abs().lanes()));
            // Relaxed SIMD leaves these cases open, see there.
            let open = |i: usize| cfg!(feature = "relaxed-simd") && (a[i].is_nan() || b[i].is_nan() || a[i] == b[i]);
            for i in (0..4).filter(|&i| !open(i)) {
                prop_assert_eq!(x.max(y).lanes()[i].to_bits(), p.max(q).lanes()[i].to_bits(), "max {:?} {:?}", a, b);
                prop_assert_eq!(x.min(y).lanes()[i].to_bits(), p.min(q).lanes()[i].to_bits(), "min {:?} {:?}", a, b);
            }
        }

        #[test]
        fn rounding_and_powers_agree(x in -126.0..127f32, p in 1.0..2f32) {
            let (a, b) = (native::F32x4::splat(x + MAGIC), plain::F32x4::splat(x + MAGIC));
            let power = p * x.round_ties_even().exp2();
            prop_assert_eq!(x + MAGIC - MAGIC, x.round_ties_even());
            prop_assert_eq!((x + MAGIC).to_bits() as i8, x.round_ties_even() as i8);
            prop_assert_eq!(native::F32x4::splat(p).times_exp2(a).lanes(), [power; 4]);
            prop_assert_eq!(plain::F32x4::splat(p).times_exp2(b).lanes(), [power; 4]);
        }

        #[test]
        fn activations_are_narrowed(x in prop::array::uniform4(-127..=127_i32)) {
            let magic = x.map(|x| x as f32 + MAGIC);
            let (magic, twin) = (native::F32x4::load(&magic), plain::F32x4::load(&magic));
            prop_assert_eq!(narrow(magic, false).map(|x| x as i8), plain::narrow(twin, false).map(|x| x as i8));
            prop_assert_eq!(narrow(magic, false).map(|x| x as i8), x.map(|x| x as i8));
        }

        #[test]
        fn halves_are_widened(halves in prop::array::uniform8(any::<u16>())) {
            let bits = |wide: [[f32; 4]; 2]| wide.map(|wide| wide.map(f32::to_bits));
            prop_assert_eq!(bits(widen(&halves).map(F32x4::lanes)), bits(plain::widen(&halves).map(plain::F32x4::lanes)));
        }

        #[test]
        fn int8_products_are_exact(
            w in prop::collection::vec(prop_oneof![any::<i8>(), Just(127), Just(-128)], BLOCK_COLUMNS * PANEL_ROWS),
            x in prop::collection::vec(prop_oneof![-63..=63_i32, Just(63), Just(-63), Just(0)], 4 * BLOCK_COLUMNS),
        ) {
            let (mut values, mut sums) = ([0; BLOCK_COLUMNS * PANEL_ROWS], RowSums::ZERO);
            for (i, &w) in w.iter().enumerate() {
                values[place_int8(i / BLOCK_COLUMNS, i % BLOCK_COLUMNS)] = w;
            }
            for (row, w) in w.chunks(BLOCK_COLUMNS).enumerate() {
                sums.set(row, w.iter().map(|&w| f32::from(w)).sum());
            }
            let way = Way::of_this_machine();
            let one = dot_int8::<1>(way, &values, &sums, &activations::<1>(&x, true));
            prop_assert_eq!(one.map(|sums| sums.map(F32x4::lanes)), products::<1>(&w, &x, [0]));
            let four = dot_int8::<4>(way, &values, &sums, &activations::<4>(&x, true));
            prop_assert_eq!(four.map(|sums| sums.map(F32x4::lanes)), products::<4>(&w, &x, [0; 4]));
        }

        #[test]
        fn int4_products_are_exact(
            w in prop::collection::vec(prop_oneof![0..=15_i8, Just(15), Just(0)], BLOCK_COLUMNS * PANEL_ROWS),
            x in prop::collection::vec(prop_oneof![-128..=127_i32, Just(127), Just(-128), Just(0)], 4 * BLOCK_COLUMNS),
            starts: [i16; 4],
        ) {
            let mut values = [0; BLOCK_COLUMNS * PANEL_ROWS / 2];
            for (i, &w) in w.iter().enumerate() {
                let (byte, shift) = place_int4(i / BLOCK_COLUMNS, i % BLOCK_COLUMNS);
                values[byte] |= (w as u8) << shift;
            }
            let starts = starts.map(i32::from);
            let way = Way::of_this_machine();
            let one = dot_int4::<1>(way, &values, &activations::<1>(&x, false), &[starts[0]]);
            prop_assert_eq!(one.map(|sums| sums.map(F32x4::lanes)), products::<1>(&w, &x, [starts[0]]));
            let four = dot_int4::<4>(way, &values, &activations::<4>(&x, false), &starts);
            prop_assert_eq!(four.map(|sums| sums.map(F32x4::lanes)), products::<4>(&w, &x, starts));
        }
    }

    /// The first T blocks of `x` as the products take them.
    fn activations<const T: usize>(x: &[i32], is_raised: bool) -> Vec<Activation> {
        let mut placed = vec![0; BLOCK_COLUMNS * T];
        for (t, x) in x.chunks(BLOCK_COLUMNS).take(T).enumerate() {
            for (col, x) in x.iter().enumerate() {
                placed[place_activation::<T>(t, col)] = narrow(F32x4::splat(*x as f32 + MAGIC), is_raised)[0];
            }
        }
        placed
    }

    /// The scalar twin of both, by vectors of four rows.
    fn products<const T: usize>(w: &[i8], x: &[i32], starts: [i32; T]) -> [[[f32; 4]; T]; 2] {
        let sum = |row: usize, t: usize| {
            let (w, x) = (&w[row * BLOCK_COLUMNS..][..BLOCK_COLUMNS], &x[t * BLOCK_COLUMNS..][..BLOCK_COLUMNS]);
            (starts[t] + w.iter().zip(x).map(|(w, x)| i32::from(*w) * x).sum::<i32>()) as f32
        };
        [0, 4].map(|row| core::array::from_fn(|t| core::array::from_fn(|lane| sum(row + lane, t))))
    }
}
