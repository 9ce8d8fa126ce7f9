//! Executors as other code sees them.

use crate::context;
use crate::executor::{Executor, Message};
use crate::fork;
use crate::future::{self, leaves_polling};
use crate::join::{self, JoinHandle};
use crate::lwt;
use crate::task::{self, TaskHandle, TaskRunnable};
use crate::thread::ThreadId;
use bactrian_runtime::OCamlRuntime;
use core::fmt;
use core::future::Future;
use std::sync::{Arc, mpsc};

/// The executor of a domain, for any thread to give it work. Clones are cheap.
///
/// The work is done when the domain's event loop runs, under Lwt in `Lwt_main.run`.
#[derive(Clone)]
pub struct Handle {
    executor: Arc<Executor>,
}

impl Handle {
    /// The executor of the current domain, created and made known to the event loop on first use.
    ///
    /// # Panics
    /// On a domain that no event loop serves, since the work would never be done, and in a forked child.
    pub fn of(rt: &mut OCamlRuntime) -> Self {
        let served = lwt::served(rt, "Handle::of")
            .or_else(|message| future::served(rt, "Handle::of").map_err(|_| message));
        match served {
            Ok(executor) => Handle { executor },
            Err(message) => panic!("{message}"),
        }
    }

    /// The executor whose task is being polled on this thread; `None` outside of one.
    pub fn try_current() -> Option<Self> {
        context::current().map(|executor| Handle { executor })
    }

    /// As [`try_current`](Handle::try_current).
    ///
    /// # Panics
    /// Outside a task of a domain.
    pub fn current() -> Self {
        Self::try_current().unwrap_or_else(|| {
            panic!("Handle::current: no task of a domain is being polled on this thread; take `Handle::of(rt)` there")
        })
    }

    /// The number of the domain: see [`OCamlRuntime::domain_id`].
    pub fn domain_id(&self) -> usize {
        self.executor.domain()
    }

    /// How many tasks of the domain wait for something, for tests and diagnosis.
    ///
    /// # Panics
    /// On another domain.
    pub fn waiting_tasks(&self, rt: &OCamlRuntime) -> usize {
        self.check_domain(rt, "waiting_tasks");
        self.executor.waiting(rt)
    }

    /// How many streams of Rust OCaml can still read on this domain, for tests and diagnosis.
    ///
    /// # Panics
    /// On another domain.
    pub fn open_streams(&self, rt: &OCamlRuntime) -> usize {
        self.check_domain(rt, "open_streams");
        self.executor.open_streams(rt)
    }

    fn check_domain(&self, rt: &OCamlRuntime, who: &str) {
        assert!(
            rt.domain_id() == self.domain_id(),
            "Handle::{who} of the executor of domain {} on domain {}: only its own domain can look",
            self.domain_id(),
            rt.domain_id()
        );
    }

    /// Runs `future` as a task of the domain, from any thread.
    ///
    /// # Panics
    /// In a forked child.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        fork::check("Handle::spawn");
        let (join, handle) = join::pair(&self.executor);
        let executor = Arc::clone(&self.executor);
        self.executor
            .send(Message::Job(Box::new(move |_| start(executor, ThreadId::NONE, future, join))));
        handle
    }

    /// Runs `body` on the domain, at the next turn of its event loop, and waits for its result.
    ///
    /// For threads that are no domain's, or have released its lock, such as tokio's. Inside a task of the same domain
    /// `body` is run at once.
    ///
    /// # Panics
    /// When this thread holds a domain's lock, since that domain would stand still; when `body` panics, with the
    /// same payload; and when the domain ends first.
    pub fn run_in_domain<R: Send + 'static>(
        &self,
        body: impl FnOnce(&mut OCamlRuntime) -> R + Send + 'static,
    ) -> R {
        if context::is_polling(&self.executor) {
            return context::with_runtime(body);
        }
        fork::check("Handle::run_in_domain");
        assert!(
            !OCamlRuntime::is_held(),
            "Handle::run_in_domain: this thread holds a domain's lock, and waiting would stop that domain; use \
             Handle::spawn and await it"
        );
        let (sender, receiver) = mpsc::sync_channel(1);
        self.executor.send(Message::Job(Box::new(move |rt| {
            let result = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| body(rt)));
            // An error: the caller is gone.
            let _ = sender.send(result);
        })));
        match receiver.recv() {
            Ok(Ok(result)) => result,
            Ok(Err(payload)) => std::panic::resume_unwind(payload),
            Err(_) => panic!("Handle::run_in_domain: domain {} has ended", self.domain_id()),
        }
    }

    pub(crate) fn from_executor(executor: Arc<Executor>) -> Self {
        Handle { executor }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("domain", &self.domain_id()).finish()
    }
}

/// Runs `future` as a task of the domain whose task is being polled.
///
/// It need not be `Send`: it stays on its domain. It is polled for the first time by a later turn, not now.
///
/// # Panics
/// Outside a task of a domain; and on a thread that leaves its tasks to another one, where it would never be polled:
/// that of a fibre of Domainslib's, say, until the function has waited for the first time.
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let executor = context::current().unwrap_or_else(|| {
        panic!("spawn_local: no task of a domain is being polled on this thread; use Handle::spawn")
    });
    assert!(
        !leaves_polling(&executor),
        "spawn_local: only this thread may poll the task, but this thread's scheduler leaves that to another one; use \
         Handle::current().spawn, with a future that is Send"
    );
    let (join, handle) = join::pair(&executor);
    start(executor, ThreadId::binding(), future, join);
    handle
}

fn start<F>(executor: Arc<Executor>, thread: ThreadId, future: F, join: join::Join<F::Output>)
where
    F: Future + 'static,
    F::Output: 'static,
{
    run(task::spawn(executor, thread, future, join));
}

/// Has a new task polled by a later turn.
pub(crate) fn run<R>((runnable, task): (TaskRunnable, TaskHandle<R>)) {
    task.detach();
    runnable.schedule();
}
