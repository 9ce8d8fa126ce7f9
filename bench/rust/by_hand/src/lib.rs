//! The part of column X that rests on a Rust crate; the rest of it is `c/expert.c`.

use ocaml_boxroot_sys::{boxroot_create, boxroot_delete, boxroot_get};

type Word = isize;

const fn int(n: usize) -> Word {
    ((n as Word) << 1) | 1
}

unsafe extern "C" {
    fn caml_callback_exn(closure: Word, argument: Word) -> Word;
    fn caml_string_length(s: Word) -> usize;
    fn caml_invalid_argument(message: *const core::ffi::c_char) -> !;
}

/// `string -> int`: the length, after a check that the string is UTF-8.
#[unsafe(no_mangle)]
extern "C" fn x_string_utf8(s: Word) -> Word {
    // SAFETY: OCaml passes a string; nothing allocates while its bytes are borrowed.
    let bytes = unsafe { core::slice::from_raw_parts(s as *const u8, caml_string_length(s)) };
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => int(text.len()),
        // SAFETY: the call holds the domain lock, and this frame has nothing to drop.
        Err(_) => unsafe { caml_invalid_argument(c"not UTF-8".as_ptr()) },
    }
}

/// `'a -> int -> (unit -> unit) -> unit`: calls the closure while so many boxroots of the value live.
#[unsafe(no_mangle)]
extern "C" fn x_gc_long(value: Word, count: Word, closure: Word) -> Word {
    // SAFETY: the call holds the domain lock; the closure is rooted while anything allocates, and each root is deleted
    // once.
    unsafe {
        let Some(closure) = boxroot_create(closure) else { return int(0) };
        let roots: Vec<_> = (0..count >> 1).filter_map(|_| boxroot_create(value)).collect();
        caml_callback_exn(boxroot_get(closure), int(0));
        for root in roots {
            boxroot_delete(root);
        }
        boxroot_delete(closure);
    }
    int(0)
}

/// `'a -> int`: a thousand boxroots of one value, made and then deleted.
#[unsafe(no_mangle)]
extern "C" fn x_roots_long(value: Word) -> Word {
    // SAFETY: the call holds the domain lock; each root is deleted once.
    unsafe {
        let mut roots = Vec::with_capacity(1000);
        for _ in 0..1000 {
            let Some(root) = boxroot_create(value) else { break };
            roots.push(root);
        }
        let made = roots.len();
        for root in roots {
            boxroot_delete(root);
        }
        int(made)
    }
}
