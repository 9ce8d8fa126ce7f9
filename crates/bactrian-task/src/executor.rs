//! The executor of a domain: its queues, its table and its tick.

use crate::context;
use crate::domain_cell::DomainCell;
use crate::slab::{Key, Slab};
use crate::task::{self, Entry, TaskRunnable};
use bactrian_io::{Handle as Bell, Inbox, Reactor};
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::cell::RefMut;
use core::mem;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use core::task::Waker;
use core::time::Duration;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// How many tasks and jobs one tick runs before the host's other work has its turn.
const BUDGET: usize = 64;

/// Something to do on the domain, with its lock held.
pub(crate) type Job = Box<dyn FnOnce(&mut OCamlRuntime) + Send>;

/// What the queues hold.
pub(crate) enum Message {
    /// A task that was woken.
    Run(TaskRunnable),
    Job(Job),
}

/// The executor of one domain.
pub(crate) struct Executor {
    domain: usize,
    reactor: Reactor,
    bell: Bell,
    inbox: Inbox<Message>,
    /// The thread that is sure to look at the local queue before it sleeps; 0: none is.
    home: AtomicUsize,
    /// No new work is taken: the domain ends.
    closed: AtomicBool,
    /// Nobody will look at the inbox any more.
    gone: AtomicBool,
    local: DomainCell<Local>,
}

/// What only the domain touches.
pub(crate) struct Local {
    queue: VecDeque<Message>,
    /// The thread that runs the host's loop; see `Executor::due`.
    loop_thread: usize,
    /// It has been told that there is nothing to do, and has not ticked since.
    asleep: bool,
    /// Tasks that wait, to be cancelled by their key.
    pub(crate) tasks: Slab<Entry>,
    /// Who waits for a promise of OCaml; `None`: has been woken.
    pub(crate) waits: Slab<Option<Waker>>,
    /// Exceptions that no hook of the host wanted; the next tick raises the first.
    escaped: Vec<OCamlException>,
    /// Has the host been told of this executor?
    pub(crate) attached: bool,
}

/// The executors of the domains that run, by number.
static EXECUTORS: Mutex<Option<HashMap<usize, Arc<Executor>>>> = Mutex::new(None);

thread_local! {
    /// A thread stays with one domain, so it looks its executor up once.
    static CURRENT: RefCell<Option<Arc<Executor>>> = const { RefCell::new(None) };
    /// Its address tells threads apart.
    static THREAD: u8 = const { 0 };
}

#[inline]
fn this_thread() -> usize {
    THREAD.with(|byte| core::ptr::from_ref(byte) as usize)
}

impl Executor {
    /// The executor of the current domain, created on first use.
    ///
    /// # Panics
    /// When the process is out of descriptors.
    #[inline]
    pub(crate) fn current(rt: &OCamlRuntime) -> Arc<Self> {
        let cached = CURRENT.with_borrow(Option::clone);
        cached.unwrap_or_else(|| Self::look_up(rt.domain_id()))
    }

    /// The executor of the current domain, if it has one.
    pub(crate) fn existing(rt: &OCamlRuntime) -> Option<Arc<Self>> {
        CURRENT.with_borrow(Option::clone).or_else(|| {
            let executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
            executors.as_ref()?.get(&rt.domain_id()).map(Arc::clone)
        })
    }

    #[cold]
    fn look_up(domain: usize) -> Arc<Self> {
        let mut executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
        let executors = executors.get_or_insert_default();
        let executor = executors.entry(domain).or_insert_with(|| Arc::new(Self::new(domain)));
        CURRENT.set(Some(Arc::clone(executor)));
        Arc::clone(executor)
    }

    fn new(domain: usize) -> Self {
        let reactor = Reactor::new().unwrap_or_else(|error| {
            panic!("the executor of domain {domain} gets no descriptors to wait on: {error}")
        });
        Executor {
            domain,
            bell: reactor.handle(),
            reactor,
            inbox: Inbox::new(),
            home: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            local: DomainCell::new(Local {
                queue: VecDeque::new(),
                loop_thread: 0,
                asleep: false,
                tasks: Slab::new(),
                waits: Slab::new(),
                escaped: Vec::new(),
                attached: false,
            }),
        }
    }

