//! Handles of owned values, and guards of their borrows.

use super::error::BorrowError;
use super::header::{BoxPtr, Boxed, Header, Left};
use super::kind::{Kinds, make_custom};
use super::operations::Custom;
use super::queue;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// A Rust value that OCaml can own, and a handle of it.
///
/// OCaml sees an abstract type. The value is checked on its way back: a value of another type is `Invalid_argument`,
/// whatever OCaml's type checker was told. For a type of one's own see also [`Custom`], whose values can be compared,
/// hashed, shown and marshalled.
///
/// A handle can be kept, sent and dropped anywhere, with or without the domain's lock. The value lives as long as one of its handles or an
/// OCaml value does, and is borrowed through either: many shared borrows or one exclusive one at a time, checked when
/// it is taken.
///
/// ```no_run
/// use bactrian_runtime::{BorrowError, DynBox};
/// fn add_line(text: DynBox<String>, line: &str) -> Result<(), BorrowError> {
///     text.borrow_mut()?.push_str(line);
///     Ok(())
/// }
/// ```
pub struct DynBox<T> {
    boxed: BoxPtr,
    _marker: PhantomData<T>,
}

// SAFETY: the box may be used and dropped by any thread, since a shared borrow asks for `T: Sync`, an exclusive one is the
// only one, and its state is atomic.
unsafe impl<T: Send> Send for DynBox<T> {}
// SAFETY: likewise; a shared handle allows no more than a clone of it.
unsafe impl<T: Send> Sync for DynBox<T> {}

impl<T: Send + 'static> DynBox<T> {
    /// A box with this value.
    ///
    /// For a type that derives [`Custom`], [`Custom::boxed`] makes one with its operations.
    pub fn new(value: T) -> Self {
        // SAFETY: a new box with one reference.
        unsafe { Self::from_box(Boxed::make(Kinds::<T>::PLAIN, 0, value)) }
    }
}

impl<T: Custom> DynBox<T> {
    pub(super) fn custom(value: T) -> Self {
        // SAFETY: as above.
        unsafe { Self::from_box(make_custom(value)) }
    }
}

impl<T> DynBox<T> {
    /// # Safety
    /// The box must hold a `T`; the reference is the handle's.
    pub(super) unsafe fn from_box(boxed: BoxPtr) -> Self {
        Self { boxed, _marker: PhantomData }
    }

    /// The box, with the reference of this handle.
    pub(super) fn into_box(self) -> BoxPtr {
        core::mem::ManuallyDrop::new(self).boxed
    }

    fn header(&self) -> &Header {
        // SAFETY: the handle has a reference.
        unsafe { self.boxed.as_ref() }
    }

    /// Borrows the value, beside other shared borrows.
    ///
    /// Fails while it is borrowed exclusively, on any thread, and after it was closed. Costs one atomic operation, and one more
    /// when the guard is dropped.
    #[inline]
    pub fn borrow(&self) -> Result<DynRef<T>, BorrowError>
    where
        T: Sync,
    {
        // SAFETY: the box is live and holds a `T`.
        unsafe { DynRef::of(self.boxed) }
    }

    /// Borrows the value for oneself alone.
    ///
    /// Fails while it is borrowed in any way, on any thread, and after it was closed. Costs what [`borrow`](Self::borrow)
    /// does.
    #[inline]
    pub fn borrow_mut(&self) -> Result<DynRefMut<T>, BorrowError> {
        // SAFETY: the box is live and holds a `T`.
        unsafe { DynRefMut::of(self.boxed) }
    }

    /// Moves the value out and closes the box: later uses fail, of OCaml's too.
    ///
    /// Fails while it is borrowed, and after it was closed.
    pub fn take(&self) -> Result<T, BorrowError> {
        // SAFETY: the box is live and holds a `T`.
        unsafe { take(self.boxed) }
    }

    /// Drops the value now and closes the box: later uses fail, of OCaml's too.
    ///
    /// Fails while it is borrowed, and after it was closed.
    pub fn close(&self) -> Result<(), BorrowError> {
        self.take().map(drop)
    }

    /// Whether the value was closed or moved out.
    pub fn is_closed(&self) -> bool {
        self.header().is_closed()
    }

    /// Whether two handles are of one value.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.boxed == other.boxed
    }
}

impl<T> Clone for DynBox<T> {
    /// Another handle of the same value.
    fn clone(&self) -> Self {
        self.header().add_reference();
        Self { boxed: self.boxed, _marker: PhantomData }
    }
}

