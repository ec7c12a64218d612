//! Threads that work on one kernel side by side.
//!
//! A kernel is split into parts, by rows of a matrix, by channels or by tokens. One thread computes each number, with
//! the same operations in the same order for any number of threads. So the results are equal to the bit.
//!
//! Natively the threads are the standard library's. In the browser the page makes them (www/engine/program/pool.js):
//! each is a worker that instantiates the same module over the same memory and calls [`workers::help`].

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// One of the parts that a kernel is split into.
#[derive(Clone, Copy)]
pub struct Part {
    index: usize,
    of: usize,
}

impl Part {
    /// This part's share of `0..len`; it begins and ends at multiples of `step`, or at the end.
    pub fn range(self, len: usize, step: usize) -> Range<usize> {
        let steps = len.div_ceil(step);
        let at = |part: usize| (steps * part / self.of * step).min(len);
        at(self.index)..at(self.index + 1)
    }
}

type Task<'a> = &'a (dyn Fn(Part) + Sync);

/// The caller and its helpers.
///
/// A free thread takes the next part, so the caller waits only for parts that a helper has begun. On a busy machine, a
/// helper that is not scheduled costs nothing.
pub struct Pool {
    threads: usize,
    shared: Arc<Shared>,
    #[cfg(not(target_arch = "wasm32"))]
    helpers: Vec<std::thread::JoinHandle<()>>,
}

/// More parts than threads, so that a late thread does not delay the others for long.
const PARTS_PER_THREAD: usize = 2;

struct Shared {
    /// Held while a kernel runs, so that there is one at a time.
    busy: Mutex<()>,
    /// Counts the kernels; a new number is a new kernel.
    kernel: Gate,
    /// The number of the kernel, its parts, and the next one to be taken; see [`Ticket`].
    ticket: AtomicU64,
    /// Parts that are not done.
    left: Gate,
    /// Set before `ticket`, valid until `left` is 0.
    task: UnsafeCell<Option<Task<'static>>>,
    /// A helper panicked: its part is not done.
    failed: AtomicBool,
    /// The pool is gone.
    closed: AtomicBool,
}

// SAFETY: `task` is written only while nothing is left to do, and read only by a thread that has taken an unfinished
// part. A task is Sync, so other threads may use it.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

#[derive(Clone, Copy)]
struct Ticket {
    kernel: u32,
    of: u16,
    next: u16,
}

impl Ticket {
    fn pack(self) -> u64 {
        u64::from(self.kernel) << 32 | u64::from(self.of) << 16 | u64::from(self.next)
    }

    fn unpack(ticket: u64) -> Self {
        Self { kernel: (ticket >> 32) as u32, of: (ticket >> 16) as u16, next: ticket as u16 }
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            busy: Mutex::new(()),
            kernel: Gate::new(),
            ticket: AtomicU64::new(0),
            left: Gate::new(),
            task: UnsafeCell::new(None),
            failed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// The loop of a helper, until the pool is dropped.
    fn help(&self) {
        let mut kernel = 0;
        while !self.closed.load(SeqCst) {
            self.work();
            kernel = self.kernel.wait(|now| now != kernel);
        }
    }

    /// Takes parts and does them, until all are taken.
    fn work(&self) {
        while let Some(part) = self.take() {
            let _done = Done(self);
            // SAFETY: this part is not done, so the task stays; it was set before the ticket that the part came from.
            let task = unsafe { *self.task.get() };
            if let Some(task) = task {
                task(part);
            }
        }
    }

    fn take(&self) -> Option<Part> {
        let taken = self.ticket.fetch_update(SeqCst, SeqCst, |ticket| {
            let ticket = Ticket::unpack(ticket);
            (ticket.next < ticket.of).then(|| Ticket { next: ticket.next + 1, ..ticket }.pack())
        });
        let ticket = Ticket::unpack(taken.ok()?);
        Some(Part { index: ticket.next.into(), of: ticket.of.into() })
    }

    /// Lets all threads work on `task`; returns when it is done.
    fn run(&self, task: Task<'_>, of: u16) {
        let _busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: only the lifetime changes, and `all_done` keeps this call from ending while a helper uses the task,
        // also when the caller's part panics.
        let for_all: Task<'static> = unsafe { core::mem::transmute::<Task<'_>, Task<'static>>(task) };
        // SAFETY: nothing is left to do, so no one reads it.
        unsafe { *self.task.get() = Some(for_all) };
        self.left.add(of.into());
        let all_done = AllDone(self);
        let kernel = self.kernel.value.load(SeqCst).wrapping_add(1);
        self.ticket.store(Ticket { kernel, of, next: 0 }.pack(), SeqCst);
        self.kernel.add(1);
        self.work();
        drop(all_done);
        assert!(!self.failed.swap(false, SeqCst), "A thread that was computing a part of a kernel has failed.");
    }
}

/// Counts down when dropped, so also when the task panics.
struct Done<'a>(&'a Shared);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, SeqCst);
        }
        self.0.left.add(u32::MAX); // -1
    }
}

