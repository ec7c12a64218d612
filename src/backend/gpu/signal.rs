//! A result that a callback sets once, and that any number of tasks may await.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clones are the same signal.
#[derive(Clone, Default)]
pub struct Signal(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    said: Option<bool>,
    /// All waiting tasks. Each has to be woken, not only the last one that polled.
    wakers: Vec<Waker>,
}

impl Signal {
    /// Whether it went well.
    pub fn say(&self, well: bool) {
        let mut inner = self.lock();
        inner.said = Some(well);
        let wakers = core::mem::take(&mut inner.wakers);
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub fn said(&self) -> Option<bool> {
        self.lock().said
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when the callback has set the result.
impl Future for Signal {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.lock();
        if inner.said.is_some() {
            return Poll::Ready(());
        }
        if !inner.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            inner.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn all_who_wait_are_woken() {
        let signal = Signal::default();
        let tasks: [Arc<Count>; 3] = Default::default();
        let wakers = tasks.clone().map(Waker::from);
        let mut futures = [(); 3].map(|()| Box::pin(signal.clone()));
        for _ in 0..2 {
            for (future, waker) in futures.iter_mut().zip(&wakers) {
                assert!(future.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
            }
        }
        signal.say(true);
        assert_eq!(tasks.map(|task| task.0.load(Ordering::Relaxed)), [1, 1, 1]);
        let late = pin!(signal);
        assert!(late.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
}
