//! Every misuse that checked mode stops. `tests/ocaml/checked/rust/misuse.ml` runs each in a process of its own and compares
//! what it says.
//!
//! Safe Rust reaches almost none of them: what `unsafe` code does with raw words, with handles made out of nothing, or with
//! references whose lifetime it lies about, stands for all the ways there are.

// No operation is safe here, on purpose, so there is nothing to say of each.
#![allow(clippy::undocumented_unsafe_blocks)]

use bactrian::ffi::mlvalues::RawOCaml;
use bactrian::*;
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// OCaml's side: it calls back [`w_callback`] or something else, as the number says.
type Ask = OCamlFn<(i64,), ()>;

const HERE: i64 = 0;
const ON_A_SYSTHREAD: i64 = 1;
const ON_A_DOMAIN: i64 = 2;
const MINOR: i64 = 3;

type Body = fn(&mut OCamlRuntime, &Ask);

/// What OCaml calls back, and the function that it may ask in turn.
static CALLBACK: AtomicPtr<()> = AtomicPtr::new(null_mut());

#[export]
fn w_callback(rt: &mut OCamlRuntime, ask: Ask) {
    let body = CALLBACK.swap(null_mut(), Ordering::Relaxed);
    if !body.is_null() {
        let body: Body = unsafe { core::mem::transmute(body) };
        body(rt, &ask);
    }
}

fn calls_back(rt: &mut OCamlRuntime, ask: &Ask, what: i64, body: Body) {
    CALLBACK.store(body as *mut (), Ordering::Relaxed);
    ask.call(rt, (what,)).expect("OCaml raises nothing");
}

/// Something that is taken where the types forbid it.
struct Smuggled<T>(T);

unsafe impl<T> Send for Smuggled<T> {}
unsafe impl<T> Sync for Smuggled<T> {}

impl<T: Copy> Smuggled<T> {
    fn get(&self) -> T {
        self.0
    }
}

/// A reference that claims to live for ever.
fn forever<T>(reference: &T) -> &'static T {
    unsafe { &*core::ptr::from_ref(reference) }
}

fn region_forever<'a>(region: &'a Region<'_>) -> &'static Region<'static> {
    unsafe { core::mem::transmute::<&'a Region<'_>, &'static Region<'static>>(region) }
}

fn value_forever<T>(value: OCaml<'_, T>) -> OCaml<'static, T> {
    unsafe { core::mem::transmute::<OCaml<'_, T>, OCaml<'static, T>>(value) }
}

/// A second handle, out of nothing.
fn handle() -> OCamlRuntime {
    unsafe { OCamlRuntime::recover() }
}

fn kept(rt: &mut OCamlRuntime) -> BoxRoot<String> {
    "some text".to_boxroot(rt)
}

fn immediate<'a, T>(rt: &'a OCamlRuntime, number: i64) -> OCaml<'a, T> {
    unsafe { OCaml::new(rt, (number << 1 | 1) as RawOCaml) }
}

/// A value taken for another.
fn taken_for<'a, T, U>(rt: &'a OCamlRuntime, root: OCamlRef<'_, T>) -> OCaml<'a, U> {
    unsafe { OCaml::new(rt, root.get_raw()) }
}

thread_local! {
    static REGION: Cell<Option<&'static Region<'static>>> = const { Cell::new(None) };
    static VALUE: Cell<Option<OCaml<'static, String>>> = const { Cell::new(None) };
}

static ROOT: AtomicPtr<()> = AtomicPtr::new(null_mut());
static ELSEWHERE: AtomicPtr<()> = AtomicPtr::new(null_mut());

fn stash_root(root: OCamlRef<'_, String>) {
    ROOT.store(core::ptr::from_ref(root).cast_mut().cast(), Ordering::Relaxed);
}

fn stashed_root() -> OCamlRef<'static, String> {
    unsafe { &*ROOT.load(Ordering::Relaxed).cast_const().cast::<OCamlCell<String>>() }
}

fn stash_region(region: &Region<'_>) {
    ELSEWHERE.store(core::ptr::from_ref(region).cast_mut().cast(), Ordering::Relaxed);
}