struct AllDone<'a>(&'a Shared);

impl Drop for AllDone<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.work(); // the parts that nobody else may take
            self.0.failed.store(false, SeqCst);
        }
        // In wasm a panic does not unwind, so a helper that failed is not counted down.
        self.0.left.wait(|left| left == 0 || cfg!(target_arch = "wasm32") && self.0.failed.load(SeqCst));
    }
}

impl Pool {
    /// A pool of `threads` threads including the caller, or fewer if the system starts fewer.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::new());
        let start = |index| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("kernels {index}")).spawn(move || shared.help())
        };
        let helpers: Vec<_> = (1..threads).map_while(|index| start(index).ok()).collect();
        Self { threads: helpers.len() + 1, shared, helpers }
    }

    /// A pool of `threads` threads including the caller, or fewer if the page has started fewer.
    #[cfg(target_arch = "wasm32")]
    pub fn new(threads: usize) -> Self {
        let helpers = workers::STARTED.load(SeqCst) as usize;
        Self { threads: threads.clamp(1, helpers + 1), shared: Arc::clone(&workers::SHARED) }
    }

    /// Threads including the caller.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Runs `task` for each part and returns when all are done. A task must not call the pool.
    pub fn run(&self, task: Task<'_>) {
        self.run_for(usize::MAX, task);
    }

    /// As [`Pool::run`], in at most `most` parts.
    pub fn run_for(&self, most: usize, task: Task<'_>) {
        let of = (self.threads * PARTS_PER_THREAD).min(most).min(u16::MAX.into());
        if self.threads == 1 || of <= 1 {
            return task(Part { index: 0, of: 1 });
        }
        self.shared.run(task, of as u16);
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closed.store(true, SeqCst);
        self.shared.kernel.add(1);
        for helper in self.helpers.drain(..) {
            let _ = helper.join(); // a panic was reported where it happened
        }
    }
}

/// A number that threads wait for.
struct Gate {
    value: AtomicU32,
    sleepers: AtomicU32,
    lock: Mutex<()>,
    bell: Condvar,
}

impl Gate {
    /// Spins before sleeping: about as long as the longest pause between two kernels of a token. WebAssembly has no
    /// instruction to pause, so a spin is cheaper there.
    const LOOKS: u32 = if cfg!(target_arch = "wasm32") { 50_000 } else { 2_000 };

    fn new() -> Self {
        Self { value: AtomicU32::new(0), sleepers: AtomicU32::new(0), lock: Mutex::new(()), bell: Condvar::new() }
    }

    fn add(&self, number: u32) {
        self.value.fetch_add(number, SeqCst);
        // A thread announces that it will sleep, and then looks a last time. So one of the two sees the other.
        if self.sleepers.load(SeqCst) > 0 {
            drop(self.lock.lock());
            self.bell.notify_all();
        }
    }

    /// Returns the first number seen that `is_open` accepts.
    fn wait(&self, is_open: impl Fn(u32) -> bool) -> u32 {
        for _ in 0..Self::LOOKS {
            let value = self.value.load(SeqCst);
            if is_open(value) {
                return value;
            }
            core::hint::spin_loop();
        }
        self.sleepers.fetch_add(1, SeqCst);
        let mut locked = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let value = loop {
            let value = self.value.load(SeqCst);
            if is_open(value) {
                break value;
            }
            locked = self.bell.wait(locked).unwrap_or_else(PoisonError::into_inner);
        };
        self.sleepers.fetch_sub(1, SeqCst);
        value
    }
}

/// A buffer of `[rows, width]` of which each thread writes its own part.
pub struct Columns<'a, T = f32> {
    start: *mut T,
    len: usize,
    width: usize,
    buffer: PhantomData<&'a mut [T]>,
}

