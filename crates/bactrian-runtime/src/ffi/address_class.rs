//! `caml/address_class.h`: where the minor heaps lie.

use super::mlvalues::RawOCaml;

unsafe extern "C" {
    static caml_minor_heaps_start: usize;
    static caml_minor_heaps_end: usize;
}

/// The range of addresses of all domains' minor heaps.
#[derive(Clone, Copy)]
pub struct MinorHeaps {
    start: usize,
    end: usize,
}

impl MinorHeaps {
    /// Where they lie now.
    ///
    /// # Safety
    /// The domain's lock must be held, or the world be stopped: they move while it is.
    #[inline]
    pub unsafe fn now() -> Self {
        // SAFETY: variables of the runtime, written only with the world stopped.
        unsafe { Self { start: caml_minor_heaps_start, end: caml_minor_heaps_end } }
    }

    /// `Is_young`, for a word that is a block.
    #[inline]
    pub fn contain(self, v: RawOCaml) -> bool {
        // One comparison. The first address is that of no block, whose header would lie before it.
        (v as usize).wrapping_sub(self.start) < self.end - self.start
    }
}
