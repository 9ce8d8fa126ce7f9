//! Bigarrays: every kind, both layouts, memory of OCaml's and of Rust's.

use bactrian::bigarray::*;
use bactrian::*;
use core::fmt::Write as _;

/// An element as text: integers in decimal, floats by the bits of the double.
trait Show {
    fn show(&self) -> String;
}

macro_rules! show {
    ($($ty:ty: |$value:ident| $text:expr;)*) => {$(
        impl Show for $ty {
            fn show(&self) -> String {
                let $value = *self;
                $text
            }
        }
    )*};
}

show! {
    f32: |v| f64::from(v).show();
    f64: |v| format!("{:x}", v.to_bits());
    i8: |v| v.to_string();
    u8: |v| v.to_string();
    i16: |v| v.to_string();
    u16: |v| v.to_string();
    i32: |v| v.to_string();
    i64: |v| v.to_string();
    isize: |v| v.to_string();
    Float16: |v| v.to_f32().show();
    Complex32: |v| format!("{}+{}", v.re.show(), v.im.show());
    Complex64: |v| format!("{}+{}", v.re.show(), v.im.show());
}

fn text<T: Show>(items: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for item in items {
        let _ = write!(text, "{};", item.show());
    }
    text
}

macro_rules! kinds {
    ($($text:ident $reverse:ident $echo:ident $copy:ident $fill:ident: $elt:ty as $vec:ty, $marker:literal;)*) => {$(
        /// What Rust sees: as cells, and as a copy.
        #[export]
        fn $text(array: OCaml<'_, Array1<$elt>>) -> (String, String) {
            (text(array.view().as_cells().iter().map(|cell| cell.get())), text(array.view().to_vec()))
        }

        /// Reversed, in place.
        #[export]
        fn $reverse(array: OCaml<'_, Array1<$elt>>) {
            let view = array.view();
            for i in 0..view.len() / 2 {
                let (a, b) = (view.get(i), view.get(view.len() - 1 - i));
                view.set(i, b.expect("in bounds"));
                view.set(view.len() - 1 - i, a.expect("in bounds"));
            }
        }

        /// The same in memory of Rust's.
        #[export]
        fn $echo<'gc>(
            rt: &'gc mut OCamlRuntime,
            array: OCamlRef<'_, Array1<$elt>>,
        ) -> OCaml<'gc, Array1<$elt>> {
            let elements = array.to_rust::<$vec>(rt);
            Array1::<$elt>::from_vec(rt, elements)
        }

        /// The same in memory of OCaml's.
        #[export(returns = $marker)]
        fn $copy(#[ocaml(as_ = $marker)] array: $vec) -> $vec {
            array
        }

        /// Every element like the first of another.
        #[export]
        fn $fill(rt: &mut OCamlRuntime, array: OCamlRef<'_, Array1<$elt>>, from: OCamlRef<'_, Array1<$elt>>) {
            if let Some(first) = rt.get(from).view().get(0) {
                rt.get(array).view().fill(first);
            }
        }
    )*};
}

kinds! {
    ba_text_float32 ba_reverse_float32 ba_echo_float32 ba_copy_float32 ba_fill_float32: f32 as Vec<f32>, "Array1<f32>";
    ba_text_float64 ba_reverse_float64 ba_echo_float64 ba_copy_float64 ba_fill_float64: f64 as Vec<f64>, "Array1<f64>";
    ba_text_int8_signed ba_reverse_int8_signed ba_echo_int8_signed ba_copy_int8_signed ba_fill_int8_signed: i8 as Vec<i8>, "Array1<i8>";
    ba_text_int8_unsigned ba_reverse_int8_unsigned ba_echo_int8_unsigned ba_copy_int8_unsigned ba_fill_int8_unsigned: u8 as Vec<u8>, "Array1<u8>";
    ba_text_int16_signed ba_reverse_int16_signed ba_echo_int16_signed ba_copy_int16_signed ba_fill_int16_signed: i16 as Vec<i16>, "Array1<i16>";
    ba_text_int16_unsigned ba_reverse_int16_unsigned ba_echo_int16_unsigned ba_copy_int16_unsigned ba_fill_int16_unsigned: u16 as Vec<u16>, "Array1<u16>";
    ba_text_int32 ba_reverse_int32 ba_echo_int32 ba_copy_int32 ba_fill_int32: i32 as Vec<i32>, "Array1<i32>";
    ba_text_int64 ba_reverse_int64 ba_echo_int64 ba_copy_int64 ba_fill_int64: i64 as Vec<i64>, "Array1<i64>";
    ba_text_nativeint ba_reverse_nativeint ba_echo_nativeint ba_copy_nativeint ba_fill_nativeint: isize as Vec<isize>, "Array1<isize>";
    ba_text_int ba_reverse_int ba_echo_int ba_copy_int ba_fill_int: OCamlInt as Vec<isize>, "Array1<OCamlInt>";
    ba_text_char ba_reverse_char ba_echo_char ba_copy_char ba_fill_char: OCamlChar as Vec<u8>, "Array1<OCamlChar>";
    ba_text_float16 ba_reverse_float16 ba_echo_float16 ba_copy_float16 ba_fill_float16: Float16 as Vec<Float16>, "Array1<Float16>";
    ba_text_complex32 ba_reverse_complex32 ba_echo_complex32 ba_copy_complex32 ba_fill_complex32: Complex32 as Vec<Complex32>, "Array1<Complex32>";
    ba_text_complex64 ba_reverse_complex64 ba_echo_complex64 ba_copy_complex64 ba_fill_complex64: Complex64 as Vec<Complex64>, "Array1<Complex64>";
}

