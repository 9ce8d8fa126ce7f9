//! `caml/domain.h`: the hook on the end of a domain, while OCaml code can still run on it.

use core::ffi::c_void;
use core::sync::atomic::AtomicPtr;

unsafe extern "C" {
    /// A `void (*)(void)`, called on a domain that ends, with its lock held, after its `Domain.at_exit` functions. That of the
    /// threads library joins the domain's other threads.
    pub static caml_domain_stop_hook: AtomicPtr<c_void>;
}
