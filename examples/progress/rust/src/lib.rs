//! A long computation on a thread of its own: it says how far it is, and stops when nobody listens any more.

use bactrian::task::channel::{Sender, channel};
use bactrian::task::stream::Stream;
use bactrian::task::tokio_handle;
use bactrian::{OCamlException, ToOCaml, export};
use std::sync::atomic::{AtomicU32, Ordering};

/// How far a computation is.
#[derive(ToOCaml)]
pub struct Progress {
    /// The step that is done, from 1 on.
    pub step: u32,
    /// Of so many.
    pub steps: u32,
    /// What was found until now.
    pub primes: u32,
}

/// The steps that all computations have begun.
static BEGUN: AtomicU32 = AtomicU32::new(0);

/// Counts the primes below a number, in so many steps.
///
/// It is at most two steps ahead of who reads: one report is in the channel, and one waits for room. When the stream is closed
/// it stops after the step that it is at.
#[export(raise)]
pub fn count(
    #[ocaml(label)] below: u32,
    #[ocaml(label)] steps: u32,
) -> impl Stream<Item = Result<Progress, OCamlException>> {
    let (sender, receiver) = channel(1);
    // Long work without an await does not belong on a domain, nor on tokio's few threads for tasks.
    tokio_handle().spawn_blocking(move || work(below, steps, &sender));
    receiver
}

/// The steps that all computations have begun.
#[export]
pub fn begun() -> u32 {
    BEGUN.load(Ordering::SeqCst)
}

fn work(below: u32, steps: u32, sender: &Sender<Progress>) {
    if steps == 0 || steps > below {
        return sender.fail(format!("count: {below} numbers cannot be looked at in {steps} steps"));
    }
    let mut primes = 0;
    for step in 0..steps {
        BEGUN.fetch_add(1, Ordering::SeqCst);
        let end = |step: u32| u64::from(below) * u64::from(step) / u64::from(steps);
        primes += (end(step)..end(step + 1)).filter(|&n| is_prime(n)).count() as u32;
        let progress = Progress { step: step + 1, steps, primes };
        // An error: nobody reads the stream any more.
        if tokio_handle().block_on(sender.send(progress)).is_err() {
            return;
        }
    }
}

fn is_prime(n: u64) -> bool {
    n >= 2
        && (2..)
            .take_while(|divisor| divisor * divisor <= n)
            .all(|divisor| !n.is_multiple_of(divisor))
}
