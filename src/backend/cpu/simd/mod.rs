//! Four lanes of f32 and the int8 dot product, in the machine's own vectors: WebAssembly's in the browser,
//! SSE2 natively on x86-64, arrays elsewhere.
//!
//! All forms do the same IEEE operations in the same order, with no fused multiply-add, so a native run
//! and a run in the browser give the same bits.

#[cfg(any(test, not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))))]
#[cfg_attr(test, allow(dead_code, reason = "the tests compare parts of it"))]
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

pub use native::{Activations, F32x4, dot_panel, place};

/// 1.5 * 2^23: added to a number of magnitude below 2^22, it leaves the nearest whole number (halves to the even one)
/// in the low bits of the mantissa; taken off again, that whole number as f32.
pub const MAGIC: f32 = 12_582_912.0;

/// Columns that share a scale.
pub const BLOCK: usize = 32;
/// Rows of a panel, one a lane.
pub const ROWS: usize = 4;
/// Rounded weights lie within +-127,
pub const WEIGHT_MAX: f32 = 127.0;
/// rounded activations within +-63, so that a raise of 64 leaves them positive and within 7 bits: the range in
/// which the relaxed dot product is exact on every machine. All builds round alike and so give the same results.
pub const ACTIVATION_MAX: f32 = 63.0;

/// One block of four rows of an int8 matrix: weight = value * scale.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Panel {
    /// In the order that [`place`] gives.
    pub values: [i8; BLOCK * ROWS],
    /// The upper halves of f32 scales, one a row.
    pub scales: [u16; ROWS],
    /// Each row's sum of values.
    #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
    pub sums: [i16; ROWS],
}

impl Panel {
    pub const ZERO: Self = Self {
        values: [0; BLOCK * ROWS],
        scales: [0; ROWS],
        #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
        sums: [0; ROWS],
    };

    /// Sets one weight of a panel that held zero there.
    pub fn set(&mut self, row: usize, col: usize, value: i8) {
        self.values[place(row, col)] = value;
        #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
        {
            self.sums[row] += i16::from(value); // 32 * 127 fits
        }
    }

    /// The four scales.
    #[inline(always)]
    pub fn scales(&self) -> F32x4 {
        F32x4::load(&self.scales.map(|half| f32::from_bits(u32::from(half) << 16)))
    }
}

/// A rounded activation (within +-[`ACTIVATION_MAX`]) in the form that [`dot_panel`] takes.
#[inline(always)]
#[allow(clippy::unnecessary_cast, reason = "the type differs from build to build")]
pub fn activation(rounded: i8) -> <Activations as IntoIterator>::Item {
    if cfg!(all(target_arch = "wasm32", feature = "relaxed-simd")) {
        (i16::from(rounded) + ACTIVATION_MAX as i16 + 1) as _
    } else {
        i16::from(rounded) as _
    }
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
            prop_assert!(same(x.max(y).lanes(), p.max(q).lanes()), "max {a:?} {b:?}");
            prop_assert!(same(x.min(y).lanes(), p.min(q).lanes()), "min {a:?} {b:?}");
            prop_assert!(same(x.abs().lanes(), p.abs().lanes()));
        }

        #[test]
        fn rounding_and_powers_agree(x in -126.0..127f32) {
            let (a, b) = (native::F32x4::splat(x + MAGIC), plain::F32x4::splat(x + MAGIC));
            prop_assert_eq!(x + MAGIC - MAGIC, x.round_ties_even());
            prop_assert_eq!((x + MAGIC).to_bits() as i8, x.round_ties_even() as i8);
            prop_assert_eq!(a.exp2_of_magic().lanes(), [x.round_ties_even().exp2(); 4]);
            prop_assert_eq!(b.exp2_of_magic().lanes(), [x.round_ties_even().exp2(); 4]);
        }

        #[test]
        fn panel_products_are_exact(
            w in prop::collection::vec(-127..=127_i8, BLOCK * ROWS),
            x in prop::collection::vec(prop_oneof![-63..=63_i8, Just(63), Just(-63), Just(0)], 2 * BLOCK),
        ) {
            let mut panel = Panel::ZERO;
            for row in 0..ROWS {
                for col in 0..BLOCK {
                    panel.set(row, col, w[row * BLOCK + col]);
                }
            }
            let block = |x: &[i8]| -> Activations { core::array::from_fn(|i| activation(x[i])) };
            let (first, second) = (block(&x[..BLOCK]), block(&x[BLOCK..]));
            let got = dot_panel(&panel, [&first, &second]).map(|sums| sums.lanes());
            for (t, x) in x.chunks(BLOCK).enumerate() {
                for row in 0..ROWS {
                    let w = &w[row * BLOCK..][..BLOCK];
                    let whole: i32 = w.iter().zip(x).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
                    prop_assert_eq!(got[t][row], whole as f32);
                }
            }
        }
    }
}
