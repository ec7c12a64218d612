//! Loads and stores SIMD lanes where a slice may be shorter than the lanes.

use super::simd::F32x4;

/// Loads the first values; missing lanes are zero.
#[inline(always)]
pub fn load<const V: usize>(from: &[f32]) -> [F32x4; V] {
    // A full vector needs no call of memory.copy.
    if let Some((lanes, _)) = from.as_chunks().0.split_first_chunk::<V>() {
        return lanes.each_ref().map(F32x4::load);
    }
    let mut lanes = [[0.0; F32x4::LANES]; V];
    lanes.as_flattened_mut()[..from.len()].copy_from_slice(from);
    lanes.each_ref().map(F32x4::load)
}

/// Stores as many lanes as `to` has room for.
#[inline(always)]
pub fn store<const V: usize>(values: [F32x4; V], to: &mut [f32]) {
    if let Some((lanes, _)) = to.as_chunks_mut().0.split_first_chunk_mut::<V>() {
        for (value, lanes) in values.into_iter().zip(lanes) {
            value.store(lanes);
        }
        return;
    }
    to.copy_from_slice(&values.map(F32x4::lanes).as_flattened()[..to.len()]);
}

/// As `copy_from_slice`, which in wasm is a slow call.
#[inline(always)]
pub fn copy(from: &[f32], to: &mut [f32]) {
    for (from, to) in from.chunks(F32x4::LANES).zip(to.chunks_mut(F32x4::LANES)) {
        store(load::<1>(from), to);
    }
}
