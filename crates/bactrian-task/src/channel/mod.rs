//! Bounded channels between Rust's threads and OCaml.
//!
//! ```no_run
//! use bactrian_task::channel::{Sender, channel};
//! use bactrian_task::tokio_handle;
//! // OCaml sends, as a `string Bactrian.Channel.sender`, and Rust receives.
//! fn log() -> Sender<String> {
//!     let (sender, mut receiver) = channel::<String>(16);
//!     tokio_handle().spawn(async move {
//!         while let Some(Ok(line)) = receiver.receive().await {
//!             println!("{line}");
//!         }
//!     });
//!     sender
//! }
//! ```
//!
//! The other way round an exported function returns the [`Receiver`] as its stream, and OCaml reads a `'a Bactrian.Stream.t` or
//! `'a Lwt_stream.t`. Elements are Rust values; they are converted on OCaml's side of the channel, on its domain.
//!
//! # How it ends
//!
//! | what | the receiver gets | a send gets |
//! |---|---|---|
//! | [`close`](Sender::close), or the last sender is dropped | what is buffered, the end | an error, with its value |
//! | [`fail`](Sender::fail) | what is buffered, the error once, the end | the same |
//! | the receiver is dropped | | the same |

mod externals;
mod ocaml;
mod shared;

pub use ocaml::OCamlSender;
use shared::{Refused, Sending, Shared};

use bactrian_runtime::{IntoOCamlException, OCamlException};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_core::Stream;
use std::sync::Arc;

/// The end of a channel that sends, from any thread. Clones are cheap.
///
/// Returned by an exported function it is OCaml's `'a Bactrian.Channel.sender`.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// The end of a channel that receives: a [`Stream`] of `Result<T, OCamlException>`, whose error is that of [`Sender::fail`].
///
/// An exported function may return it as its stream: with `#[export(raise)]`, `fn … -> impl Stream<Item = Result<T, OCamlException>>`.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

/// A channel that holds up to `capacity` elements.
///
/// # Panics
/// When `capacity` is 0.
pub fn channel<T: Send + 'static>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "channel: the capacity must be at least 1");
    let shared = Arc::new(Shared::new(capacity));
    (Sender { shared: Arc::clone(&shared) }, Receiver { shared })
}

/// A value that was not sent, since the channel was closed, has failed, or its receiver is gone.
pub struct SendError<T>(pub T);

/// A value that was not sent.
pub enum TrySendError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// The channel was closed, has failed, or its receiver is gone.
    Closed(T),
}

/// Why nothing was received.
pub enum TryReceiveError {
    /// Nothing is there yet.
    Empty,
    /// Nothing will come any more.
    Closed,
}

impl<T: Send + 'static> Sender<T> {
    /// Sends without waiting.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.shared.try_send(value).map_err(|refused| match refused {
            Refused::Full(value) => TrySendError::Full(value),
            Refused::Closed(value) => TrySendError::Closed(value),
        })
    }

    /// Sends, and waits for room. Those who wait are served in order.
    ///
    /// A future that is dropped before it is ready has not sent.
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> + Send + use<T> {
        let sending = Sending::new(Arc::clone(&self.shared), value);
        async move { sending.await.map_err(SendError) }
    }

    /// There is no more to send, from any sender of this channel.
    pub fn close(&self) {
        self.shared.finish(None);
    }

    /// There is no more to send, because of this.
    ///
    /// It becomes an exception where it is received. After [`close`](Sender::close) or another `fail` it does nothing.
    pub fn fail<E: IntoOCamlException + Send + 'static>(&self, error: E) {
        self.shared.finish(Some(Box::new(move |rt| error.into_ocaml_exception(rt))));
    }

    /// Would a send be refused?
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Sender { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.remove_sender();
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// The next element; `None` when there is none any more.
    ///
    /// A future that is dropped before it is ready has received nothing.
    pub fn receive(&mut self) -> impl Future<Output = Option<Result<T, OCamlException>>> + Send {
        poll_fn(|context| self.shared.poll_receive(context))
    }

    /// The next element, if it is there.
    ///
    /// # Panics
    /// When the channel has failed, on a thread that holds a domain's lock outside of a task: its exception cannot be made there.
    pub fn try_receive(&mut self) -> Result<Result<T, OCamlException>, TryReceiveError> {
        match self.shared.receive() {
            Poll::Ready(Some(element)) => Ok(element),
            Poll::Ready(None) => Err(TryReceiveError::Closed),
            Poll::Pending => Err(TryReceiveError::Empty),
        }
    }
}

impl<T: Send + 'static> Stream for Receiver<T> {
    type Item = Result<T, OCamlException>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.shared.poll_receive(context)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.hang_up();
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel was closed, has failed, or nobody receives any more")
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendError({self})")
    }
}

impl<T> std::error::Error for SendError<T> {}

impl<T> TrySendError<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Closed(value) => value,
        }
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "the channel is full",
            TrySendError::Closed(_) => {
                "the channel was closed, has failed, or nobody receives any more"
            }
        })
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrySendError({self})")
    }
}

impl<T> std::error::Error for TrySendError<T> {}

impl fmt::Display for TryReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryReceiveError::Empty => "the channel is empty",
            TryReceiveError::Closed => "the channel has ended",
        })
    }
}

impl fmt::Debug for TryReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TryReceiveError({self})")
    }
}

impl std::error::Error for TryReceiveError {}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.shared.is_closed()).finish()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("closed", &self.shared.is_closed()).finish()
    }
}
