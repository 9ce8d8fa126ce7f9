//! The executor of a domain: its queues and its table.

use crate::context;
use crate::domain_cell::DomainCell;
use crate::fork;
use crate::gate::Gate;
use crate::panics::{self, Panicked};
use crate::slab::{Key, Slab};
use crate::stream::Source;
use crate::task::{Entry, TaskRunnable};
use crate::thread::ThreadId;
use crate::waiting::Waiting;
use bactrian_io::{Handle as Bell, Reactor};
use bactrian_runtime::{BoxRoot, OCamlAny, OCamlException, OCamlRuntime};
use core::cell::RefMut;
use core::mem;
use core::task::Waker;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Something to do on the domain, with its lock held.
pub(crate) type Job = Box<dyn FnOnce(&mut OCamlRuntime) + Send>;

/// What the queues hold.
pub(crate) enum Message {
    /// A task that was woken.
    Run(TaskRunnable),
    Job(Job),
    /// A task to be cancelled, by its own thread.
    Cancel(ThreadId, Key),
    /// A stream to be dropped, by its own thread.
    Close(ThreadId, Key),
}

/// The executor of one domain.
pub(crate) struct Executor {
    domain: usize,
    reactor: Reactor,
    pub(crate) bell: Bell,
    /// Where other threads put their messages.
    pub(crate) gate: Gate<Message>,
    local: DomainCell<Local>,
}

/// What only the domain touches.
pub(crate) struct Local {
    pub(crate) queue: VecDeque<Message>,
    /// Whoever calls the tick.
    pub(crate) host: Option<Host>,
    /// The host has been told that there is work, and has not ticked since.
    pub(crate) kicked: bool,
    /// What came up for other threads than the one that looked.
    pub(crate) elsewhere: HashMap<ThreadId, VecDeque<Message>>,
    /// Threads that wait in OCaml's `await`, asleep.
    pub(crate) waiting: Waiting,
    /// How many futures there are that only one thread may poll and drop.
    pub(crate) bound: usize,
    /// Tasks that wait, to be cancelled by their key.
    pub(crate) tasks: Slab<Entry>,
    /// Who waits for a promise of OCaml.
    pub(crate) waits: Slab<Wait>,
    /// Streams that OCaml reads.
    pub(crate) streams: Slab<Arc<dyn Source>>,
    /// Exceptions that no hook of the host wanted; the next tick raises the first.
    pub(crate) escaped: Vec<OCamlException>,
}

/// What a host is told.
type Tell = fn(&mut OCamlRuntime) -> Result<(), OCamlException>;

/// An event loop that watches the reactor's descriptor and calls the tick, always on one thread.
pub(crate) struct Host {
    pub(crate) thread: ThreadId,
    /// Makes it call the tick soon. Called on its thread. `None`: it watches the descriptor, and that is enough.
    pub(crate) kick: Option<Tell>,
    /// What `kick` was before another loop, which watches the descriptor too, began on this thread.
    pub(crate) covered: Option<Tell>,
    /// Makes it forget the descriptor, since the domain ends.
    pub(crate) detach: Tell,
}

/// A task that waits for a promise of OCaml.
pub(crate) struct Wait {
    /// `None`: has been woken.
    pub(crate) waker: Option<Waker>,
    /// What stands between the promise and us, so that the promise can forget us.
    pub(crate) guard: Option<BoxRoot<OCamlAny>>,
}

/// The executors of the domains that run, by number.
static EXECUTORS: Mutex<Option<HashMap<usize, Arc<Executor>>>> = Mutex::new(None);

thread_local! {
    /// A thread stays with one domain, so it looks its executor up once.
    static CURRENT: RefCell<Option<Arc<Executor>>> = const { RefCell::new(None) };
}

impl Executor {
    /// The executor of the current domain, created on first use.
    ///
    /// # Panics
    /// When the process is out of descriptors, and in a forked child.
    #[inline]
    pub(crate) fn current(rt: &OCamlRuntime) -> Arc<Self> {
        let cached = CURRENT.with_borrow(Option::clone);
        cached.unwrap_or_else(|| Self::look_up(rt.domain_id()))
    }

    /// The executor of the current domain, if it has one.
    #[inline]
    pub(crate) fn existing(rt: &OCamlRuntime) -> Option<Arc<Self>> {
        CURRENT.with_borrow(Option::clone).or_else(|| Self::find(rt.domain_id()))
    }

    #[cold]
    fn find(domain: usize) -> Option<Arc<Self>> {
        if fork::is_child() {
            // The table may have been locked by a thread that stayed with the parent.
            return None;
        }
        let executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
        let executor = executors.as_ref()?.get(&domain)?;
        CURRENT.set(Some(Arc::clone(executor)));
        Some(Arc::clone(executor))
    }

    /// The executor of a domain that runs, by its number.
    pub(crate) fn of_domain(domain: usize) -> Option<Arc<Self>> {
        let executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
        executors.as_ref()?.get(&domain).map(Arc::clone)
    }

