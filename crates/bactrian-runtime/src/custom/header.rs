//! The box of an owned value: one word of state, and the value.
//!
//! The state counts references in its upper half and says in its lower half how the value is borrowed. Both change
//! together, so that a borrow keeps its box alive without a root, and whatever the collector does meanwhile.

use super::error::BorrowError;
use super::kind::Kind;
use core::cell::UnsafeCell;
use core::mem::ManuallyDrop;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering, fence};

/// One shared borrow; they are counted below `EXCLUSIVE`.
const SHARED: u64 = 1;
const SHARED_ALL: u64 = EXCLUSIVE - 1;
const EXCLUSIVE: u64 = 1 << 30;
/// The value is gone: closed, or moved out. Stays set.
const CLOSED: u64 = 1 << 31;
/// One reference: a custom block of OCaml's, a handle or a guard.
const REFERENCE: u64 = 1 << 32;
/// More references than memory can hold, unless they are forgotten.
const TOO_MANY: u64 = REFERENCE << 31;

/// What is known of a box without knowing the type of its value.
#[repr(C)]
pub(crate) struct Header {
    state: AtomicU64,
    /// The next box of the queue, for one that waits to be dropped.
    next: AtomicPtr<Header>,
    kind: &'static Kind,
    /// The bytes that the value holds beside the box, as it said when it was made.
    heap_size: usize,
}

/// A box: the header, and then the value, at the same address whoever knows its type.
#[repr(C)]
pub(crate) struct Boxed<T> {
    header: Header,
    value: UnsafeCell<ManuallyDrop<T>>,
}

/// The address of a box, without a reference of its own.
pub(crate) type BoxPtr = NonNull<Header>;

impl<T> Boxed<T> {
    /// A box with one reference, the caller's.
    pub(crate) fn make(kind: &'static Kind, heap_size: usize, value: T) -> BoxPtr {
        let boxed = Box::new(Boxed {
            header: Header {
                state: AtomicU64::new(REFERENCE),
                next: AtomicPtr::new(null_mut()),
                kind,
                heap_size,
            },
            value: UnsafeCell::new(ManuallyDrop::new(value)),
        });
        NonNull::from(Box::leak(boxed)).cast()
    }

    /// Frees the box and leaves the value alone.
    ///
    /// # Safety
    /// The box must hold a `T`, and nobody use it afterwards.
    pub(super) unsafe fn free(boxed: BoxPtr) {
        // SAFETY: it was leaked by `make`, as this type.
        drop(unsafe { Box::from_raw(boxed.cast::<Boxed<T>>().as_ptr()) });
    }

    /// Where the value is.
    ///
    /// # Safety
    /// The box must hold a `T`, and be live.
    #[inline(always)]
    pub(super) unsafe fn value(boxed: BoxPtr) -> *mut T {
        // SAFETY: passed on.
        unsafe { (*boxed.cast::<Boxed<T>>().as_ptr()).value.get().cast() }
    }
}

/// What the last one to leave a box has to do.
#[must_use]
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Left {
    /// Nothing: somebody else is still there.
    Shared,
    /// Free the box, whose value is to be dropped if `alive`.
    Last { alive: bool },
}

impl Header {
    #[inline(always)]
    pub(crate) fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The bytes of the box and of what its value holds beside it.
    pub(super) fn size(&self) -> usize {
        self.kind.size.saturating_add(self.heap_size)
    }

    /// The link of the queue; of use to who holds the last reference.
    pub(super) fn next(&self) -> &AtomicPtr<Header> {
        &self.next
    }

    /// Another reference.
    #[inline]
    pub(crate) fn add_reference(&self) {
        if self.state.fetch_add(REFERENCE, Ordering::Relaxed) >= TOO_MANY {
            // Only a program that forgets handles gets here; going on could free what is in use.
            std::process::abort();
        }
    }

    /// Gives a reference back.
    #[inline]
    pub(crate) fn leave(&self) -> Left {
        self.subtract(REFERENCE)
    }

    /// A shared borrow, with a reference.
    #[inline]
    pub(crate) fn borrow(&self) -> Result<(), BorrowError> {
        self.enter(EXCLUSIVE | CLOSED, REFERENCE + SHARED)
    }

    #[inline]
    pub(crate) fn leave_borrow(&self) -> Left {
        self.subtract(REFERENCE + SHARED)
    }

    /// The exclusive borrow, with a reference.
    #[inline]
    pub(crate) fn borrow_mut(&self) -> Result<(), BorrowError> {
        self.enter(SHARED_ALL | EXCLUSIVE | CLOSED, REFERENCE + EXCLUSIVE)
    }

    #[inline]
    pub(crate) fn leave_borrow_mut(&self) -> Left {
        self.subtract(REFERENCE + EXCLUSIVE)
    }

    /// Closes the box for ever, with a reference: the value is the caller's, to move out or to drop.
    pub(crate) fn close(&self) -> Result<(), BorrowError> {
        self.enter(SHARED_ALL | EXCLUSIVE | CLOSED, REFERENCE + CLOSED)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Relaxed) & CLOSED != 0
    }

    /// Adds to the state, unless one of these bits is set.
    #[inline]
    fn enter(&self, unless: u64, add: u64) -> Result<(), BorrowError> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & unless != 0 {
                return Err(self.refusal(state));
            }
            if state & SHARED_ALL == SHARED_ALL || state >= TOO_MANY {
                return Err(BorrowError::too_many(self.kind));
            }
            match self.state.compare_exchange_weak(
                state,
                state + add,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(now) => state = now,
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn refusal(&self, state: u64) -> BorrowError {
        if state & CLOSED != 0 {
            BorrowError::closed(self.kind)
        } else if state & EXCLUSIVE != 0 {
            BorrowError::exclusive(self.kind)
        } else {
            BorrowError::shared(self.kind)
        }
    }

    #[inline]
    fn subtract(&self, amount: u64) -> Left {
        let state = self.state.fetch_sub(amount, Ordering::Release) - amount;
        if state >= REFERENCE {
            return Left::Shared;
        }
        // What others did with the value comes before what the last one does.
        fence(Ordering::Acquire);
        Left::Last { alive: state & CLOSED == 0 }
    }
}
