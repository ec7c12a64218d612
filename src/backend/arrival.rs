//! How a browser waits for the GPU.

use core::future::Future;
use core::pin::Pin;

/// Resolves when a [`Remote`](super::Remote) that was pending may have more to say.
pub type Arrival = Pin<Box<dyn Future<Output = ()>>>;

#[cfg(target_arch = "wasm32")]
pub use browser::arrived;

#[cfg(target_arch = "wasm32")]
mod browser {
    use core::future::{Future, poll_fn};
    use core::pin::Pin;
    use core::task::Poll;

    use js_sys::{Function, Promise};
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;

    use super::Arrival;

    const HURRY_MS: i32 = 4;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(then: &Function, ms: i32) -> JsValue;
    }

    /// Waits for an arrival. Firefox looks for the GPU's results ten times a second, or whenever there is new work, so
    /// `hurry` (see [`Remote::hurry`](crate::backend::Remote::hurry)) is called every few milliseconds.
    pub async fn arrived(mut arrival: Arrival, mut hurry: impl FnMut()) {
        loop {
            let mut timer = JsFuture::from(Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, HURRY_MS))));
            let is_here = poll_fn(|context| {
                if arrival.as_mut().poll(context).is_ready() {
                    return Poll::Ready(true);
                }
                Pin::new(&mut timer).poll(context).map(|_| false)
            });
            if is_here.await {
                return;
            }
            hurry();
        }
    }
}