    #[cold]
    fn look_up(domain: usize) -> Arc<Self> {
        fork::check("the executor of a domain");
        let mut executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
        let executors = executors.get_or_insert_default();
        let executor = executors.entry(domain).or_insert_with(|| Arc::new(Self::new(domain)));
        CURRENT.set(Some(Arc::clone(executor)));
        Arc::clone(executor)
    }

    fn new(domain: usize) -> Self {
        fork::started();
        bactrian_runtime::__private::at_domain_end(crate::shutdown::domain_ends, forget);
        let reactor = Reactor::new().unwrap_or_else(|error| {
            panic!("the executor of domain {domain} gets no descriptors to wait on: {error}")
        });
        Executor {
            domain,
            bell: reactor.handle(),
            reactor,
            gate: Gate::new(),
            local: DomainCell::new(Local {
                queue: VecDeque::new(),
                host: None,
                kicked: false,
                elsewhere: HashMap::new(),
                waiting: Waiting::new(),
                bound: 0,
                tasks: Slab::new(),
                waits: Slab::new(),
                streams: Slab::new(),
                escaped: Vec::new(),
            }),
        }
    }

    /// Has its domain ended?
    pub(crate) fn is_gone(&self) -> bool {
        self.gate.is_gone()
    }

    /// The number of the domain.
    pub(crate) fn domain(&self) -> usize {
        self.domain
    }

    /// The reactor that a host watches.
    pub(crate) fn reactor(&self) -> &Reactor {
        &self.reactor
    }

    /// What only the domain touches, for a few instructions.
    ///
    /// # Safety
    /// This thread must hold the lock of this executor's domain.
    #[inline]
    pub(crate) unsafe fn local(&self) -> RefMut<'_, Local> {
        // SAFETY: passed on.
        unsafe { self.local.borrow() }
    }

    /// The thread of the host; none if there is no host.
    #[inline]
    pub(crate) fn host_thread(&self, _rt: &OCamlRuntime) -> ThreadId {
        // SAFETY: the handle proves that the lock is held; executors are used on their own domain.
        unsafe { self.local() }.host.as_ref().map_or(ThreadId::NONE, |host| host.thread)
    }

    /// Is there a host, whose thread runs?
    pub(crate) fn is_hosted(&self, rt: &OCamlRuntime) -> bool {
        let host = self.host_thread(rt);
        host != ThreadId::NONE && host.is_alive()
    }

    /// Is `rt` of this executor's domain, and this thread the one on which its tasks run?
    pub(crate) fn is_at_home(&self, rt: &OCamlRuntime) -> bool {
        rt.domain_id() == self.domain && self.host_thread(rt) == ThreadId::current()
    }

    /// Is this a poll in which the promises of the host can be used? Its thread's, that is.
    #[inline]
    pub(crate) fn is_polled_here(&self) -> bool {
        if !context::is_polling(self) {
            return false;
        }
        // SAFETY: whoever polls with the runtime at hand holds the lock.
        let local = unsafe { self.local() };
        local.host.as_ref().is_none_or(|host| host.thread == ThreadId::current())
    }

    /// Is this thread in a frame of this executor, with the lock held? It looks at the queue when it leaves the frame.
    #[inline]
    fn is_runner(&self) -> bool {
        context::is_inside(self) && OCamlRuntime::is_held()
    }

    /// Tells the host of work in the queue, if this thread has left its outermost frame.
    #[inline]
    pub(crate) fn kick(&self, rt: &mut OCamlRuntime) {
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        if local.queue.is_empty() || local.kicked || context::is_inside(self) {
            return;
        }
        let kick = match &local.host {
            Some(Host { thread, kick: Some(kick), .. }) if *thread == ThreadId::current() => *kick,
            // Without a host, somebody may sleep in the reactor; who comes later looks at the queue before.
            None if local.waiting.poller().is_none() => return,
            _ => {
                drop(local);
                return self.bell.wakeup();
            }
        };
        local.kicked = true;
        drop(local);
        if let Err(exception) = kick(rt) {
            self.escape(rt, exception);
        }
    }

    /// Wakes the task that waits for a promise of OCaml under this key.
    pub(crate) fn wake(self: &Arc<Self>, rt: &mut OCamlRuntime, key: Key) {
        // SAFETY: the handle proves that the lock is held. The waker is called outside the borrow.
        let waker = unsafe { self.local() }.waits.get_mut(key).and_then(|wait| {
            wait.guard = None;
            wait.waker.take()
        });
        if let Some(waker) = waker {
            context::enter(self, rt, || panics::wake(waker));
        }
    }

    /// Queues `message`, from any thread. What comes after the end of the domain is dropped, or, if that needs
    /// the domain, leaked.
    pub(crate) fn send(&self, message: Message) {
        if self.gate.is_closed() && !self.is_runner() || fork::is_child() {
            message.discard();
            return;
        }
        if self.is_runner() {
            // SAFETY: the thread in a frame belongs to the domain, and holds a lock, which is so the domain's.
            unsafe { self.local() }.queue.push_back(message);
            return;
        }
        if self.gate.send(message, Message::discard) {
            self.bell.wakeup();
        }
    }

    /// Queues a woken task. What a task's waker calls.
    #[inline]
    pub(crate) fn schedule(runnable: TaskRunnable) {
        if runnable.metadata().is_finished() {
            // Nothing is left that needs the domain.
            return drop(runnable);
        }
        let executor = Arc::as_ptr(&runnable.metadata().executor);
        // SAFETY: the task keeps its executor, and is on the queue, which only this thread can empty, or the executor
        // has been cloned, when the task goes away.
        let executor = unsafe { &*executor };
        if executor.is_runner() && !fork::is_child() {
            // SAFETY: as in `send`.
            unsafe { executor.local() }.queue.push_back(Message::Run(runnable));
        } else {
            let executor = Arc::clone(&runnable.metadata().executor);
            executor.send(Message::Run(runnable));
        }
    }

    /// Keeps an exception that nobody handles, for the host: the next tick raises it.
    pub(crate) fn escape(&self, _rt: &OCamlRuntime, exception: OCamlException) {
        // SAFETY: the handle proves that the lock is held; executors are used on their own domain.
        unsafe { self.local() }.escaped.push(exception);
        self.bell.wakeup();
    }

    /// Moves what other threads have sent to the local queue.
    pub(crate) fn fetch(&self, _rt: &OCamlRuntime) {
        if let Some(arrived) = self.gate.fetch() {
            // SAFETY: the handle proves that the lock is held; moving messages runs no foreign code.
            unsafe { self.local() }.queue.extend(arrived);
        }
    }

    /// How many streams are open.
    pub(crate) fn open_streams(&self, _rt: &OCamlRuntime) -> usize {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.streams.len()
    }

    /// How many tasks wait.
    pub(crate) fn waiting(&self, _rt: &OCamlRuntime) -> usize {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.tasks.len()
    }
}

