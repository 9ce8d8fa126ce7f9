//! Time, as a future on the executor's own reactor.

use crate::executor::Executor;
use bactrian_io::TimerKey;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::sync::Arc;
use std::time::Instant;

/// Is ready when the deadline has passed.
pub(super) struct Sleep {
    executor: Arc<Executor>,
    deadline: Instant,
    timer: Option<TimerKey>,
}

impl Sleep {
    pub(super) fn until(executor: Arc<Executor>, deadline: Instant) -> Self {
        Sleep { executor, deadline, timer: None }
    }

    fn stop(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.executor.reactor().cancel_timer(timer);
        }
    }
}

impl Future for Sleep {
    type Output = io::Result<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        this.stop();
        if Instant::now() >= this.deadline {
            return Poll::Ready(Ok(()));
        }
        match this.executor.reactor().set_timer(this.deadline, context.waker().clone()) {
            Ok(timer) => {
                this.timer = Some(timer);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.stop();
    }
}
