//! The reactor against the real system.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use bactrian_io::{Inbox, Interest, Polled, Reactor};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// A waker that counts.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    fn new() -> (Arc<Self>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Does poll(2), as a foreign loop would call it, find the descriptor readable?
fn readable(reactor: &Reactor, timeout: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let descriptor = reactor.descriptor();
    let mut fds = [PollFd::new(&descriptor, PollFlags::IN)];
    let timeout = Timespec { tv_sec: timeout.as_secs() as _, tv_nsec: timeout.subsec_nanos() as _ };
    poll(&mut fds, Some(&timeout)).unwrap() == 1
}

#[test]
fn a_wakeup_shows_on_the_descriptor_until_it_is_polled() {
    let reactor = Reactor::new().unwrap();
    assert!(!readable(&reactor, Duration::ZERO));
    assert_eq!(reactor.pollf(NOW).unwrap(), Polled::default());
    for _ in 0..3 {
        reactor.handle().wakeup();
        assert!(readable(&reactor, Duration::ZERO));
        assert!(readable(&reactor, Duration::ZERO), "looking does not consume it");
        assert!(reactor.pollf(NOW).unwrap().woken);
        assert!(!readable(&reactor, Duration::ZERO));
    }
}

#[test]
fn wakeups_are_coalesced() {
    let reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    for _ in 0..1000 {
        handle.wakeup();
    }
    assert!(reactor.pollf(NOW).unwrap().woken);
    assert_eq!(reactor.pollf(NOW).unwrap(), Polled::default());
}

#[test]
fn a_handle_outlives_its_reactor() {
    let handle = Reactor::new().unwrap().handle();
    handle.wakeup();
}

#[test]
fn no_message_is_lost_under_stress() {
    const SENDERS: usize = 4;
    const EACH: usize = 20_000;
    let reactor = Reactor::new().unwrap();
    let inbox = Arc::new(Inbox::new());
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (inbox, handle) = (Arc::clone(&inbox), reactor.handle());
            thread::spawn(move || {
                for message in 0..EACH {
                    inbox.push((sender, message));
                    handle.wakeup();
                    if message % 64 == 0 {
                        thread::yield_now();
                    }
                }
            })
        })
        .collect();
    let mut next = [0; SENDERS];
    while next.iter().sum::<usize>() < SENDERS * EACH {
        // The time-out makes a lost wake-up a failure, instead of a test that hangs.
        assert!(reactor.pollf(LONG).unwrap().woken, "stuck at {next:?}");
        for (sender, message) in inbox.drain() {
            assert_eq!(message, next[sender]);
            next[sender] += 1;
        }
    }
    for sender in senders {
        sender.join().unwrap();
    }
}

