//! Running something on a certain domain.

use crate::checked::checked;
use crate::ffi::domain_state::{self, DomainState};
use crate::lock::OCamlLockError;
use crate::roots;
use crate::runtime::OCamlRuntime;
use core::cell::RefCell;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

/// Domains of which there is, or was, a [`OCamlDomain`], by their numbers.
static DOMAINS: LazyLock<Mutex<HashMap<usize, Arc<Shared>>>> = LazyLock::new(Mutex::default);

/// How many jobs wait, on all domains.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// A domain, to send work to: see [`OCamlRuntime::run_in_domain`].
///
/// Made by [`OCamlRuntime::domain`]. It may be kept and sent anywhere, also after the domain has ended.
#[derive(Clone)]
pub struct OCamlDomain {
    shared: Arc<Shared>,
}

struct Shared {
    number: usize,
    state: *mut DomainState,
    mailbox: Arc<Mailbox>,
}

/// Work that was sent to a domain; its threads that wait for an answer wait here for either.
#[derive(Default)]
struct Mailbox {
    inbox: Mutex<Inbox>,
    news: Condvar,
}

// SAFETY: the state is only used to interrupt the domain, which any thread may do while it lives: the inbox's lock is held then.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

#[derive(Default)]
struct Inbox {
    jobs: VecDeque<Job<'static>>,
    has_ended: bool,
}

/// Called once: with the handle, or with nothing when the domain has ended.
type Job<'a> = Box<dyn FnOnce(Option<&mut OCamlRuntime>) + Send + 'a>;

impl OCamlDomain {
    /// The number of the domain, as [`OCamlRuntime::domain_id`] says it there, and `Domain.self` in OCaml.
    pub fn number(&self) -> usize {
        self.shared.number
    }

    /// Whether the domain has ended. When it has not, it may do so at any moment.
    pub fn has_ended(&self) -> bool {
        self.shared.mailbox.inbox().has_ended
    }
}

impl core::fmt::Debug for OCamlDomain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("OCamlDomain").field(&self.number()).finish()
    }
}

impl PartialEq for OCamlDomain {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Eq for OCamlDomain {}

/// The domain to which work was sent has ended, and the work was not begun. See [`OCamlRuntime::run_in_domain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainEnded {
    number: usize,
}

impl core::fmt::Display for DomainEnded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "domain {} has ended, and cannot run anything any more", self.number)
    }
}

impl std::error::Error for DomainEnded {}

impl OCamlRuntime {
    /// The current domain, for [`run_in_domain`](Self::run_in_domain).
    pub fn domain(&self) -> OCamlDomain {
        let state = domain_state::current();
        roots::know_domain();
        crate::interrupt::install();
        let number = self.domain_id();
        let shared = lock(&DOMAINS)
            .entry(number)
            .or_insert_with(|| Arc::new(Shared { number, state, mailbox: Arc::default() }))
            .clone();
        OCamlDomain { shared }
    }

    /// Runs `body` on a certain domain, with its lock held, and waits for it.
    ///
    /// Work goes to a domain to use what is its own: values in domain-local storage (`Domain.DLS`), a scheduler, a library that is
    /// for one domain. Values and [`BoxRoot`](crate::BoxRoot)s need no such thing: they are good on every domain.
    ///
    /// Where it runs:
    ///
    /// - when this thread is one of that domain: here;
    /// - when the domain is the first: on a thread of Rust's, this one if OCaml did not start it, else a new one;
    /// - else: on whichever thread of the domain comes first to a place where OCaml code may run, as a signal handler would, or
    ///   waits in `run_in_domain` itself: two domains may send to each other. A domain of which all threads wait for something else (in
    ///   `Domain.join`, `Unix.sleep`, a released section) comes to no such place before one of them goes on.
    ///
    /// A panic of `body` goes on here; an OCaml exception that it does not catch too.
    ///
    /// # Errors
    /// When the domain has ended, or ends before it has begun. `body` has not run then.
    ///
    /// # Panics
    /// When this thread holds a domain's lock: the other domain may need this one to come to a stop, for a collection. Use
    /// [`releasing_runtime`](Self::releasing_runtime) around it. Else as [`with_domain_lock`](Self::with_domain_lock), which the first
    /// call on a thread uses to find out where it belongs.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{DomainEnded, OCamlDomain, OCamlRuntime};
    /// fn number_over_there(rt: &mut OCamlRuntime, domain: &OCamlDomain) -> Result<usize, DomainEnded> {
    ///     rt.releasing_runtime(|| OCamlRuntime::run_in_domain(domain, |rt| rt.domain_id()))
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn run_in_domain<R: Send>(
        domain: &OCamlDomain,
        body: impl FnOnce(&mut OCamlRuntime) -> R + Send,
    ) -> Result<R, DomainEnded> {
        assert!(
            !OCamlRuntime::is_held(),
            "OCamlRuntime::run_in_domain: this thread holds its domain's lock, and would wait with it; wrap the call in \
             `rt.releasing_runtime(|| …)`"
        );
        if let Err(error) = crate::startup::require_running() {
            panic!("OCamlRuntime::run_in_domain: {error}");
        }
        let shared = &*domain.shared;
        let home = home();
        if home.as_ref().is_some_and(|home| home.number == shared.number) {
            return Ok(OCamlRuntime::with_domain_lock(body));
        }
        shared.send(home.as_deref(), body)
    }
}

thread_local! {
    /// The domain to which this thread belongs, once it is known.
    static HOME: RefCell<Option<Arc<Shared>>> = const { RefCell::new(None) };
}

