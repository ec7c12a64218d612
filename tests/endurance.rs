//! A long text costs no more memory than a short one. The time of a token is printed, and `make bench` measures it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Request, Step};
use mamba_web::sampler::Settings;

/// Counts what is allocated. The only test of this binary has the count to itself.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Tokens may not cost more memory the more there are. `STATE_TOKENS=100000` makes it long (it prints at
/// 1,000, 10,000 and 100,000).
#[test]
fn nothing_grows() {
    let tokens: usize = std::env::var("STATE_TOKENS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/chat");
    let mut engine = Engine::open(
        &folder,
        &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() },
    )
    .unwrap();
    let mut session = engine.session(None).unwrap();
    for message in [false, true] {
        let input = if message { Input::Message("Hello".into()) } else { Input::Prompt("Hello".into()) };
        // A penalty and a stop string that never comes, so that these take their part.
        let settings = Settings { temperature: 1.0, repetition_penalty: 1.2, seed: 5, ..Settings::default() };
        let request = Request { input, settings, max_tokens: tokens, stop: vec!["\u{1F9AC}".into()] };
        session.begin(&engine, request).unwrap();
        let mut marks = Vec::new();
        let mut done = 0;
        let mut since = std::time::Instant::now();
        let mut counted = 0;
        loop {
            match session.advance(&mut engine).unwrap() {
                Step::Waiting | Step::Prefill { .. } => {}
                Step::Token { .. } => {
                    done += 1;
                    if [100, 1_000, 10_000, 100_000].contains(&done) {
                        let each = since.elapsed().as_secs_f64() * 1e6 / (done - counted) as f64;
                        marks.push((done, LIVE.load(Ordering::Relaxed), each));
                        (since, counted) = (std::time::Instant::now(), done);
                    }
                }
                Step::End { .. } => break,
            }
        }
        assert_eq!(done, tokens);
        for (done, bytes, each) in &marks {
            println!("message: {message}, after {done} tokens: {bytes} bytes, {each:.0} us a token");
        }
        let (first, last) = (marks[0], marks[marks.len() - 1]);
        assert!(last.1.abs_diff(first.1) < 4096, "memory went from {} to {} bytes", first.1, last.1);
    }
}
