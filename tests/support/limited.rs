//! An allocator that gives a thread no large pieces of memory beyond what the test allows, as wasm does at its limit.
//! Small pieces are always given, since a program that gets none of these cannot go on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

const LARGE_BYTES: usize = 64 << 10;

struct Limited;

thread_local! {
    /// Bytes of large pieces that the thread may still take.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[allow(unsafe_code, reason = "an allocator is unsafe to write; this one only counts")]
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = LEFT.get();
        if layout.size() >= LARGE_BYTES && left != usize::MAX {
            let Some(left) = left.checked_sub(layout.size()) else { return std::ptr::null_mut() };
            LEFT.set(left);
        }
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let left = LEFT.get();
        if layout.size() >= LARGE_BYTES && left != usize::MAX {
            LEFT.set(left + layout.size());
        }
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

/// What `body` gives when it may take `bytes` of memory in large pieces.
pub fn limited<T>(bytes: usize, body: impl FnOnce() -> T) -> T {
    LEFT.set(bytes);
    let result = body();
    LEFT.set(usize::MAX);
    result
}