/// Every element by its indices, in the order of OCaml's: the last index moves fastest in the text, whatever the layout.
fn text2<L: Layout>(view: View<'_, i32, 2, L>) -> String {
    let [rows, columns] = view.dims();
    let indices = (0..rows).flat_map(|i| (0..columns).map(move |j| [i, j]));
    format!("{rows}x{columns}:{}", text(indices.map(|index| view.get(index).expect("in bounds"))))
}

fn text3<L: Layout>(view: View<'_, f64, 3, L>) -> String {
    let [a, b, c] = view.dims();
    let indices = (0..a).flat_map(|i| (0..b).flat_map(move |j| (0..c).map(move |k| [i, j, k])));
    format!("{a}x{b}x{c}:{}", text(indices.map(|index| view.get(index).expect("in bounds"))))
}

#[export]
fn ba_text2_c(array: OCaml<'_, Array2<i32>>) -> String {
    text2(array.view())
}

#[export]
fn ba_text2_fortran(array: OCaml<'_, Array2<i32, FortranLayout>>) -> String {
    text2(array.view())
}

#[export]
fn ba_text3_c(array: OCaml<'_, Array3<f64>>) -> String {
    text3(array.view())
}

#[export]
fn ba_text3_fortran(array: OCaml<'_, Array3<f64, FortranLayout>>) -> String {
    text3(array.view())
}

/// `10 i + j`, written by the indices.
#[export]
fn ba_write2_c(array: OCaml<'_, Array2<i32>>) {
    let view = array.view();
    let [rows, columns] = view.dims();
    for i in 0..rows {
        (0..columns).for_each(|j| view.set([i, j], (10 * i + j) as i32));
    }
}

#[export]
fn ba_write2_fortran(array: OCaml<'_, Array2<i32, FortranLayout>>) {
    let view = array.view();
    let [rows, columns] = view.dims();
    for i in 0..rows {
        (0..columns).for_each(|j| view.set([i, j], (10 * i + j) as i32));
    }
}

/// A write beyond the end of the second dimension, which is inside of the memory.
#[export]
fn ba_write_beyond(array: OCaml<'_, Array2<i32>>) {
    let view = array.view();
    assert_eq!(view.get([0, view.dims()[1]]), None);
    view.set([0, view.dims()[1]], 1);
}

/// 0, 1, 2 … in the order of the memory, which is Rust's.
#[export]
fn ba_make2_c(rt: &mut OCamlRuntime, a: usize, b: usize) -> OCaml<'_, Array2<i32>> {
    Array2::from_shape_vec(rt, [a, b], (0..(a * b) as i32).collect())
}

#[export]
fn ba_make2_fortran(
    rt: &mut OCamlRuntime,
    a: usize,
    b: usize,
) -> OCaml<'_, Array2<i32, FortranLayout>> {
    Bigarray::from_shape_vec(rt, [a, b], (0..(a * b) as i32).collect())
}

#[export]
fn ba_make3_c(rt: &mut OCamlRuntime, a: usize, b: usize, c: usize) -> OCaml<'_, Array3<f64>> {
    Array3::create_with(rt, [a, b, c], |all| {
        all.iter_mut().enumerate().for_each(|(i, to)| *to = i as f64);
    })
}

/// As many elements as one says, of what there are.
#[export]
fn ba_make_wrong(rt: &mut OCamlRuntime, dim: usize, elements: usize) -> OCaml<'_, Array2<i32>> {
    Array2::from_shape_vec(rt, [dim, dim], vec![0; elements])
}

#[export]
fn ba_make_gen(rt: &mut OCamlRuntime, dims: Vec<usize>) -> OCaml<'_, Genarray<u8>> {
    let count = dims.iter().product();
    Genarray::from_shape_vec(rt, &dims, (0..count).map(|i: usize| i as u8).collect())
}

#[export]
fn ba_zeros_gen(rt: &mut OCamlRuntime, dims: Vec<usize>) -> OCaml<'_, Genarray<f64>> {
    Genarray::create(rt, &dims)
}

