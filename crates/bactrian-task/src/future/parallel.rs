//! `#[export(parallel)]`: a future on the threads of tokio, whose result comes back to the domain.

use crate::panics::Panicked;
use crate::tokio_bridge::tokio_handle;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use tokio::task::JoinHandle;

/// The result of a future that runs on tokio. Dropped, it has that future dropped at its next await point.
pub struct Parallel<R>(JoinHandle<Result<R, Panicked>>);

/// Runs `future` on tokio's threads.
pub fn parallel<F>(future: F) -> Parallel<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Parallel(tokio_handle().spawn(async move {
        let mut future = pin!(future);
        poll_fn(|context| {
            // Caught here, where the place of the panic is known.
            match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(Panicked::caught(payload))),
            }
        })
        .await
    }))
}

impl<R> Future for Parallel<R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        match Pin::new(&mut self.get_mut().0).poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(Ok(value))) => Poll::Ready(value),
            Poll::Ready(Ok(Err(panicked))) => resume_unwind(panicked.into_payload()),
            // A destructor of the future panicked, or tokio was shut down.
            Poll::Ready(Err(error)) => panic!("{error}"),
        }
    }
}

impl<R> Drop for Parallel<R> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
