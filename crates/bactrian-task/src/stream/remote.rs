//! Elements that another domain or thread than the stream's asks for.
//!
//! The promise is made where it is asked for, and settled by a task on the stream's domain: whoever asked may be gone by then,
//! and the element for somebody else.

use crate::domain_cell::DomainCell;
use crate::executor::Executor;
use crate::export::{self, Convert, reject_dropped};
use crate::future::Futures;
use crate::handle;
use crate::slab::Key;
use crate::task::{self, Completion, Lost, Outcome, Stage, Unsettled};
use crate::thread::ThreadId;
use bactrian_runtime::OCamlRuntime;
use core::future::Future;
use std::sync::{Arc, Weak};

/// A promise to be settled, sooner or later. Dropped, it is rejected.
pub(crate) struct Pledge {
    unsettled: Option<Unsettled>,
    /// Who can reject it, if the stream's own domain has ended.
    requester: Arc<Executor>,
}

impl Pledge {
    pub(super) fn new(unsettled: Unsettled, requester: Arc<Executor>) -> Self {
        Pledge { unsettled: Some(unsettled), requester }
    }

    fn take(mut self) -> Option<Unsettled> {
        self.unsettled.take()
    }
}

impl Drop for Pledge {
    fn drop(&mut self) {
        if let Some(unsettled) = self.unsettled.take() {
            // Any domain can, and the first is always there.
            let living = if self.requester.is_gone() { Executor::of_domain(0) } else { None };
            reject_dropped(living.as_ref().unwrap_or(&self.requester), unsettled);
        }
    }
}

/// Where a pledge is until its task waits: where whoever gives the task up finds it.
struct Place(DomainCell<Option<Pledge>>);

impl Place {
    fn take(&self) -> Option<Pledge> {
        // SAFETY: tasks are polled, dropped and given up with the lock of their domain held.
        unsafe { self.0.borrow() }.take()
    }
}

impl Lost for Place {
    fn lost(&self) {
        // Who asked is told so.
        drop(self.take());
    }
}

/// Settles a pledge with the outcome of a task.
struct Settle<R> {
    pledge: Arc<Place>,
    executor: Arc<Executor>,
    function: &'static str,
    convert: Convert<R>,
}

impl<R> Completion<R> for Settle<R> {
    fn complete(
        &mut self,
        executor: &Arc<Executor>,
        stage: Stage,
        outcome: Outcome<R>,
    ) -> Option<Outcome<R>> {
        let promise = match (self.pledge.take().and_then(Pledge::take), stage) {
            (Some(promise), _) => Some(promise),
            (None, Stage::Waiting(entry)) => entry.promise,
            (None, _) => None,
        };
        let Some(promise) = promise else { return Some(outcome) };
        export::settle::<Futures, R>(executor, promise, self.function, self.convert, outcome);
        None
    }

    fn registered(&self, key: Key) {
        let Some(promise) = self.pledge.take().and_then(Pledge::take) else { return };
        // SAFETY: tasks are polled with the lock of their domain held. Where the executor looks for it if the thread ends.
        if let Some(entry) = unsafe { self.executor.local() }.tasks.get_mut(key) {
            entry.promise = Some(promise);
        }
    }

    fn waiter(&self) -> Weak<dyn Lost> {
        Arc::downgrade(&self.pledge) as _
    }
}

/// Starts a task that settles the pledge. With the lock of the executor's domain held, and a frame entered.
pub(super) fn start<R: 'static>(
    executor: &Arc<Executor>,
    thread: ThreadId,
    function: &'static str,
    future: impl Future<Output = R> + 'static,
    convert: Convert<R>,
    pledge: Pledge,
) {
    let settle = Settle {
        pledge: Arc::new(Place(DomainCell::new(Some(pledge)))),
        executor: Arc::clone(executor),
        function,
        convert,
    };
    handle::run(task::spawn(Arc::clone(executor), thread, future, settle));
}

/// Asks the stream of this key for whoever holds the pledge. On the stream's domain, in a frame.
pub(super) fn ask(rt: &mut OCamlRuntime, home: &Arc<Executor>, key: Key, pledge: Pledge) {
    let convert: Convert<()> = |(), _| Ok(1);
    match home.stream(rt, key) {
        // It has ended: `None`, which is `()`.
        None => start(home, ThreadId::NONE, "", core::future::ready(()), convert, pledge),
        Some(source) => {
            let thread = source.thread();
            if thread == ThreadId::NONE || thread.is_alive() {
                source.pull_for(pledge);
            }
            // Else nobody can poll it: whoever asked is told so by the drop of the pledge.
        }
    }
}
