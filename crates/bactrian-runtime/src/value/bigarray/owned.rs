//! Memory of Rust's that OCaml frees.
//!
//! Parts of a Bigarray share a *proxy*, which counts them and which OCaml copies into each new part, together with the
//! operations. So here the proxy is there from the start, and the operations are those of other Bigarrays except for the finaliser: it
//! counts down, and the last one drops the `Vec`.

use crate::ffi::alloc::CustomOperations;
use crate::ffi::bigarray::{Header, Operations, Proxy, caml_ba_ops};
use crate::ffi::mlvalues::RawOCaml;
use crate::value::shared::Plain;
use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::OnceLock;

/// A proxy, and how its data is freed.
#[repr(C)]
struct OwnedProxy {
    /// The part that OCaml knows: it must come first.
    proxy: Proxy,
    capacity: usize,
    free: unsafe fn(*mut c_void, usize),
}

/// The memory of a `Vec` on its way into a Bigarray; freed when it does not get there.
pub(super) struct OwnedData(*mut OwnedProxy);

impl OwnedData {
    pub(super) fn new<T: Plain>(elements: Vec<T>) -> Self {
        /// # Safety
        /// The memory must be that of a `Vec` of this capacity.
        unsafe fn free<T>(data: *mut c_void, capacity: usize) {
            // SAFETY: passed on. The elements need not be dropped.
            drop(unsafe { Vec::from_raw_parts(data.cast::<T>(), 0, capacity) });
        }
        let mut elements = core::mem::ManuallyDrop::new(elements);
        let proxy =
            Proxy { count: AtomicUsize::new(1), data: elements.as_mut_ptr().cast(), size: 0 };
        let capacity = elements.capacity();
        Self(Box::into_raw(Box::new(OwnedProxy { proxy, capacity, free: free::<T> })))
    }

    pub(super) fn first(&self) -> *mut c_void {
        // SAFETY: ours until it is given away.
        unsafe { (*self.0).proxy.data }
    }

    pub(super) fn proxy(&self) -> *mut Proxy {
        self.0.cast()
    }

    /// The Bigarray owns the memory now.
    pub(super) fn given_away(self) {
        core::mem::forget(self);
    }
}

impl Drop for OwnedData {
    fn drop(&mut self) {
        // SAFETY: nobody else has it.
        unsafe { free_proxy(self.0) }
    }
}

/// # Safety
/// The proxy must be ours, and nobody have it any more.
unsafe fn free_proxy(proxy: *mut OwnedProxy) {
    // SAFETY: made by `OwnedData::new`.
    unsafe {
        let owned = Box::from_raw(proxy);
        (owned.free)(owned.proxy.data, owned.capacity);
    }
}

/// The finaliser. The collector calls it once for each block, on any thread.
unsafe extern "C" fn finalize(block: RawOCaml) {
    // SAFETY: a block with our operations has our proxy, but for one that OCaml failed to make.
    unsafe {
        let header = (block as *const RawOCaml).add(1).cast::<Header>();
        let proxy = (*header).proxy;
        if !proxy.is_null() && (*proxy).count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            free_proxy(proxy.cast());
        }
    }
}

/// The operations: those of all Bigarrays, and our finaliser.
pub(super) fn operations() -> *const CustomOperations {
    struct Shared(Operations);
    // SAFETY: never written after it was made.
    unsafe impl Send for Shared {}
    // SAFETY: likewise.
    unsafe impl Sync for Shared {}
    static OPERATIONS: OnceLock<Shared> = OnceLock::new();
    let operations = OPERATIONS.get_or_init(|| {
        // SAFETY: the runtime's own, which it never writes.
        let theirs = unsafe { *(&raw const caml_ba_ops).cast::<Operations>() };
        Shared(Operations { finalize: Some(finalize), ..theirs })
    });
    (&raw const operations.0).cast()
}
