//! Values as text, in a form that OCaml's side writes by itself (`tests/ocaml/types/text.ml`): equal texts mean that both
//! sides see the same value.

use bactrian::Either;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// A value that can be written.
pub trait Text {
    /// Writes it.
    fn write(&self, out: &mut Vec<u8>);

    /// All of it.
    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

/// A constructor or record: its name, and what is in it.
pub fn node(out: &mut Vec<u8>, name: &str, fields: &[&dyn Text]) {
    out.extend(name.as_bytes());
    out.push(b'(');
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        field.write(out);
    }
    out.push(b')');
}

/// A sequence of any kind.
pub fn items<'a, T: Text + 'a>(out: &mut Vec<u8>, items: impl IntoIterator<Item = &'a T>) {
    out.push(b'[');
    for item in items {
        item.write(out);
        out.push(b';');
    }
    out.push(b']');
}

macro_rules! decimal {
    ($($ty:ty),*) => {$(
        impl Text for $ty {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend(self.to_string().as_bytes());
            }
        }
    )*};
}

decimal!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Text for () {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(b"()");
    }
}

impl Text for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(if *self { &b"true"[..] } else { b"false" });
    }
}

/// By its code.
impl Text for char {
    fn write(&self, out: &mut Vec<u8>) {
        u32::from(*self).write(out);
    }
}

/// By its bits.
impl Text for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(format!("{:x}", self.to_bits()).as_bytes());
    }
}

impl Text for f32 {
    fn write(&self, out: &mut Vec<u8>) {
        f64::from(*self).write(out);
    }
}

/// After their length.
pub fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes.len().write(out);
    out.push(b':');
    out.extend(bytes);
}

impl Text for String {
    fn write(&self, out: &mut Vec<u8>) {
        bytes(out, self.as_bytes());
    }
}

impl<T: Text> Text for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }
}

impl<T: Text> Text for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => node(out, "None", &[]),
            Some(value) => node(out, "Some", &[value]),
        }
    }
}

impl<T: Text, E: Text> Text for Result<T, E> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Ok(value) => node(out, "Ok", &[value]),
            Err(error) => node(out, "Error", &[error]),
        }
    }
}

impl<A: Text, B: Text> Text for Either<A, B> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Either::Left(value) => node(out, "Left", &[value]),
            Either::Right(value) => node(out, "Right", &[value]),
        }
    }
}

macro_rules! tuple {
    ($($index:tt $name:ident),*) => {
        impl<$($name: Text),*> Text for ($($name,)*) {
            fn write(&self, out: &mut Vec<u8>) {
                node(out, "", &[$(&self.$index),*]);
            }
        }
    };
}

tuple!(0 A, 1 B);
tuple!(0 A, 1 B, 2 C);
tuple!(0 A, 1 B, 2 C, 3 D);
tuple!(0 A, 1 B, 2 C, 3 D, 4 E, 5 F);
tuple!(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I);

macro_rules! sequence {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<T: Text, $($generics)*> Text for $ty {
            fn write(&self, out: &mut Vec<u8>) {
                items(out, self);
            }
        }
    )*};
}

sequence! {
    [] Vec<T>;
    [] VecDeque<T>;
    [] BTreeSet<T>;
}

/// Those without an order of their own are put in that of their texts.
fn unordered(out: &mut Vec<u8>, mut texts: Vec<Vec<u8>>) {
    texts.sort();
    out.push(b'[');
    for text in texts {
        out.extend(text);
        out.push(b';');
    }
    out.push(b']');
}

impl<T: Text, S> Text for HashSet<T, S> {
    fn write(&self, out: &mut Vec<u8>) {
        unordered(out, self.iter().map(Text::text).collect());
    }
}

fn binding<K: Text, V: Text>((key, value): (&K, &V)) -> Vec<u8> {
    let mut out = Vec::new();
    node(&mut out, "", &[key, value]);
    out
}

impl<K: Text, V: Text, S> Text for HashMap<K, V, S> {
    fn write(&self, out: &mut Vec<u8>) {
        unordered(out, self.iter().map(binding).collect());
    }
}

impl<K: Text, V: Text> Text for BTreeMap<K, V> {
    fn write(&self, out: &mut Vec<u8>) {
        unordered(out, self.iter().map(binding).collect());
    }
}

/// A struct, by the names of its fields.
macro_rules! text_struct {
    ($($name:ident $(<$($parameter:ident),*>)? { $($field:tt),* })*) => {$(
        impl $(<$($parameter: $crate::types_text::Text),*>)? $crate::types_text::Text
            for $name $(<$($parameter),*>)?
        {
            fn write(&self, out: &mut Vec<u8>) {
                $crate::types_text::node(out, stringify!($name), &[$(&self.$field),*]);
            }
        }
    )*};
}
pub(crate) use text_struct;

/// An enum, by its constructors as patterns.
macro_rules! text_enum {
    ($name:ident $(<$($parameter:ident),*>)? { $($constructor:ident $text:literal: $pattern:pat => [$($field:ident),*];)* }) => {
        impl $(<$($parameter: $crate::types_text::Text),*>)? $crate::types_text::Text
            for $name $(<$($parameter),*>)?
        {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $($pattern => $crate::types_text::node(out, $text, &[$($field),*]),)*
                }
            }
        }
    };
}
pub(crate) use text_enum;