/// The domain to which this thread belongs. A thread that belongs to none yet becomes one of the first domain's, if it can.
fn home() -> Option<Arc<Shared>> {
    if roots::domain_ended() {
        return None;
    }
    // A destructor of another thread-local may be the last to ask.
    let known = HOME.try_with(|home| home.borrow().clone()).ok().flatten();
    if let Some(home) = known
        && !home.mailbox.inbox().has_ended
    {
        return Some(home);
    }
    match OCamlRuntime::try_with_domain_lock(|rt| rt.domain().shared) {
        Ok(home) => {
            let _ = HOME.try_with(|place| place.replace(Some(Arc::clone(&home))));
            Some(home)
        }
        Err(OCamlLockError::NoThreads) => None,
        Err(error) => panic!("OCamlRuntime::run_in_domain: {error}"),
    }
}

/// What the sender waits for.
type Answer<R> = Mutex<Option<std::thread::Result<Result<R, DomainEnded>>>>;

impl Mailbox {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }

    /// Waits for an answer, of which this mailbox gets notice, and meanwhile runs what is sent here. The thread must belong to the
    /// domain of the mailbox, or nobody else know it.
    fn wait_for<R>(&self, answer: &Answer<R>) -> std::thread::Result<Result<R, DomainEnded>> {
        let mut inbox = self.inbox();
        loop {
            if let Some(outcome) = lock(answer).take() {
                return outcome;
            }
            inbox = match inbox.take() {
                Some(job) => {
                    drop(inbox);
                    run_with_lock(job);
                    self.inbox()
                }
                None => self.news.wait(inbox).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn notify(&self) {
        // Whoever looked before the news came is waiting by now.
        drop(self.inbox());
        self.news.notify_all();
    }
}

impl Inbox {
    fn take(&mut self) -> Option<Job<'static>> {
        let job = self.jobs.pop_front()?;
        WAITING.fetch_sub(1, Ordering::SeqCst);
        Some(job)
    }
}

impl Shared {
    fn ended(&self) -> DomainEnded {
        DomainEnded { number: self.number }
    }

    /// Has the domain run the body, and waits.
    #[cfg_attr(feature = "checked", track_caller)]
    fn send<R: Send>(
        &self,
        home: Option<&Shared>,
        body: impl FnOnce(&mut OCamlRuntime) -> R + Send,
    ) -> Result<R, DomainEnded> {
        checked! { let site = crate::checked::Site::here("OCamlRuntime::run_in_domain"); }
        let answer: Arc<Answer<R>> = Arc::new(Mutex::new(None));
        let mailbox = home.map_or_else(Arc::default, |home| Arc::clone(&home.mailbox));
        let ended = self.ended();
        let job: Job<'_> = {
            let (answer, mailbox) = (Arc::clone(&answer), Arc::clone(&mailbox));
            Box::new(move |rt| {
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    checked! { let _locked = rt.is_some().then(|| crate::checked::open(crate::checked::Kind::Locked, site)); }
                    rt.map(body).ok_or(ended)
                }));
                // The sender goes on from here: what it lent must not be used any more.
                *lock(&answer) = Some(outcome);
                mailbox.notify();
            })
        };
        // SAFETY: what the job borrows lives until this function returns, which is after the job has given its answer. It is
        // called exactly once; what is left of it afterwards is a reference to the answer, which is empty by then.
        let job = unsafe { core::mem::transmute::<Job<'_>, Job<'static>>(job) };
        let outcome = if self.number == 0 && crate::lock::may_register() {
            std::thread::scope(|scope| {
                scope.spawn(|| run_with_lock(job));
                mailbox.wait_for(&answer)
            })
        } else {
            if let Err(job) = self.push(job) {
                job(None);
            }
            mailbox.wait_for(&answer)
        };
        outcome.unwrap_or_else(|payload| resume_unwind(payload))
    }

    /// Puts a job into the inbox and interrupts the domain; gives it back when the domain has ended.
    fn push(&self, job: Job<'static>) -> Result<(), Job<'static>> {
        let mut inbox = self.mailbox.inbox();
        if inbox.has_ended {
            return Err(job);
        }
        inbox.jobs.push_back(job);
        WAITING.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the domain lives: it takes the inbox's lock before it ends.
        unsafe { domain_state::request_interrupt_of(self.state) };
        drop(inbox);
        self.mailbox.news.notify_all();
        Ok(())
    }

    fn take(&self) -> Option<Job<'static>> {
        self.mailbox.inbox().take()
    }
}

/// Runs a job on the domain to which this thread belongs.
fn run_with_lock(job: Job<'_>) {
    let mut job = Some(job);
    let _ = OCamlRuntime::try_with_domain_lock(|rt| job.take().map(|job| job(Some(rt))));
    // OCaml cannot be entered any more.
    if let Some(job) = job {
        job(None);
    }
}

/// Runs the jobs of the current domain.
///
/// # Safety
/// The domain's lock must be held, and OCaml code be allowed to run: nobody may have an unrooted value.
pub(crate) unsafe fn run_jobs() {
    if WAITING.load(Ordering::SeqCst) == 0 {
        return;
    }
    // SAFETY: the lock is held.
    let number = unsafe { domain_state::unique_id(domain_state::current()) };
    let Some(shared) = lock(&DOMAINS).get(&number).cloned() else { return };
    while let Some(job) = shared.take() {
        // SAFETY: the lock is held, and whoever had a handle lends it to whatever OCaml runs here.
        job(Some(&mut unsafe { OCamlRuntime::recover() }));
    }
}

/// Notes that the current domain ends: what was sent to it is given back.
pub(crate) fn ends(number: usize) {
    let Some(shared) = lock(&DOMAINS).remove(&number) else { return };
    shared.mailbox.inbox().has_ended = true;
    while let Some(job) = shared.take() {
        job(None);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