/// The dimensions, the element at an index, and whether it is of two dimensions.
#[export]
fn ba_look_gen(
    rt: &OCamlRuntime,
    array: OCamlRef<'_, Genarray<u8>>,
    index: OCamlRef<'_, OCamlList<OCamlInt>>,
) -> (Vec<u64>, Option<i64>, bool) {
    let array = rt.get(array);
    let dims = array.view().dims().iter().map(|&dim| dim as u64).collect();
    let element = array.view().get(&index.to_rust::<Vec<usize>>(rt)).map(i64::from);
    (dims, element, array.to_bigarray::<2>().is_ok())
}

#[export]
fn ba_array0(array: OCaml<'_, Array0<i64>>) -> i64 {
    array.view().get([]).expect("a single element")
}

/// By the slice, which nobody writes meanwhile.
#[export]
fn ba_sum_slice(array: OCaml<'_, Array1<f64>>) -> f64 {
    // SAFETY: the test has no other domain or thread.
    unsafe { array.as_slice() }.iter().sum()
}

#[export]
fn ba_write_slice(array: OCaml<'_, Array1<f64>>, value: f64) {
    // SAFETY: the test has no other domain or thread, and there is no other view.
    unsafe { array.view().as_mut_slice() }.fill(value);
}

#[export]
fn ba_copy_from(array: OCaml<'_, Array1<OCamlInt>>, value: i64, count: usize) {
    // Not `from_slice`: whatever fits an i64.
    array.view().copy_from_slice(&vec![(value as isize).wrapping_mul(2); count]);
}

/// A number that is twice the argument, which need not fit 63 bits.
#[export]
fn ba_set_int(array: OCaml<'_, Array1<OCamlInt>>, half: i64) {
    array.view().set(0, (half as isize).wrapping_mul(2));
}

#[export]
fn ba_make_ints(rt: &mut OCamlRuntime, half: i64) -> OCaml<'_, Array1<OCamlInt>> {
    Array1::<OCamlInt>::from_vec(rt, vec![1, (half as isize).wrapping_mul(2)])
}

/// Many elements in memory of Rust's, each the number of the call.
#[export]
fn ba_owned(rt: &mut OCamlRuntime, count: usize, value: i64) -> OCaml<'_, Array1<i64>> {
    Array1::<i64>::from_vec(rt, vec![value; count])
}

/// The same in memory of OCaml's.
#[export]
fn ba_managed(rt: &mut OCamlRuntime, count: usize, value: i64) -> OCaml<'_, Array1<i64>> {
    Array1::<i64>::create_with(rt, count, |all| all.fill(value))
}

/// A `Vec` with room to spare.
#[export]
fn ba_spare(rt: &mut OCamlRuntime, count: usize) -> OCaml<'_, Array1<u8>> {
    let mut bytes = Vec::with_capacity(10 * count);
    bytes.extend((0..count).map(|i| i as u8));
    Array1::<u8>::from_vec(rt, bytes)
}

/// A panic while the elements are written.
#[export]
fn ba_panic(rt: &mut OCamlRuntime) -> OCaml<'_, Array1<u8>> {
    Array1::<u8>::create_with(rt, 100_000, |_| panic!("no elements"))
}

/// Summed without the lock, while OCaml goes on: a root keeps the memory.
#[export]
fn ba_shared_sum(rt: &mut OCamlRuntime, array: SharedArray1<i64>, f: OCamlFn<(), ()>) -> i64 {
    drop(f);
    rt.releasing_runtime(|| array.view().iter().sum())
}

/// Held by Rust alone, over a call that collects.
#[export(raise)]
fn ba_shared_kept(
    rt: &mut OCamlRuntime,
    make: OCamlFn<(i64,), SharedArray1<i64>>,
    collect: OCamlFn<((),), ()>,
) -> Result<(i64, SharedArray1<i64>), OCamlException> {
    let array = make.call(rt, (1000,))?;
    collect.call(rt, ((),))?;
    let sum = std::thread::scope(|scope| {
        let view = array.view();
        scope.spawn(move || view.iter().sum::<i64>()).join()
    });
    Ok((sum.expect("the thread does not panic"), array))
}

/// Counts up in the cells until somebody else has written a 1 into the last.
#[export]
fn ba_shared_wait(rt: &mut OCamlRuntime, array: SharedArray1<i64>) -> i64 {
    rt.releasing_runtime(|| {
        let cells = array.view().as_cells();
        let (last, others) = cells.split_last().expect("not empty");
        while last.get() != 1 {
            others.iter().for_each(|cell| cell.set(cell.get() + 1));
            std::thread::yield_now();
        }
        others.iter().map(SharedCell::get).sum()
    })
}

/// Every float16 as a float; and the float16 next to a float.
#[export]
fn ba_float16_to_float(bits: u16) -> f64 {
    f64::from(Float16(bits).to_f32())
}

#[export]
fn ba_float16_of_float(float: f64) -> u16 {
    Float16::from_f32(float as f32).0
}
