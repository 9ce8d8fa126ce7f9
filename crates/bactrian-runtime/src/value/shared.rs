//! Memory that OCaml may write at any time, from any domain.

use crate::conv::ConversionError;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// An element of memory that OCaml shares and changes: of a Bigarray, of `bytes`, of a `float array`.
///
/// Reading and writing are relaxed atomic accesses, which are plain loads and stores in machine code: a race with
/// OCaml code of another domain gives an old value or a new one, never undefined behaviour. (The two halves of a complex
/// number are two accesses.)
#[repr(transparent)]
pub struct SharedCell<T> {
    value: UnsafeCell<T>,
}

// SAFETY: every access is atomic.
unsafe impl<T: Plain> Sync for SharedCell<T> {}

impl<T: Plain> SharedCell<T> {
    /// The value now.
    #[inline(always)]
    pub fn get(&self) -> T {
        // SAFETY: the cell is live and aligned.
        unsafe { T::load(self.value.get()) }
    }

    /// Writes a value.
    #[inline(always)]
    pub fn set(&self, value: T) {
        // SAFETY: the cell is live and aligned, and made to be written through a shared reference.
        unsafe { T::store(self.value.get(), value) }
    }

    /// Cells over shared memory.
    ///
    /// # Safety
    /// There must be `length` aligned elements at `data`, live for `'a`, and during it be accessed by Rust only as
    /// cells.
    #[inline(always)]
    pub(crate) unsafe fn slice<'a>(data: *mut T, length: usize) -> &'a [Self] {
        // SAFETY: passed on; a cell has the layout of its contents.
        unsafe { core::slice::from_raw_parts(data.cast(), length) }
    }
}

impl<T: Plain + core::fmt::Debug> core::fmt::Debug for SharedCell<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.get().fmt(f)
    }
}

/// Copies shared memory, as bytes that may change meanwhile; `None` when there is no memory for the copy.
///
/// # Safety
/// There must be `length` elements at `data`.
#[inline]
pub(crate) unsafe fn copy_out<T: Plain>(data: *const T, length: usize) -> Option<Vec<T>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(length).ok()?;
    // SAFETY: the source has that many elements and the copy room for them. Any bits are a `T`, and no reference to the
    // source, which another domain may be writing, is made.
    unsafe {
        core::ptr::copy_nonoverlapping(data, copy.as_mut_ptr(), length);
        copy.set_len(length);
    }
    Some(copy)
}

/// Plain data of which any bits are a value: the elements of Bigarrays.
///
/// # Safety
/// `load` and `store` must be made of atomic accesses.
pub unsafe trait Plain: Copy + Send + Sync + 'static {
    /// Reads a value that others may write.
    ///
    /// # Safety
    /// `from` must be live and aligned.
    #[doc(hidden)]
    unsafe fn load(from: *const Self) -> Self;

    /// Writes a value that others may read or write.
    ///
    /// # Safety
    /// `to` must be live and aligned, and writable.
    #[doc(hidden)]
    unsafe fn store(to: *mut Self, value: Self);
}

macro_rules! plain {
    ($($ty:ty, $atomic:ident, $bits:ty: |$from:ident| $of_bits:expr, |$value:ident| $to_bits:expr;)*) => {$(
        // SAFETY: one atomic access of the size of the type.
        unsafe impl Plain for $ty {
            #[inline(always)]
            unsafe fn load(from: *const Self) -> Self {
                // SAFETY: passed on.
                let atomic = unsafe { $atomic::from_ptr(from.cast_mut().cast()) };
                let $from: $bits = atomic.load(Ordering::Relaxed);
                $of_bits
            }

            #[inline(always)]
            unsafe fn store(to: *mut Self, $value: Self) {
                let bits: $bits = $to_bits;
                // SAFETY: passed on.
                unsafe { $atomic::from_ptr(to.cast()) }.store(bits, Ordering::Relaxed);
            }
        }
    )*};
}

plain! {
    u8, AtomicU8, u8: |bits| bits, |value| value;
    i8, AtomicU8, u8: |bits| bits as i8, |value| value as u8;
    u16, AtomicU16, u16: |bits| bits, |value| value;
    i16, AtomicU16, u16: |bits| bits as i16, |value| value as u16;
    i32, AtomicU32, u32: |bits| bits as i32, |value| value as u32;
    i64, AtomicU64, u64: |bits| bits as i64, |value| value as u64;
    isize, AtomicU64, u64: |bits| bits as isize, |value| value as u64;
    f32, AtomicU32, u32: |bits| f32::from_bits(bits), |value| value.to_bits();
    f64, AtomicU64, u64: |bits| f64::from_bits(bits), |value| value.to_bits();
}

/// An index that is not there, in the words of OCaml's own exception.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn out_of_bounds(what: &str, index: usize, length: usize) -> ! {
    ConversionError::new(format!("index {index} is out of bounds of {what} of length {length}"))
        .throw()
}
