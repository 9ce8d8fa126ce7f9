//! Senders as OCaml has them.

use super::Sender;
use super::shared::{Refused, Sending};
use crate::export::{self, Convert};
use crate::externals::UNIT;
use crate::future::{self, Futures, Threads};
use crate::thread::ThreadId;
use bactrian_runtime::__private::{NamedValue, import};
use bactrian_runtime::schema::Type;
use bactrian_runtime::{
    DefaultOCamlMapping, DescribeOCaml, DynBox, FromOCaml, OCaml, OCamlAny, OCamlException,
    OCamlList, OCamlRuntime, RawOCaml, ToOCaml,
};
use core::marker::PhantomData;
use std::sync::Arc;

static SENDER: NamedValue = NamedValue::new(c"Bactrian_future.sender");
static CLOSED: NamedValue = NamedValue::new(c"Bactrian.Channel.Closed");

/// OCaml's `'a Bactrian.Channel.sender`, as the type of a value.
pub struct OCamlSender<T> {
    _marker: PhantomData<fn(T)>,
}

/// What OCaml can do with a sender, whatever its elements are.
pub(super) trait AnySender: Send + Sync {
    /// `false`: it is full. The word must be one of the type of the elements.
    fn try_send(&self, rt: &mut OCamlRuntime, word: RawOCaml) -> Result<bool, OCamlException>;

    /// A `unit Bactrian.Future.t`. Likewise.
    fn send(&self, rt: &mut OCamlRuntime, word: RawOCaml) -> Result<RawOCaml, OCamlException>;

    fn close(&self);

    fn fail(&self, exception: OCamlException);
}

/// A sender that OCaml owns.
pub(super) type Owned = Arc<dyn AnySender>;

/// `Bactrian.Channel.Closed`.
fn closed(rt: &mut OCamlRuntime) -> OCamlException {
    OCamlException::registered(rt, &CLOSED, [])
}

impl<T> Sender<T>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    fn convert(rt: &mut OCamlRuntime, word: RawOCaml) -> Result<T, OCamlException> {
        // SAFETY: OCaml's type checker says that it is one, and nothing has been allocated since it came.
        let converted = T::try_from_ocaml(unsafe { OCaml::<T::OCamlType>::from_raw(word) });
        converted.map_err(|error| {
            OCamlException::from_conversion(rt, &error.within("element of a channel"))
        })
    }
}

impl<T> AnySender for Sender<T>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    fn try_send(&self, rt: &mut OCamlRuntime, word: RawOCaml) -> Result<bool, OCamlException> {
        let value = Self::convert(rt, word)?;
        match self.shared.try_send(value) {
            Ok(()) => Ok(true),
            Err(Refused::Full(_)) => Ok(false),
            Err(Refused::Closed(_)) => Err(closed(rt)),
        }
    }

    fn send(&self, rt: &mut OCamlRuntime, word: RawOCaml) -> Result<RawOCaml, OCamlException> {
        const WHO: &str = "Bactrian.Channel.send";
        let value = Self::convert(rt, word)?;
        let executor = future::usable(rt, WHO, Threads::All)?;
        // The sender stays, so that the channel is not closed by a collection while this waits.
        let sender = self.clone();
        let sending = Sending::new(Arc::clone(&self.shared), value);
        let sent = async move {
            let sent = sending.await.is_ok();
            drop(sender);
            sent
        };
        let convert: Convert<bool> = |sent, rt| if sent { Ok(UNIT) } else { Err(closed(rt)) };
        // The future is `Send`, as its value is.
        export::start::<Futures, bool>(rt, executor, ThreadId::NONE, WHO, sent, convert)
    }

    fn close(&self) {
        Sender::close(self);
    }

    fn fail(&self, exception: OCamlException) {
        Sender::fail(self, exception);
    }
}

impl<T: DescribeOCaml> DescribeOCaml for OCamlSender<T> {
    const TYPE: &'static Type =
        &Type::Named { name: "Bactrian.Channel.sender", arguments: &[T::TYPE] };
}

impl<T: DefaultOCamlMapping> DefaultOCamlMapping for Sender<T> {
    type OCamlType = OCamlSender<T::OCamlType>;
    type VecType = OCamlList<OCamlSender<T::OCamlType>>;
}

// SAFETY: the function gives a sender, whose functions convert what they are given.
unsafe impl<T> ToOCaml<OCamlSender<T::OCamlType>> for Sender<T>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlSender<T::OCamlType>> {
        let owned: Owned = Arc::new(self.clone());
        // SAFETY: the function takes an owned value; nothing collects between the two.
        unsafe {
            let word = OCaml::<DynBox<Owned>>::box_value(rt, owned).raw();
            let sender = import::call_or_unwind::<OCamlAny, 1>(rt, &SENDER, [word]).raw();
            OCaml::from_raw(sender)
        }
    }
}
