//! State that a domain's lock guards.

use core::cell::{RefCell, RefMut};

/// A value that is touched only by a thread that holds the lock of one domain, which is so its mutex.
///
/// It is borrowed for a few instructions at a time: nothing that runs foreign code (a waker, a destructor, OCaml) may
/// run while it is.
pub(crate) struct DomainCell<T>(RefCell<T>);

// SAFETY: `borrow` asks for the domain's lock, so threads take turns; what the executor keeps here is dropped with the
// lock held, or leaked.
unsafe impl<T> Send for DomainCell<T> {}
// SAFETY: likewise.
unsafe impl<T> Sync for DomainCell<T> {}

impl<T> DomainCell<T> {
    pub(crate) fn new(value: T) -> Self {
        DomainCell(RefCell::new(value))
    }

    /// # Safety
    /// This thread must hold the lock of the domain that the cell belongs to, while the borrow lives.
    #[inline]
    pub(crate) unsafe fn borrow(&self) -> RefMut<'_, T> {
        self.0.borrow_mut()
    }

    /// For an owner that is alone.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}