/// Has what belonged to a thread that has ended given up, on its domain. Called by that thread when it is torn down.
pub(crate) fn thread_ended(thread: ThreadId) {
    if fork::is_child() {
        return;
    }
    let executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
    // A thread is of one domain, but does not know which any more. There are few.
    let all: Vec<_> = executors.iter().flat_map(HashMap::values).map(Arc::clone).collect();
    drop(executors);
    for executor in all {
        let target = Arc::clone(&executor);
        executor.send(Message::Job(Box::new(move |rt| target.abandon_thread(rt, thread))));
    }
}

/// Takes the executor of a domain that has ended out of the table. Its threads are gone, so nobody looks it up again.
fn forget(domain: usize) {
    let mut executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let executor = executors.as_mut().and_then(|executors| executors.remove(&domain));
    drop(executors);
    drop(executor);
    let current = CURRENT.try_with(RefCell::take);
    drop(current);
}

impl Message {
    /// The one thread that may do it; none: any of the domain that drives the executor.
    #[inline]
    pub(crate) fn thread(&self) -> ThreadId {
        match self {
            Message::Run(runnable) if !runnable.metadata().is_finished() => {
                runnable.metadata().thread
            }
            Message::Cancel(thread, _) | Message::Close(thread, _) => *thread,
            _ => ThreadId::NONE,
        }
    }

    /// Does one piece of work, in a frame.
    pub(crate) fn run(self) {
        let done = catch_unwind(AssertUnwindSafe(|| match self {
            Message::Run(runnable) => crate::task::run(runnable),
            Message::Job(job) => context::with_runtime(job),
            Message::Cancel(_, key) => {
                if let Some(executor) = context::current() {
                    context::with_runtime(|rt| executor.cancel(rt, key));
                }
            }
            Message::Close(_, key) => {
                if let Some(executor) = context::current() {
                    context::with_runtime(|rt| executor.close_stream(rt, key));
                }
            }
        }));
        // The panic hook has reported it; the other work goes on.
        if let Err(payload) = done {
            Panicked::caught(payload).discard();
        }
    }

    /// Gets rid of work that nobody will do.
    pub(crate) fn discard(self) {
        match self {
            // Its future may be dropped on its domain only, which is gone.
            Message::Run(runnable) if runnable.metadata().is_finished() => drop(runnable),
            Message::Run(runnable) => mem::forget(runnable),
            // What it owns may panic, and others are to be discarded after it.
            Message::Job(job) => panics::guarded(|| drop(job)),
            Message::Cancel(..) | Message::Close(..) => {}
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let local = self.local.get_mut();
        let elsewhere = mem::take(&mut local.elsewhere).into_values().flatten();
        let queue = mem::take(&mut local.queue);
        queue.into_iter().chain(elsewhere).chain(self.gate.rest()).for_each(Message::discard);
    }
}
