//! The `external`s of streams.

use super::remote::{Pledge, ask};
use super::source::Source;
use crate::executor::{Executor, Message};
use crate::export::Promises;
use crate::externals::{int, key, on_domain};
use crate::future::{self, Futures};
use crate::lwt::{self, Lwt};
use crate::slab::Key;
use crate::task::Unsettled;
use crate::thread::ThreadId;
use bactrian_runtime::__private::shim;
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use std::sync::Arc;

const NONE: RawOCaml = 1;

/// Who asks, in messages.
const NEXT: &str = "Bactrian.Stream.next";

/// May this thread poll the stream?
fn is_ours(source: &dyn Source) -> bool {
    source.thread() == ThreadId::NONE || source.thread() == ThreadId::current()
}

/// `pull : int -> int -> 'a option Bactrian.Future.t`: the next element of the stream of this domain and key.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_pull(domain: RawOCaml, word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the words are ints.
    unsafe {
        shim::call_with_runtime(NEXT, |rt: &mut OCamlRuntime| {
            let own = future::served(rt, NEXT)
                .map_err(|message| OCamlException::failure(rt, &message))?;
            let Some(key) = key(word) else { return ended::<Futures>(rt) };
            let domain = int(domain) as usize;
            if domain == rt.domain_id() {
                match own.stream(rt, key) {
                    None => return ended::<Futures>(rt),
                    Some(source) if is_ours(&*source) => return source.pull(rt, own),
                    Some(_) => {}
                }
            }
            let home = if domain == rt.domain_id() {
                Arc::clone(&own)
            } else {
                match Executor::of_domain(domain) {
                    Some(home) => home,
                    // The domain has ended, and its streams with it.
                    None => return ended::<Futures>(rt),
                }
            };
            pull_there(rt, own, &home, key)
        })
    }
}

/// `None`, as a promise.
fn ended<P: Promises>(rt: &mut OCamlRuntime) -> Result<RawOCaml, OCamlException> {
    // SAFETY: an immediate is always live.
    unsafe { P::fulfilled(rt, NONE) }
}

/// Has the stream's own thread or domain ask for the element.
fn pull_there(
    rt: &mut OCamlRuntime,
    own: Arc<Executor>,
    home: &Arc<Executor>,
    key: Key,
) -> Result<RawOCaml, OCamlException> {
    let promise = future::promise(rt)?;
    let resolver = promise.root();
    // SAFETY: nothing below allocates in OCaml, and the lock is held.
    let word = unsafe { promise.raw() };
    let unsettled = Unsettled { resolver, function: NEXT, reject: Futures::reject };
    let pledge = Pledge::new(unsettled, own);
    let target = Arc::clone(home);
    home.send(Message::Job(Box::new(move |rt| ask(rt, &target, key, pledge))));
    Ok(word)
}

/// `close : int -> int -> unit`: nobody reads the stream of this domain and key any more.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_close(domain: RawOCaml, word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the words are ints.
    unsafe { on_domain("Bactrian.Stream.close", domain, word, Executor::close_stream) }
}

/// `pull : int -> 'a option Lwt.t`: the next element of the stream of this key, on the loop's thread.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_pull(word: RawOCaml) -> RawOCaml {
    const WHO: &str = "the next element of an Lwt_stream.t of Rust's";
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        shim::call_with_runtime("bactrian_lwt_pull", |rt: &mut OCamlRuntime| {
            let executor = lwt::attached(rt, WHO)?;
            let source = key(word).and_then(|key| executor.stream(rt, key));
            match source {
                None => ended::<Lwt>(rt),
                Some(source) if is_ours(&*source) => source.pull(rt, executor),
                Some(_) => {
                    let message = format!(
                        "{WHO}: its stream is not Send, so only the thread that made it may poll it, and Lwt's main loop runs \
                         on another one now"
                    );
                    Err(OCamlException::failure(rt, &message))
                }
            }
        })
    }
}