// SAFETY: it gives out only what `row` promises to be one thread's own.
unsafe impl<T: Send> Sync for Columns<'_, T> {}

impl<'a, T> Columns<'a, T> {
    pub fn new(buffer: &'a mut [T], width: usize) -> Self {
        Self { start: buffer.as_mut_ptr(), len: buffer.len(), width, buffer: PhantomData }
    }

    /// All of `buffer` as a single row.
    pub fn one(buffer: &'a mut [T]) -> Self {
        let width = buffer.len();
        Self::new(buffer, width)
    }

    pub fn rows(&self) -> usize {
        self.len / self.width
    }

    /// Some of the rows as a buffer of their own. It is the same memory, for which [`Columns::row`] has its conditions.
    pub fn part(&self, rows: Range<usize>) -> Self {
        assert!(rows.start <= rows.end && rows.end <= self.rows());
        // SAFETY: within the buffer, as was just checked.
        let start = unsafe { self.start.add(rows.start * self.width) };
        Self { start, len: rows.len() * self.width, ..*self }
    }

    /// The columns `columns` of row `row`.
    ///
    /// # Safety
    /// Nothing else may use any of them while the result lives.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "the caller promises that it is the only one")]
    pub unsafe fn row(&self, row: usize, columns: Range<usize>) -> &mut [T] {
        assert!(columns.start <= columns.end && columns.end <= self.width && row < self.rows());
        // SAFETY: within the buffer, as was just checked, and not used otherwise, as the caller promises.
        unsafe { core::slice::from_raw_parts_mut(self.start.add(row * self.width + columns.start), columns.len()) }
    }
}

/// The helpers in the browser, see the head of this file.
#[cfg(target_arch = "wasm32")]
pub mod workers {
    use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::sync::{Arc, LazyLock};

    use super::Shared;

    pub(super) static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| Arc::new(Shared::new()));
    pub(super) static STARTED: AtomicU32 = AtomicU32::new(0);

    /// This worker counts as a helper from now on and must go on to [`help`].
    pub fn enter() {
        STARTED.fetch_add(1, SeqCst);
    }

    /// Works on kernels and never returns.
    pub fn help() {
        SHARED.help();
    }

    /// A part that this helper had taken will never be done.
    pub fn failed() {
        SHARED.failed.store(true, SeqCst);
        SHARED.left.add(0);
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::AtomicUsize;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn parts_cover_everything_once() {
        for (len, step, of) in [(0, 1, 3), (1, 4, 2), (7, 4, 3), (32, 4, 3), (33, 1, 5), (640, 4, 7)] {
            let parts: Vec<_> = (0..of).map(|index| Part { index, of }.range(len, step)).collect();
            assert_eq!((parts[0].start, parts[of - 1].end), (0, len));
            for pair in parts.windows(2) {
                assert_eq!(pair[0].end, pair[1].start);
                assert!(pair[0].end % step == 0 || pair[0].end == len);
            }
        }
    }

    #[test]
    fn every_part_runs_once_and_is_done_when_run_returns() {
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads);
            assert_eq!(pool.threads(), threads);
            let mut values = vec![0_u32; 1003];
            for round in 1..=300 {
                let most = 1 + round as usize % 10;
                let shared = Columns::new(&mut values, 1003);
                pool.run_for(most, &|part: Part| {
                    // SAFETY: parts do not overlap.
                    let own = unsafe { shared.row(0, part.range(1003, 4)) };
                    own.iter_mut().for_each(|value| *value += 1);
                });
                assert!(values.iter().all(|&value| value == round));
                if round % 100 == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(20)); // long enough for the helpers to sleep
                }
            }
        }
    }

    #[test]
    fn a_panic_in_any_part_reaches_the_caller_once_all_are_done() {
        for bad in 0..6 {
            let pool = Pool::new(3);
            let done = AtomicUsize::new(0);
            let caught = catch_unwind(AssertUnwindSafe(|| {
                pool.run(&|part: Part| {
                    assert!(part.index != bad, "this part panics on purpose");
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    done.fetch_add(1, SeqCst);
                });
            }));
            assert!(caught.is_err());
            assert_eq!(done.into_inner(), 5);
            let runs = AtomicUsize::new(0);
            pool.run(&|_| {
                runs.fetch_add(1, SeqCst);
            });
            assert_eq!(runs.into_inner(), 6, "the threads that are left go on");
        }
    }
}