fn stashed_region() -> &'static Region<'static> {
    unsafe { &*ELSEWHERE.load(Ordering::Relaxed).cast_const().cast::<Region<'static>>() }
}

#[derive(ToOCaml, FromOCaml)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(ToOCaml, FromOCaml)]
struct Speed {
    x: f64,
    y: f64,
}

/// Functions whose `external` says something else.
#[export]
fn w_text(text: String) {
    drop(text);
}

#[export]
fn w_point(point: Point) -> i64 {
    point.x + point.y
}

#[export]
fn w_root(r: &Region<'_>, number: OCamlRef<'_, OCamlFloat>) -> f64 {
    r.to_rust(number)
}

#[export(noalloc)]
fn w_allocates() {
    kept(&mut handle());
}

#[export(noalloc)]
fn w_releases() {
    handle().releasing_runtime(|| ());
}

#[export(noalloc)]
fn w_enters() {
    handle().region(|_| ());
}

#[export]
fn w_stashes(text: OCamlRef<'_, String>) {
    stash_root(text);
}

unsafe extern "C-unwind" {
    fn caml_raise_not_found() -> !;
}

macro_rules! misuses {
    ($(fn $name:ident($rt:ident, $ask:ident) $body:block)*) => {
        $(fn $name($rt: &mut OCamlRuntime, $ask: &Ask) $body)*

        const MISUSES: &[(&str, Body)] = &[$((stringify!($name), $name)),*];
    };
}

misuses! {
    fn region_after_it_was_left(rt, _ask) {
        let region = rt.region(|r| region_forever(r));
        region.unit();
    }

    fn sub_region_after_it_was_left(rt, _ask) {
        rt.region(|r| {
            let inner = r.scope(|s| region_forever(s));
            inner.int(1);
        });
    }

    fn outer_region_in_a_sub_region(rt, _ask) {
        rt.region(|r| {
            let outer = region_forever(r);
            r.scope(|_| outer.string("x"));
        });
    }

    fn outer_region_in_another_region(rt, _ask) {
        rt.region(|r| {
            let outer = region_forever(r);
            r.runtime().region(|_| outer.float(1.0));
        });
    }

    fn region_while_ocaml_runs(rt, ask) {
        rt.region(|r| {
            REGION.set(Some(region_forever(r)));
            calls_back(r.runtime(), ask, HERE, |_, _| {
                REGION.get().expect("it was set").unit();
            });
        });
    }

    fn sub_region_while_ocaml_runs(rt, ask) {
        rt.region(|r| {
            r.scope(|s| {
                REGION.set(Some(region_forever(s)));
                calls_back(s.runtime(), ask, HERE, |rt, _| {
                    rt.region(|_| {
                        REGION.get().expect("it was set").unit();
                    });
                });
            });
        });
    }

    fn region_in_a_released_section(rt, _ask) {
        rt.region(|r| {
            let outer = Smuggled(region_forever(r));
            r.runtime().releasing_runtime(|| {
                outer.get().unit();
            });
        });
    }

    fn region_where_the_lock_was_taken_again(rt, _ask) {
        rt.region(|r| {
            let outer = Smuggled(region_forever(r));
            r.runtime().releasing_runtime(|| {
                OCamlRuntime::with_domain_lock(|_| {
                    outer.get().unit();
                });
            });
        });
    }

    fn region_on_another_systhread(rt, ask) {
        rt.region(|r| {
            stash_region(r);
            calls_back(r.runtime(), ask, ON_A_SYSTHREAD, |_, _| {
                stashed_region().unit();
            });
        });
    }

    fn region_on_another_domain(rt, ask) {
        rt.region(|r| {
            stash_region(r);
            calls_back(r.runtime(), ask, ON_A_DOMAIN, |_, _| {
                stashed_region().unit();
            });
        });
    }

    fn region_on_a_thread_of_rust(rt, _ask) {
        rt.region(|r| {
            let outer = Smuggled(region_forever(r));
            r.runtime().releasing_runtime(|| {
                let thread = std::thread::spawn(move || {
                    OCamlRuntime::with_domain_lock(|_| {
                        outer.get().unit();
                    });
                });
                thread.join().expect("it does not return");
            });
        });
    }

    fn region_entered_without_the_lock(rt, _ask) {
        rt.releasing_runtime(|| handle().region(|_| ()));
    }

    fn region_entered_in_a_noalloc_function(rt, ask) {
        ask.call(rt, (12,)).expect("OCaml raises nothing");
    }

    fn region_entered_in_a_look(rt, _ask) {
        rt.region(|r| {
            let text = r.string("text");
            r.look(text, |_| handle().region(|_| ()));
        });
    }

    fn root_of_a_left_region(rt, _ask) {
        let root = rt.region(|r| forever(r.string("text")));
        root.to_rust::<String>(rt);
    }

    fn root_of_a_left_sub_region(rt, _ask) {
        rt.region(|r| {
            let root = r.scope(|s| forever(s.string("text")));
            r.pair(root, root);
        });
    }

    fn root_of_a_turn_that_is_over(rt, _ask) {
        rt.region(|r| {
            let mut last = forever(r.string("none"));
            for turn in 0..3 {
                r.scope(|s| {
                    if turn == 2 {
                        s.keep(last);
                    }
                    last = forever(s.string("text"));
                });
            }
        });
    }

    fn root_made_before_a_panic(rt, _ask) {
        let mut last = None;
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rt.region(|r| {
                last = Some(forever(r.string("text")));
                std::panic::resume_unwind(Box::new(()));
            });
        }));
        assert!(unwound.is_err());
        rt.get(last.expect("it was set"));
    }

    fn root_on_another_systhread(rt, ask) {
        rt.region(|r| {
            stash_root(r.string("text"));
            calls_back(r.runtime(), ask, ON_A_SYSTHREAD, |rt, _| {
                rt.get(stashed_root());
            });
        });
    }

    fn root_on_another_domain(rt, ask) {
        rt.region(|r| {
            stash_root(r.string("text"));
            calls_back(r.runtime(), ask, ON_A_DOMAIN, |rt, _| {
                rt.region(|r| r.to_rust::<_, String>(stashed_root()));
            });
        });
    }

    fn root_in_a_released_section(rt, _ask) {
        rt.region(|r| {
            let root = Smuggled(forever(r.string("text")));
            r.runtime().releasing_runtime(|| handle().get(root.get()).as_bytes().len());
        });
    }

    fn root_in_a_released_section_through_a_region(rt, _ask) {
        rt.region(|r| {
            let root = Smuggled(forever(r.string("text")));
            let outer = Smuggled(region_forever(r));
            r.runtime().releasing_runtime(|| outer.get().string_len(root.get()));
        });
    }

    fn argument_after_its_call(rt, ask) {
        ask.call(rt, (13,)).expect("OCaml raises nothing");
        stashed_root().to_rust::<String>(rt);
    }

    fn root_that_is_a_variable(rt, _ask) {
        let variable = kept(rt);
        let word = unsafe { variable.get_raw() };
        let root: OCamlRef<'_, String> = unsafe { &*(&raw const word).cast() };
        root.to_rust::<String>(rt);
    }

    fn root_that_was_written(rt, _ask) {
        rt.region(|r| {
            let root = r.string("text");
            let slot = core::ptr::from_ref(root).cast_mut().cast::<RawOCaml>();
            unsafe { slot.write(1) };
            r.to_rust::<_, String>(root);
        });
    }

    fn root_that_was_written_and_left(rt, _ask) {
        rt.region(|r| {
            let root = r.string("text");
            let slot = core::ptr::from_ref(root).cast_mut().cast::<RawOCaml>();
            unsafe { slot.write(1) };
        });
    }

    fn boxroot_after_it_was_dropped(rt, _ask) {
        let root = kept(rt);
        let reference: OCamlRef<'_, String> = forever(&root);
        drop(root);
        reference.to_rust::<String>(rt);
    }

    fn boxroot_dropped_twice(rt, _ask) {
        let root = core::mem::ManuallyDrop::new(kept(rt));
        let twice = unsafe { [core::ptr::read(&raw const *root), core::ptr::read(&raw const *root)] };
        drop(twice);
    }

    fn boxroot_that_is_none(rt, _ask) {
        let word = unsafe { kept(rt).get_raw() };
        let none: BoxRoot<String> = unsafe { core::mem::transmute(&raw const word) };
        drop(none);
    }

    fn boxroot_of_a_stale_value(rt, ask) {
        let root = kept(rt);
        let value = value_forever(root.get(rt));
        ask.call(rt, (MINOR,)).expect("OCaml raises nothing");
        BoxRoot::new(value);
    }

    fn boxroot_that_keeps_a_stale_value(rt, _ask) {
        let mut root = kept(rt);
        let value = value_forever(root.get(rt));
        drop(kept(rt));
        root.keep(value);
    }

    fn value_after_an_allocation(rt, _ask) {
        let root = kept(rt);
        let value = value_forever(root.get(rt));
        drop(kept(rt));
        value.as_bytes();
    }

    fn value_after_a_call(rt, ask) {
        let root = kept(rt);
        let value = value_forever(root.get(rt));
        ask.call(rt, (MINOR,)).expect("OCaml raises nothing");
        value.to_rust::<String>();
    }

    fn value_after_a_released_section(rt, _ask) {
        let root = kept(rt);
        let value = value_forever(root.get(rt));
        rt.releasing_runtime(|| ());
        value.as_bytes();
    }

    fn value_out_of_a_look(rt, _ask) {
        rt.region(|r| {
            let text = r.string("text");
            r.look(text, |text| VALUE.set(Some(value_forever(text))));
            r.unit();
            r.string("more");
            VALUE.get().expect("it was set").as_bytes();
        });
    }

    fn value_through_a_thread_local_into_a_released_section(rt, _ask) {
        let root = kept(rt);
        VALUE.set(Some(value_forever(root.get(rt))));
        rt.releasing_runtime(|| VALUE.get().expect("it was set").as_bytes().len());
    }

    fn value_on_another_systhread(rt, ask) {
        let root = kept(rt);
        static SENT: std::sync::Mutex<Option<Smuggled<OCaml<'static, String>>>> =
            std::sync::Mutex::new(None);
        *SENT.lock().expect("nobody panics") = Some(Smuggled(value_forever(root.get(rt))));
        calls_back(rt, ask, ON_A_SYSTHREAD, |_, _| {
            SENT.lock().expect("nobody panics").as_ref().expect("it was sent").get().as_bytes();
        });
    }

    fn value_that_was_moved(rt, ask) {
        let root = kept(rt);
        let word = unsafe { root.get_raw() };
        ask.call(rt, (MINOR,)).expect("OCaml raises nothing");
        unsafe { OCaml::<String>::new(rt, word) };
    }

    fn allocation_in_a_released_section(rt, _ask) {
        rt.releasing_runtime(|| {
            kept(&mut handle());
        });
    }

    fn allocation_on_a_thread_without_the_lock(rt, _ask) {
        rt.releasing_runtime(|| {
            let thread = std::thread::spawn(|| drop(kept(&mut handle())));
            thread.join().expect("it does not return");
        });
    }

    fn allocation_in_a_noalloc_function(rt, ask) {
        ask.call(rt, (10,)).expect("OCaml raises nothing");
    }

    fn allocation_in_a_look(rt, _ask) {
        rt.region(|r| {
            let text = r.string("text");
            r.look(text, |text| {
                drop(kept(&mut handle()));
                text.as_bytes().len()
            });
        });
    }

    fn region_used_in_a_look(rt, _ask) {
        rt.region(|r| {
            let text = r.string("text");
            let region = Smuggled(region_forever(r));
            r.look(text, move |_| {
                region.get().unit();
            });
        });
    }

    fn call_in_a_released_section(rt, ask) {
        let ask = Smuggled(core::ptr::from_ref(ask));
        rt.releasing_runtime(move || {
            unsafe { (*ask.get()).call(&mut handle(), (HERE,)) }.is_ok()
        });
    }

    fn call_of_no_function(rt, _ask) {
        let text = kept(rt);
        let no_function: OCamlRef<'_, Ask> = unsafe { &*core::ptr::from_ref(&*text).cast() };
        no_function.call(rt, (HERE,)).expect("it does not return");
    }

    fn release_in_a_released_section(rt, _ask) {
        rt.releasing_runtime(|| handle().releasing_runtime(|| ()));
    }

    fn release_in_a_noalloc_function(rt, ask) {
        ask.call(rt, (11,)).expect("OCaml raises nothing");
    }

    fn release_in_a_look(rt, _ask) {
        rt.region(|r| {
            let text = r.string("text");
            r.look(text, |_| handle().releasing_runtime(|| ()));
        });
    }

    fn exception_over_a_region(rt, ask) {
        calls_back(rt, ask, HERE, |rt, _| {
            rt.region(|r| {
                r.string("text");
                unsafe { caml_raise_not_found() }
            });
        });
    }

    fn argument_of_another_type(rt, ask) {
        ask.call(rt, (14,)).expect("OCaml raises nothing");
    }

    fn argument_of_another_record(rt, ask) {
        ask.call(rt, (15,)).expect("OCaml raises nothing");
    }

    fn root_of_another_type(rt, ask) {
        ask.call(rt, (16,)).expect("OCaml raises nothing");
    }

    fn string_that_is_an_immediate(rt, _ask) {
        immediate::<String>(rt, 7).as_bytes();
    }

    fn int_that_is_a_block(rt, _ask) {
        let text = kept(rt);
        taken_for::<String, OCamlInt>(rt, &text).to_i64();
    }

    fn float_that_is_a_string(rt, _ask) {
        let text = kept(rt);
        taken_for::<String, OCamlFloat>(rt, &text).to_rust::<f64>();
    }

    fn bool_that_is_no_bool(rt, _ask) {
        immediate::<bool>(rt, 2).to_rust::<bool>();
    }

    fn char_that_is_no_char(rt, _ask) {
        immediate::<OCamlChar>(rt, 256).to_rust::<char>();
    }

    fn unit_that_is_no_unit(rt, _ask) {
        immediate::<()>(rt, 1).to_rust::<()>();
    }

    fn int64_that_is_an_int32(rt, _ask) {
        let number: BoxRoot<OCamlInt32> = 5i32.to_boxroot(rt);
        taken_for::<OCamlInt32, OCamlInt64>(rt, &number).to_rust::<i64>();
    }

    fn list_that_is_a_string(rt, _ask) {
        let text = kept(rt);
        taken_for::<String, OCamlList<OCamlInt>>(rt, &text).uncons();
    }

    fn array_that_is_a_string(rt, _ask) {
        let text = kept(rt);
        taken_for::<String, OCamlArray<OCamlInt>>(rt, &text).len();
    }

    fn float_array_that_is_an_array(rt, _ask) {
        rt.region(|r| {
            let one = r.int(1);
            let array = r.array(&[one, one]);
            let floats: OCamlRef<'_, OCamlFloatArray> =
                unsafe { &*core::ptr::from_ref(array).cast() };
            r.float_array_len(floats);
        });
    }

    fn option_that_is_a_pair(rt, _ask) {
        rt.region(|r| {
            let pair = r.pair(r.int(1), r.int(2));
            let option: OCamlRef<'_, Option<OCamlInt>> =
                unsafe { &*core::ptr::from_ref(pair).cast() };
            r.option(option).map(|_| ());
        });
    }

    fn result_that_is_a_pair(rt, _ask) {
        let pair: BoxRoot<(OCamlInt, OCamlInt)> = (1i64, 2i64).to_boxroot(rt);
        let _ = taken_for::<_, Result<OCamlInt, OCamlInt>>(rt, &pair).to_result();
    }

    fn triple_that_is_a_pair(rt, _ask) {
        let pair: BoxRoot<(OCamlInt, OCamlInt)> = (1i64, 2i64).to_boxroot(rt);
        taken_for::<_, (OCamlInt, OCamlInt, OCamlInt)>(rt, &pair).to_tuple();
    }

    fn record_that_is_a_triple(rt, _ask) {
        let triple: BoxRoot<(OCamlInt, OCamlInt, OCamlInt)> = (1i64, 2i64, 3i64).to_boxroot(rt);
        taken_for::<_, Point>(rt, &triple).to_rust::<Point>();
    }

    fn record_of_floats_that_is_not_flat(rt, _ask) {
        let pair: BoxRoot<(OCamlInt, OCamlInt)> = (1i64, 2i64).to_boxroot(rt);
        taken_for::<_, Speed>(rt, &pair).to_rust::<Speed>();
    }

    fn field_beyond_the_end(rt, _ask) {
        let pair: BoxRoot<(OCamlInt, OCamlInt)> = (1i64, 2i64).to_boxroot(rt);
        unsafe { rt.get(&pair).field::<OCamlInt>(2) };
    }
}

#[export]
fn w_count() -> i64 {
    MISUSES.len() as i64
}

#[export]
fn w_name(index: i64) -> &'static str {
    MISUSES[index as usize].0
}

#[export]
fn w_run(rt: &mut OCamlRuntime, index: i64, ask: Ask) {
    MISUSES[index as usize].1(rt, &ask);
}
