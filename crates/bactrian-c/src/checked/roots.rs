//! What an address is: a live root, a dead one, or none.

use super::{allowed, registry, stop};
use crate::frame::Site;
use crate::state::Operation;
use bactrian_runtime::c::{CThread, is_root};
use bactrian_runtime::ffi::domain_state;
use bactrian_runtime::ffi::mlvalues::RawOCaml;
use bactrian_runtime::ffi::roots::ScanningAction;
use core::ffi::c_void;
use std::thread::current;

const LIVE_ONLY: &str = "a root is used only until its region is left";
const ROOTS_ONLY: &str = "an argument is a root: from rcaml_root, a parameter given to rCAMLregion, a CAMLparam or CAMLlocal \
                          variable, or a registered global root";

unsafe extern "C" {
    fn caml_scan_global_roots(action: ScanningAction, data: *mut c_void);
}

/// Stops unless `root` is a root that this thread may use so.
///
/// # Safety
/// The strings of the site are literals; the address may be anything.
pub unsafe fn check(root: *const RawOCaml, name: &str, operation: Operation, site: Site) {
    if root.is_null() {
        stop(site, &format!("`{name}` is NULL"), ROOTS_ONLY);
    }
    allowed(Operation::Use, site);
    if !(root as usize).is_multiple_of(align_of::<RawOCaml>()) {
        stop(site, &format!("`{name}` is not aligned, so it is no root"), ROOTS_ONLY);
    }
    if is_local(root) {
        return;
    }
    if let Some(known) = registry::root(root as usize) {
        if let Some(left) = known.region.left.get() {
            if registry::is_global(root as usize) || is_global(root) {
                // Memory that was given up by the stack, and used again.
                return;
            }
            let wrong = format!(
                "`{name}` is a dead root: made by {}, in {}, which was left by {left}",
                known.made, known.region.name
            );
            stop(site, &wrong, LIVE_ONLY);
        }
        if known.region.thread == current().id() {
            if operation == Operation::Write {
                allowed(Operation::Write, site);
            }
            return;
        }
        if operation == Operation::Write {
            let wrong = format!(
                "`{name}` is a root of another thread: made by {}, in {}",
                known.made, known.region.name
            );
            stop(site, &wrong, "roots of another thread are only read");
        }
        return;
    }
    if registry::is_global(root as usize)
        || CThread::current().stack.holds(root)
        || is_root(root)
        || is_global(root)
    {
        return;
    }
    stop(site, &format!("`{name}` is a variable that the collector does not know"), ROOTS_ONLY);
}

/// Whether CAMLparam, CAMLlocal or rCAMLregion has made the variable a root.
fn is_local(root: *const RawOCaml) -> bool {
    // SAFETY: the lock is held, as was checked, so the list is this thread's.
    unsafe {
        let mut block = *domain_state::local_roots(domain_state::current());
        while !block.is_null() {
            let links = &*block;
            for &table in &links.tables[..(links.tables_count.clamp(0, 5) as usize)] {
                let table = table.cast_const();
                if (table..table.offset(links.items_count)).contains(&root) {
                    return true;
                }
            }
            block = links.next;
        }
    }
    false
}

/// Whether the runtime knows it as a global root. Walks them all.
fn is_global(root: *const RawOCaml) -> bool {
    struct Search {
        root: *const RawOCaml,
        found: bool,
    }
    unsafe extern "C" fn see(data: *mut c_void, _: RawOCaml, slot: *mut RawOCaml) {
        // SAFETY: `data` is the search below.
        let search = unsafe { &mut *data.cast::<Search>() };
        search.found |= slot.cast_const() == search.root;
    }
    let mut search = Search { root, found: false };
    // SAFETY: the lock is held; the action only compares addresses.
    unsafe { caml_scan_global_roots(see, (&raw mut search).cast()) };
    search.found
}
