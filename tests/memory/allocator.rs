//! An allocator that counts the memory that each thread holds, and gives a thread no large pieces beyond what the test
//! allows, as wasm does at its limit. Small pieces are always given, since a program that gets none cannot go on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

const LARGE_BYTES: usize = 64 << 10;

struct PerThread;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
    /// Bytes of large pieces that the thread may still take; `usize::MAX` for any number.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn count(change: isize) {
    let held = HELD.get() + change;
    HELD.set(held);
    MOST.set(MOST.get().max(held));
}

fn is_limited(layout: Layout) -> bool {
    layout.size() >= LARGE_BYTES && LEFT.get() != usize::MAX
}

// SAFETY: every call goes to the system's allocator as it came, or is answered with null, which means that there is no
// memory.
#[allow(unsafe_code, reason = "an allocator is unsafe to write")]
unsafe impl GlobalAlloc for PerThread {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_limited(layout) {
            let Some(left) = LEFT.get().checked_sub(layout.size()) else { return std::ptr::null_mut() };
            LEFT.set(left);
        }
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if is_limited(layout) {
            LEFT.set(LEFT.get() + layout.size());
        }
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: PerThread = PerThread;

/// What `body` gives, and how many bytes more than before it the thread held at most.
pub fn held_at_most<T>(body: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    MOST.set(before);
    let result = body();
    (result, (MOST.get() - before) as usize) // at least 0, since it began there
}

/// What `body` gives when it may take `bytes` of memory in large pieces.
#[cfg(not(target_arch = "wasm32"))]
pub fn limited<T>(bytes: usize, body: impl FnOnce() -> T) -> T {
    LEFT.set(bytes);
    let result = body();
    LEFT.set(usize::MAX);
    result
}