impl<T> Drop for DynBox<T> {
    fn drop(&mut self) {
        let left = self.header().leave();
        // SAFETY: this handle's reference is given back; the value is dropped here, as that of an `Arc` is.
        unsafe { finish(self.boxed, left) }
    }
}

impl<T> core::fmt::Debug for DynBox<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let state = if self.is_closed() { "closed" } else { "open" };
        write!(f, "DynBox<{}>({state})", core::any::type_name::<T>())
    }
}

impl<T: Custom> From<T> for DynBox<T> {
    fn from(value: T) -> Self {
        Self::custom(value)
    }
}

/// Moves the value out of a box and closes it.
///
/// # Safety
/// The box must hold a `T` and be live.
pub(super) unsafe fn take<T>(boxed: BoxPtr) -> Result<T, BorrowError> {
    // SAFETY: once it is closed the value is ours alone; the reference keeps the box until it is moved.
    unsafe {
        boxed.as_ref().close()?;
        let value = Boxed::<T>::value(boxed).read();
        finish(boxed, boxed.as_ref().leave());
        Ok(value)
    }
}

/// Does what the last one to leave has to: drops the value and frees the box.
///
/// # Safety
/// `left` must come from leaving the box, which the caller does not use any more.
pub(super) unsafe fn finish(boxed: BoxPtr, left: Left) {
    /// Frees the box also when the value panics.
    struct Free(BoxPtr);
    impl Drop for Free {
        fn drop(&mut self) {
            // SAFETY: nobody else knows the box, and its value is gone.
            unsafe { (self.0.as_ref().kind().free)(self.0) }
        }
    }
    let Left::Last { alive } = left else { return };
    let _free = Free(boxed);
    // SAFETY: the last one drops the value, unless it was moved out.
    unsafe {
        if alive && let Some(drop_value) = boxed.as_ref().kind().drop_value {
            drop_value(boxed);
        }
    }
}

/// A shared borrow of an owned value; it keeps the value alive, and lets go of it when dropped.
pub struct DynRef<T> {
    boxed: BoxPtr,
    _marker: PhantomData<T>,
}

// SAFETY: a guard is a shared reference to a `T`, and perhaps the last owner of it.
unsafe impl<T: Send + Sync> Send for DynRef<T> {}
// SAFETY: a shared guard is a shared reference to a `T`.
unsafe impl<T: Sync> Sync for DynRef<T> {}

impl<T: Sync> DynRef<T> {
    /// # Safety
    /// The box must hold a `T` and be live.
    #[inline]
    pub(super) unsafe fn of(boxed: BoxPtr) -> Result<Self, BorrowError> {
        // SAFETY: passed on.
        unsafe { boxed.as_ref() }.borrow()?;
        Ok(Self { boxed, _marker: PhantomData })
    }
}

impl<T> Deref for DynRef<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: borrowed as long as the guard lives.
        unsafe { &*Boxed::<T>::value(self.boxed) }
    }
}

impl<T> Drop for DynRef<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard's borrow and reference are given back, once.
        unsafe {
            let left = self.boxed.as_ref().leave_borrow();
            if left != Left::Shared {
                queue::drop_later(self.boxed, left);
            }
        }
    }
}

/// The exclusive borrow of an owned value; it keeps the value alive, and lets go of it when dropped.
pub struct DynRefMut<T> {
    boxed: BoxPtr,
    _marker: PhantomData<T>,
}

// SAFETY: a guard is the only reference to a `T`.
unsafe impl<T: Send> Send for DynRefMut<T> {}
// SAFETY: a shared guard is a shared reference to a `T`.
unsafe impl<T: Sync> Sync for DynRefMut<T> {}

impl<T> DynRefMut<T> {
    /// # Safety
    /// The box must hold a `T` and be live.
    #[inline]
    pub(super) unsafe fn of(boxed: BoxPtr) -> Result<Self, BorrowError> {
        // SAFETY: passed on.
        unsafe { boxed.as_ref() }.borrow_mut()?;
        Ok(Self { boxed, _marker: PhantomData })
    }
}

impl<T> Deref for DynRefMut<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: borrowed as long as the guard lives.
        unsafe { &*Boxed::<T>::value(self.boxed) }
    }
}

impl<T> DerefMut for DynRefMut<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: borrowed exclusively as long as the guard lives.
        unsafe { &mut *Boxed::<T>::value(self.boxed) }
    }
}

impl<T> Drop for DynRefMut<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard's borrow and reference are given back, once.
        unsafe {
            let left = self.boxed.as_ref().leave_borrow_mut();
            if left != Left::Shared {
                queue::drop_later(self.boxed, left);
            }
        }
    }
}