#[test]
fn timers_fire_in_the_order_of_their_deadlines() {
    struct Log(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Wake for Log {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let reactor = Reactor::new().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let start = Instant::now();
    for (name, delay) in [("c", 30), ("a", 10), ("b1", 20), ("b2", 20)] {
        let waker = Waker::from(Arc::new(Log(name, Arc::clone(&log))));
        reactor.set_timer(start + Duration::from_millis(delay), waker).unwrap();
    }
    assert_eq!(reactor.next_deadline(), Some(start + Duration::from_millis(10)));
    while log.lock().unwrap().len() < 4 {
        assert!(start.elapsed() < Duration::from_secs(20));
        reactor.pollf(LONG).unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert_eq!(*log.lock().unwrap(), ["a", "b1", "b2", "c"]);
    assert_eq!(reactor.next_deadline(), None);
}

#[test]
fn a_cancelled_timer_does_not_fire() {
    let reactor = Reactor::new().unwrap();
    let (count, waker) = Count::new();
    let at = Instant::now() + Duration::from_millis(5);
    let key = reactor.set_timer(at, waker.clone()).unwrap();
    let other = reactor.set_timer(at, waker).unwrap();
    assert!(reactor.cancel_timer(key));
    assert!(!reactor.cancel_timer(key));
    while count.get() == 0 {
        reactor.pollf(LONG).unwrap();
    }
    assert!(!reactor.cancel_timer(other), "it has fired");
    assert_eq!(count.get(), 1);
}

#[test]
fn a_timer_fires_after_the_time_of_a_cancelled_one() {
    let reactor = Reactor::new().unwrap();
    let (count, waker) = Count::new();
    let soon = || Instant::now() + Duration::from_millis(5);
    let key = reactor.set_timer(soon(), waker.clone()).unwrap();
    assert!(reactor.cancel_timer(key));
    // The time comes, and there is no timer any more.
    reactor.pollf(Some(Duration::from_millis(50))).unwrap();
    let start = Instant::now();
    reactor.set_timer(soon(), waker).unwrap();
    while count.get() == 0 {
        reactor.pollf(LONG).unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_earlier_timer_shortens_the_wait() {
    let reactor = Reactor::new().unwrap();
    let (count, waker) = Count::new();
    let start = Instant::now();
    reactor.set_timer(start + Duration::from_secs(3600), waker.clone()).unwrap();
    reactor.set_timer(start + Duration::from_millis(10), waker).unwrap();
    while count.get() == 0 {
        reactor.pollf(LONG).unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_due_timer_shows_on_the_descriptor() {
    if !Reactor::DESCRIPTOR_KEEPS_TIME {
        return;
    }
    let reactor = Reactor::new().unwrap();
    for _ in 0..3 {
        let (count, waker) = Count::new();
        reactor.set_timer(Instant::now() + Duration::from_millis(10), waker).unwrap();
        assert!(!readable(&reactor, Duration::ZERO));
        assert!(readable(&reactor, Duration::from_secs(20)));
        assert_eq!(reactor.pollf(NOW).unwrap(), Polled { woken: false, fired: 1 });
        assert_eq!(count.get(), 1);
    }
}

#[test]
fn readiness_is_told_once_to_each_who_waits() {
    let reactor = Reactor::new().unwrap();
    let (mut left, mut right) = UnixStream::pair().unwrap();
    let ((first, first_waker), (second, second_waker)) = (Count::new(), Count::new());
    reactor.watch(left.as_fd(), Interest::Read, first_waker).unwrap();
    reactor.watch(left.as_fd(), Interest::Read, second_waker).unwrap();
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0);
    right.write_all(b"x").unwrap();
    assert!(readable(&reactor, Duration::ZERO));
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 2);
    assert_eq!((first.get(), second.get()), (1, 1));
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0, "nobody asked again");

    left.read_exact(&mut [0]).unwrap();
    let (third, waker) = Count::new();
    reactor.watch(left.as_fd(), Interest::Read, waker).unwrap();
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0);
    drop(right);
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 1, "end of file is readable");
    assert_eq!(third.get(), 1);
}

#[test]
fn a_reader_goes_on_waiting_when_a_writer_is_served() {
    let reactor = Reactor::new().unwrap();
    let (left, mut right) = UnixStream::pair().unwrap();
    let ((read, read_waker), (write, write_waker)) = (Count::new(), Count::new());
    reactor.watch(left.as_fd(), Interest::Read, read_waker).unwrap();
    reactor.watch(left.as_fd(), Interest::Write, write_waker).unwrap();
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 1);
    assert_eq!((read.get(), write.get()), (0, 1));
    right.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 1);
    assert_eq!((read.get(), write.get()), (1, 1));
}

#[test]
fn a_wait_that_was_taken_back_is_not_woken() {
    let reactor = Reactor::new().unwrap();
    let (left, mut right) = UnixStream::pair().unwrap();
    let (count, waker) = Count::new();
    let key = reactor.watch(left.as_fd(), Interest::Read, waker).unwrap();
    assert!(reactor.unwatch(key));
    assert!(!reactor.unwatch(key));
    right.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0);
    assert_eq!(count.get(), 0);
}

#[test]
fn forgetting_wakes_who_waits() {
    let reactor = Reactor::new().unwrap();
    let (left, _right) = UnixStream::pair().unwrap();
    let (count, waker) = Count::new();
    let key = reactor.watch(left.as_fd(), Interest::Read, waker).unwrap();
    reactor.forget(left.as_fd());
    assert_eq!(count.get(), 1);
    assert!(!reactor.unwatch(key));
}

/// Closes `old` and opens a socket under the same number.
fn reopen(old: UnixStream) -> (UnixStream, UnixStream) {
    let number = old.as_raw_fd();
    let (near, far) = UnixStream::pair().unwrap();
    drop(old);
    let near = OwnedFd::from(near).try_clone().unwrap();
    assert_eq!(near.as_raw_fd(), number, "the lowest free number is taken");
    (UnixStream::from(near), far)
}

