//! Which threads may poll a future, found out when it is compiled.

use crate::thread::ThreadId;
use core::marker::PhantomData;

/// Which threads may poll a task's future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// All of its domain: it is `Send`.
    All,
    /// The one that made it.
    Own,
}

impl Threads {
    pub(crate) fn id(self) -> ThreadId {
        match self {
            Threads::All => ThreadId::NONE,
            Threads::Own => ThreadId::binding(),
        }
    }
}

/// Asks whether `F` is `Send`, where the answer decides which of two traits has the method: `(&&Probe::of(&future)).threads()`.
pub struct Probe<F>(PhantomData<fn(F)>);

impl<F> Probe<F> {
    /// About this future.
    pub fn of(_: &F) -> Self {
        Probe(PhantomData)
    }
}

/// The answer for a future that is `Send`, which is looked for first.
pub trait SendFuture {
    /// The answer.
    fn threads(&self) -> Threads {
        Threads::All
    }
}

impl<F: Send> SendFuture for &Probe<F> {}

/// The answer for any other.
pub trait AnyFuture {
    /// The answer.
    fn threads(&self) -> Threads {
        Threads::Own
    }
}

impl<F> AnyFuture for Probe<F> {}
