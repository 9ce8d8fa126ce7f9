//! Copying bytes and looking at them in one go: most strings are ASCII, and then the copy has checked them.

/// From this many bytes on, [`copy`] may be asked.
pub(super) const LEAST: usize = 64;

/// Copies the bytes and says whether all are ASCII.
///
/// # Safety
/// As for `copy_nonoverlapping`; there must be at least [`LEAST`] bytes.
#[inline]
pub(super) unsafe fn copy(to: *mut u8, from: *const u8, length: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: passed on; the processor has AVX2.
        return unsafe { copy_avx2(to, from, length) };
    }
    // SAFETY: passed on; the copy is there to be read.
    unsafe {
        to.copy_from_nonoverlapping(from, length);
        core::slice::from_raw_parts(to, length).is_ascii()
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn copy_avx2(to: *mut u8, from: *const u8, length: usize) -> bool {
    use core::arch::x86_64::{
        __m256i, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_setzero_si256,
        _mm256_storeu_si256,
    };
    let move_64 = |bits: __m256i, offset: usize| {
        // SAFETY: the 64 bytes from `offset` on lie within the length.
        unsafe {
            let (source, target) = (from.add(offset).cast(), to.add(offset).cast::<__m256i>());
            let first: __m256i = _mm256_loadu_si256(source);
            let second = _mm256_loadu_si256(source.add(1));
            _mm256_storeu_si256(target, first);
            _mm256_storeu_si256(target.add(1), second);
            _mm256_or_si256(bits, _mm256_or_si256(first, second))
        }
    };
    // The last part may overlap the one before it.
    let bits = (0..length / 64).map(|part| part * 64).fold(_mm256_setzero_si256(), move_64);
    _mm256_movemask_epi8(move_64(bits, length - 64)) == 0
}