#[test]
fn a_reused_descriptor_never_wakes_who_waited_for_the_old_file() {
    let reactor = Reactor::new().unwrap();
    let (old, mut old_peer) = UnixStream::pair().unwrap();
    // Keeps the old file open, as a child process would: the kernel does not forget it.
    let _keep = old.try_clone().unwrap();
    let (old_count, waker) = Count::new();
    let old_key = reactor.watch(old.as_fd(), Interest::Read, waker).unwrap();

    let (new, mut new_peer) = reopen(old);
    new_peer.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0, "not its file");
    assert_eq!(old_count.get(), 0);

    new_peer.write_all(b"x").unwrap();
    let (new_count, waker) = Count::new();
    let mut new_stream = &new;
    new_stream.read_exact(&mut [0; 2]).unwrap();
    reactor.watch(new.as_fd(), Interest::Read, waker).unwrap();
    assert_eq!(old_count.get(), 1, "told that its file is gone");
    assert!(!reactor.unwatch(old_key));

    old_peer.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(NOW).unwrap().fired, 0, "an event of the old file");
    assert_eq!(new_count.get(), 0);
    new_peer.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 1);
    assert_eq!((old_count.get(), new_count.get()), (1, 1));
}

#[test]
fn a_regular_file_is_refused() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let reactor = Reactor::new().unwrap();
    let file = std::fs::File::open("/proc/self/exe").unwrap();
    let error = reactor.watch(file.as_fd(), Interest::Read, Waker::noop().clone()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
}

#[test]
fn a_waker_may_call_the_reactor() {
    struct Again(Arc<Reactor>, AtomicUsize);
    impl Wake for Again {
        fn wake(self: Arc<Self>) {
            if self.1.fetch_add(1, Ordering::SeqCst) < 2 {
                let reactor = Arc::clone(&self.0);
                reactor.set_timer(Instant::now(), Waker::from(self)).unwrap();
            }
        }
    }
    let reactor = Arc::new(Reactor::new().unwrap());
    let again = Arc::new(Again(Arc::clone(&reactor), AtomicUsize::new(0)));
    reactor.set_timer(Instant::now(), Waker::from(Arc::clone(&again))).unwrap();
    while again.1.load(Ordering::SeqCst) < 3 {
        reactor.pollf(LONG).unwrap();
    }
}

/// A waker that panics when it is woken, or when it is dropped.
struct Bad {
    when_woken: bool,
}

impl Wake for Bad {
    fn wake(self: Arc<Self>) {
        if self.when_woken {
            panic!("woken");
        }
    }
}

impl Drop for Bad {
    fn drop(&mut self) {
        if !self.when_woken && !thread::panicking() {
            panic!("dropped");
        }
    }
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let reactor = Reactor::new().unwrap();
    let now = Instant::now();
    let (count, waker) = Count::new();
    for when_woken in [true, false] {
        reactor.set_timer(now, Waker::from(Arc::new(Bad { when_woken }))).unwrap();
        reactor.set_timer(now, waker.clone()).unwrap();
    }
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let bad = Waker::from(Arc::new(Bad { when_woken: true }));
    reactor.watch(ours.as_fd(), Interest::Read, bad.clone()).unwrap();
    reactor.watch(ours.as_fd(), Interest::Read, waker.clone()).unwrap();
    theirs.write_all(b"x").unwrap();
    assert_eq!(reactor.pollf(LONG).unwrap().fired, 6);
    assert_eq!(count.get(), 3);
    reactor.watch(ours.as_fd(), Interest::Write, bad).unwrap();
    reactor.watch(ours.as_fd(), Interest::Write, waker).unwrap();
    reactor.forget(ours.as_fd());
    assert_eq!(count.get(), 4);
}

#[test]
#[cfg(all(target_os = "linux", not(feature = "portable")))]
fn urgent_data_alone_does_not_wake_a_reader() {
    use rustix::net::{SendFlags, send};
    use std::net::{TcpListener, TcpStream};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut ours, _) = listener.accept().unwrap();
    let reactor = Reactor::new().unwrap();
    let (count, waker) = Count::new();
    reactor.watch(ours.as_fd(), Interest::Read, waker).unwrap();
    send(&theirs, b"!", SendFlags::OOB).unwrap();
    // A read would block, so the reader would try, wait again, and be woken again without end.
    reactor.pollf(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(count.get(), 0);
    theirs.write_all(b"x").unwrap();
    while count.get() == 0 {
        assert!(reactor.pollf(LONG).unwrap().fired > 0, "ordinary data does wake it");
    }
    assert_eq!(ours.read(&mut [0; 8]).unwrap(), 1);
}
