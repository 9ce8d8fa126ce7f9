//! Symbols that a program need not have: the threads library's, and the start-up of a program that embeds OCaml.

use core::ffi::CStr;

/// The address of a symbol that is looked up by name, or 0: it may be in a library that was loaded later than this one, as
/// the toplevel does it.
pub fn look_up(name: &CStr) -> usize {
    // SAFETY: the name is a C string.
    unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) as usize }
}

/// The address of a symbol, or 0 when the program has none.
///
/// A weak reference where this platform has them, so that nothing has to be exported from the executable; else by name.
macro_rules! optional_symbol {
    ($name:ident) => {{
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        let address = {
            let address: usize;
            // SAFETY: a load from the GOT; a weak symbol that nobody defines is 0 there.
            unsafe {
                core::arch::asm!(
                    concat!(".weak ", stringify!($name)),
                    concat!("mov {a}, qword ptr [rip + ", stringify!($name), "@GOTPCREL]"),
                    a = out(reg) address,
                    options(pure, readonly, nostack, preserves_flags)
                );
            }
            address
        };
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        let address = {
            let address: usize;
            // SAFETY: as above.
            unsafe {
                core::arch::asm!(
                    concat!(".weak ", stringify!($name)),
                    concat!("adrp {a}, :got:", stringify!($name)),
                    concat!("ldr {a}, [{a}, :got_lo12:", stringify!($name), "]"),
                    a = out(reg) address,
                    options(pure, readonly, nostack, preserves_flags)
                );
            }
            address
        };
        #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
        let address = 0usize;
        if address != 0 {
            address
        } else {
            const NAME: &str = concat!(stringify!($name), "\0");
            match core::ffi::CStr::from_bytes_with_nul(NAME.as_bytes()) {
                Ok(name) => $crate::ffi::optional::look_up(name),
                Err(_) => 0,
            }
        }
    }};
}

pub(crate) use optional_symbol;