    /// Has its domain ended?
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
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

    /// Is this the thread that looks at the local queue before it sleeps, with the lock held?
    #[inline]
    fn is_home(&self) -> bool {
        self.home.load(Ordering::Relaxed) == this_thread() && OCamlRuntime::is_held()
    }

    /// Does this thread hold the lock of this executor's domain?
    pub(crate) fn is_domain_of_this_thread(&self) -> bool {
        // SAFETY: the lock is held then, and the handle is only read.
        OCamlRuntime::is_held() && unsafe { OCamlRuntime::recover() }.domain_id() == self.domain
    }

    /// Queues `message`, from any thread. What comes after the end of the domain is dropped, or, if that needs
    /// the domain, leaked.
    pub(crate) fn send(&self, message: Message) {
        if self.is_home() {
            // SAFETY: the home thread belongs to the domain, and holds a lock, which is so the domain's.
            unsafe { self.local() }.queue.push_back(message);
            return;
        }
        if self.closed.load(Ordering::Acquire) {
            message.discard();
            return;
        }
        self.inbox.push(message);
        fence(Ordering::SeqCst);
        if self.gone.load(Ordering::Relaxed) {
            // The domain ended between the two looks, and may not have seen the message.
            self.inbox.drain().for_each(Message::discard);
            return;
        }
        self.bell.wakeup();
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
        if executor.is_home() {
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

    /// Says that this thread is about to sleep until the descriptor is readable, unless this returns `true`:
    /// then there is work at hand, and it must call `tick` first.
    ///
    /// From here to the next sign of life of this thread, wakes that come from it ring the reactor as those of other
    /// threads do: they may come from a finaliser or a signal handler between this call and the sleep.
    pub(crate) fn due(&self, _rt: &OCamlRuntime) -> bool {
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        local.loop_thread = this_thread();
        let due = !local.queue.is_empty();
        local.asleep = !due;
        self.home.store(if due { local.loop_thread } else { 0 }, Ordering::Relaxed);
        due
    }

    /// Notes that OCaml has called, so that its loop is awake and will ask [`due`](Self::due) before it sleeps.
    /// Says whether the host knows this executor.
    #[inline]
    pub(crate) fn note_awake(&self, _rt: &OCamlRuntime) -> bool {
        // SAFETY: the handle proves that the lock is held.
        let local = unsafe { self.local() };
        // A loop that has been told to sleep may do so yet: a hook, a finaliser or a signal handler calls.
        if local.loop_thread == this_thread() && !local.asleep {
            self.home.store(local.loop_thread, Ordering::Relaxed);
        }
        local.attached
    }

    /// Looks at the reactor without waiting: the host has found its descriptor readable.
    pub(crate) fn poll_reactor(&self) {
        // What can fail is a system call on descriptors that are ours and open.
        if let Err(error) = self.reactor.pollf(Some(Duration::ZERO)) {
            panic!("the reactor of domain {} fails: {error}", self.domain);
        }
    }

    /// Runs what is due, up to the budget; what is left makes the host come back.
    ///
    /// The error is an exception that escaped an OCaml continuation and the host's own hook.
    pub(crate) fn tick(self: &Arc<Self>, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        if local.loop_thread == this_thread() {
            local.asleep = false;
        }
        drop(local);
        self.note_awake(rt);
        self.fetch(rt);
        context::enter(self, rt, || {
            for _ in 0..BUDGET {
                // SAFETY: the tick holds the lock; nothing that could release it runs in the borrow.
                let Some(message) = unsafe { self.local() }.queue.pop_front() else { break };
                run(message);
            }
        });
        // SAFETY: as above.
        let mut local = unsafe { self.local() };
        // One at a time, since no more can be raised.
        let escaped = (!local.escaped.is_empty()).then(|| local.escaped.remove(0));
        if !local.escaped.is_empty() {
            self.bell.wakeup();
        }
        if !local.queue.is_empty() && self.home.load(Ordering::Relaxed) != this_thread() {
            self.bell.wakeup();
        }
        drop(local);
        escaped.map_or(Ok(()), Err)
    }

    /// Moves what other threads have sent to the local queue.
    fn fetch(&self, _rt: &OCamlRuntime) {
        if !self.inbox.is_empty() {
            let arrived = self.inbox.drain();
            // SAFETY: the handle proves that the lock is held; moving messages runs no foreign code.
            unsafe { self.local() }.queue.extend(arrived);
        }
    }

    /// Drops all tasks that wait, settles their promises, and does what is queued.
    ///
    /// The executor stays usable: what runs later at exit may still make calls.
    pub(crate) fn cancel_all(self: &Arc<Self>, rt: &mut OCamlRuntime) {
        // A bound, since a continuation may start anew for ever.
        for _ in 0..1000 {
            // SAFETY: the handle proves that the lock is held.
            let keys = unsafe { self.local() }.tasks.keys();
            let idle = keys.is_empty();
            context::enter(self, rt, || {
                for key in keys {
                    // SAFETY: as above; tasks are dropped outside the borrow.
                    let body =
                        unsafe { self.local() }.tasks.get_mut(key).and_then(|entry| entry.body);
                    if let Some(body) = body {
                        // SAFETY: a body is taken out of the slab before it dies.
                        drop(unsafe { body.as_ref() }.cancel());
                    }
                }
            });
            self.fetch(rt);
            // SAFETY: as above.
            let queued = unsafe { self.local() }.queue.len();
            if idle && queued == 0 {
                break;
            }
            for _ in 0..queued.div_ceil(BUDGET) {
                // The exit goes on, whatever is thrown on the way.
                let _ = self.tick(rt);
            }
        }
    }

    /// Ends the executor with its domain.
    pub(crate) fn close(self: &Arc<Self>, rt: &mut OCamlRuntime) {
        self.closed.store(true, Ordering::Release);
        // What is woken from here on is done by the ticks below.
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        (local.loop_thread, local.asleep) = (this_thread(), false);
        drop(local);
        self.home.store(this_thread(), Ordering::Relaxed);
        self.cancel_all(rt);
        // Another thread may get this one's address.
        self.home.store(0, Ordering::Relaxed);
        self.gone.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        // SAFETY: as above.
        let mut local = unsafe { self.local() };
        local.loop_thread = 0;
        let left = mem::take(&mut local.queue);
        drop(local);
        left.into_iter().chain(self.inbox.drain()).for_each(Message::discard);
        let mut executors = EXECUTORS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(executors) = executors.as_mut() {
            executors.remove(&self.domain);
        }
        // It stays the current one of this thread, to refuse what comes later.
    }

    /// Cancels a task by its key, if it still waits.
    pub(crate) fn cancel(self: &Arc<Self>, rt: &mut OCamlRuntime, key: Key) {
        // SAFETY: the handle proves that the lock is held.
        let entry = unsafe { self.local() }.tasks.remove(key);
        if let Some(body) = entry.and_then(|entry| entry.body) {
            // SAFETY: a body is taken out of the slab before it dies, and was in it.
            context::enter(self, rt, || drop(unsafe { body.as_ref() }.cancel()));
        }
    }

    /// How many tasks wait.
    pub(crate) fn waiting(&self, _rt: &OCamlRuntime) -> usize {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.tasks.len()
    }
}

/// Does one piece of work, with the runtime lent to it by the frame around.
fn run(message: Message) {
    match message {
        Message::Run(runnable) => task::run(runnable),
        // A panic has been reported by the panic hook; the other work goes on.
        Message::Job(job) => {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| context::with_runtime(job))) {
                task::discard(payload);
            }
        }
    }
}

impl Message {
    /// Gets rid of work that nobody will do.
    fn discard(self) {
        match self {
            // Its future may be dropped on its domain only, which is gone.
            Message::Run(runnable) if runnable.metadata().is_finished() => drop(runnable),
            Message::Run(runnable) => mem::forget(runnable),
            Message::Job(job) => drop(job),
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let queue = mem::take(&mut self.local.get_mut().queue);
        queue.into_iter().chain(self.inbox.drain()).for_each(Message::discard);
    }
}
