//! Values that OCaml registered by name.

use crate::ffi::callback::caml_named_value;
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use core::ffi::CStr;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::ffi::CString;

/// A value given to `Callback.register`, looked up once.
///
/// What is remembered is the address of the root that the runtime keeps for the name, not the value:
/// it stays right when the collector moves the value or the name is registered again.
pub struct NamedValue {
    name: &'static CStr,
    root: AtomicPtr<RawOCaml>,
}

impl NamedValue {
    /// The value of this name; nothing is looked up yet.
    pub const fn new(name: &'static CStr) -> Self {
        Self { name, root: AtomicPtr::new(null_mut()) }
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or("?")
    }

    /// The value's word, which is stale after anything that may collect.
    #[inline]
    pub(crate) fn get(&self, _rt: &OCamlRuntime) -> Option<RawOCaml> {
        let mut root = self.root.load(Ordering::Relaxed);
        if root.is_null() {
            // SAFETY: the name is a C string, and the handle proves the lock.
            root = unsafe { caml_named_value(self.name.as_ptr()) }.cast_mut();
            if root.is_null() {
                return None;
            }
            self.root.store(root, Ordering::Relaxed);
        }
        // SAFETY: the runtime never frees the root of a name.
        Some(unsafe { *root })
    }

    /// The exception of this name; `None` also when what was registered is no exception.
    pub(crate) fn constructor(&self, rt: &OCamlRuntime) -> Option<RawOCaml> {
        self.get(rt).filter(|&raw| is_constructor(raw))
    }

    /// The function of this name.
    ///
    /// # Panics
    /// When nobody registered the name, or what was registered is no function.
    #[inline]
    pub(crate) fn function(&self, rt: &OCamlRuntime) -> RawOCaml {
        let raw = self.get(rt);
        match raw {
            Some(raw) if is_function(raw) => raw,
            other => self.no_function(other.is_some()),
        }
    }

    /// The value of this name, whatever it is.
    ///
    /// # Panics
    /// When nobody registered the name.
    pub(crate) fn value(&self, rt: &OCamlRuntime) -> RawOCaml {
        let Some(raw) = self.get(rt) else {
            let name = self.name();
            panic!(
                "no OCaml value is registered as {name:?}: call `Callback.register {name:?} v` in a module that is linked \
                 and initialised before this one is read"
            );
        };
        raw
    }

    #[cold]
    #[inline(never)]
    fn no_function(&self, registered: bool) -> ! {
        let name = self.name();
        if registered {
            panic!("what OCaml registered as {name:?} is not a function");
        }
        if name.starts_with("Bactrian.") {
            panic!(
                "the OCaml library bactrian, which registers {name:?}, is not linked into this program"
            );
        }
        panic!(
            "no OCaml function is registered as {name:?}: call `Callback.register {name:?} f` in a module that is \
             linked and initialised before this call"
        );
    }
}

/// Whether a registered word is a function.
#[inline]
fn is_function(raw: RawOCaml) -> bool {
    // SAFETY: a registered value is live.
    mlvalues::is_block(raw) && matches!(unsafe { mlvalues::tag_of(raw) }, tag::CLOSURE | tag::INFIX)
}

/// Whether a registered word is the constructor of an exception.
fn is_constructor(raw: RawOCaml) -> bool {
    // SAFETY: a registered value is live.
    mlvalues::is_block(raw) && unsafe { mlvalues::tag_of(raw) } == tag::OBJECT
}

/// Whether a value is registered under a name.
pub(crate) fn is_registered(_rt: &OCamlRuntime, name: &str) -> bool {
    // SAFETY: a C string, and the handle proves the lock.
    CString::new(name).is_ok_and(|name| !unsafe { caml_named_value(name.as_ptr()) }.is_null())
}
