//! A value that has to stay on its thread, and notices when it has not.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::{self, ThreadId};

/// It is not `Send`, and neither is a future that owns it.
pub struct Stays {
    home: ThreadId,
    strays: &'static AtomicI64,
    _not_send: PhantomData<Rc<()>>,
}

impl Stays {
    /// `strays` is how often such values were checked or dropped on another thread than theirs.
    pub fn new(strays: &'static AtomicI64) -> Self {
        Stays { home: thread::current().id(), strays, _not_send: PhantomData }
    }

    pub fn at_home(&self) -> bool {
        self.home == thread::current().id()
    }

    pub fn check(&self) {
        self.strays.fetch_add(i64::from(!self.at_home()), Ordering::SeqCst);
    }
}

impl Drop for Stays {
    fn drop(&mut self) {
        self.check();
    }
}
