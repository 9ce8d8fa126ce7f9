//! Random values of every type, sent by OCaml (`x_…`) and by Rust (`p_…`): each side says as text what it sees, and gives
//! the value back.

use crate::types_collections::{IntSet, StringMap};
use crate::types_derived::*;
use crate::types_text::{Text, bytes, items};
use bactrian::bigarray::*;
use bactrian::*;
use proptest::collection::{btree_map, btree_set, hash_map, hash_set, vec};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

// What Rust sends

/// Sends `cases` values to `f`, which returns what it sees as text, and the value; what it returns is made a `T` by `back`.
/// A value for which that is not the same is made as small as possible, and is the `Failure`.
fn check<T, B>(
    rt: &mut OCamlRuntime,
    f: &OCamlFn<(T,), (Bytes, B)>,
    (cases, seed): (u32, i64),
    strategy: BoxedStrategy<T>,
    mut back: impl FnMut(&mut OCamlRuntime, B) -> Result<T, OCamlException>,
) -> Result<u32, OCamlException>
where
    T: Text + Clone + core::fmt::Debug + DefaultOCamlMapping + ToOCaml<T::OCamlType>,
    B: DefaultOCamlMapping + FromOCaml<B::OCamlType>,
{
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut wrong = |rt: &mut OCamlRuntime, value: T| {
        let expected = value.text();
        let (seen, returned) = f.call(rt, (value.clone(),))?;
        let returned = back(rt, returned)?.text();
        Ok((seen.0 != expected || returned != expected).then(|| {
            let [expected, seen, returned] = [expected, seen.0, returned]
                .map(|text| String::from_utf8_lossy(&text).into_owned());
            format!("{value:?}: sent {expected}, seen {seen}, returned {returned}")
        }))
    };
    for _ in 0..cases {
        let mut tree = strategy.new_tree(&mut runner).expect("the strategies reject nothing");
        let Some(mut failure) = wrong(rt, tree.current())? else { continue };
        let mut smaller = tree.simplify();
        while smaller {
            smaller = match wrong(rt, tree.current())? {
                Some(found) => {
                    failure = found;
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        return Err(OCamlException::failure(rt, &failure));
    }
    Ok(cases)
}

macro_rules! round_trips {
    ($($sent_by_ocaml:ident $sent_by_rust:ident: $ty:ty = $strategy:expr;)*) => {$(
        #[export]
        fn $sent_by_ocaml(value: $ty) -> (Bytes, $ty) {
            (Bytes(value.text()), value)
        }

        #[export(raise)]
        fn $sent_by_rust(
            rt: &mut OCamlRuntime,
            f: OCamlFn<($ty,), (Bytes, $ty)>,
            cases: u32,
            seed: i64,
        ) -> Result<u32, OCamlException> {
            check(rt, &f, (cases, seed), $strategy.boxed(), |_, value| Ok(value))
        }
    )*};
}

// Types that are named

macro_rules! named {
    ($($name:ident: $ty:ty as $ocaml:literal, |$value:ident, $out:ident| $text:expr;)*) => {$(
        #[doc = concat!("To OCaml `", $ocaml, "`.")]
        #[derive(Clone, Debug, ToOCaml, FromOCaml)]
        pub struct $name(#[ocaml(as_ = $ocaml)] $ty);

        impl Text for $name {
            fn write(&self, $out: &mut Vec<u8>) {
                let $value = &self.0;
                $text
            }
        }
    )*};
}

named! {
    Bytes: Vec<u8> as "String", |value, out| bytes(out, value);
    Mutable: Vec<u8> as "OCamlBytes", |value, out| bytes(out, value);
    Byte: u8 as "OCamlChar", |value, out| value.write(out);
    Int32: i32 as "OCamlInt32", |value, out| value.write(out);
    Int64: i64 as "OCamlInt64", |value, out| value.write(out);
    Nativeint: isize as "OCamlNativeInt", |value, out| value.write(out);
    IntArray: Vec<i64> as "OCamlArray<OCamlInt>", |value, out| value.write(out);
    StringArray: Vec<String> as "OCamlArray<String>", |value, out| value.write(out);
    ShapeArray: Vec<Shape> as "OCamlArray<Shape>", |value, out| value.write(out);
    FloatArray: Vec<f64> as "OCamlFloatArray", |value, out| value.write(out);
    Int64s: Option<Vec<i64>> as "Option<OCamlList<OCamlInt64>>", |value, out| value.write(out);
    BigFloat16: Vec<Float16> as "Array1<Float16>", |value, out| items(out, value);
    BigFloat32: Vec<f32> as "Array1<f32>", |value, out| items(out, value);
    BigFloat64: Vec<f64> as "Array1<f64>", |value, out| items(out, value);
    BigInt8: Vec<i8> as "Array1<i8>", |value, out| items(out, value);
    BigUint8: Vec<u8> as "Array1<u8>", |value, out| items(out, value);
    BigInt16: Vec<i16> as "Array1<i16>", |value, out| items(out, value);
    BigUint16: Vec<u16> as "Array1<u16>", |value, out| items(out, value);
    BigInt32: Vec<i32> as "Array1<i32>", |value, out| items(out, value);
    BigInt64: Vec<i64> as "Array1<i64>", |value, out| items(out, value);
    BigNativeint: Vec<isize> as "Array1<isize>", |value, out| items(out, value);
    BigInt: Vec<isize> as "Array1<OCamlInt>", |value, out| items(out, value);
    BigChar: Vec<u8> as "Array1<OCamlChar>", |value, out| items(out, value);
    BigComplex32: Vec<Complex32> as "Array1<Complex32>", |value, out| items(out, value);
    BigComplex64: Vec<Complex64> as "Array1<Complex64, FortranLayout>", |value, out| items(out, value);
}

impl Text for Float16 {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_f32().write(out);
    }
}

impl<T: Text> Text for Complex<T> {
    fn write(&self, out: &mut Vec<u8>) {
        crate::types_text::node(out, "", &[&self.re, &self.im]);
    }
}

// Strategies. They are boxed, or the compiler would be busy with them for minutes.

/// What a strategy makes.
trait Value: core::fmt::Debug + Clone + 'static {}

impl<T: core::fmt::Debug + Clone + 'static> Value for T {}

fn int() -> BoxedStrategy<i64> {
    prop_oneof![-(1i64 << 62)..(1 << 62), -1000i64..1000, Just(-(1 << 62)), Just((1 << 62) - 1),]
        .boxed()
}

fn string() -> BoxedStrategy<String> {
    let text = |length| vec(any::<char>(), length).prop_map(String::from_iter);
    prop_oneof![9 => text(0..10usize), 1 => text(10..100usize)].boxed()
}

fn byte_string() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![9 => vec(any::<u8>(), 0..20), 1 => vec(any::<u8>(), 20..300)].boxed()
}

fn float() -> BoxedStrategy<f64> {
    any::<u64>().prop_map(f64::from_bits).boxed()
}

/// Not a NaN: its bits change on the way to a double.
fn float32() -> BoxedStrategy<f32> {
    any::<u32>()
        .prop_map(|bits| {
            let float = f32::from_bits(bits);
            if float.is_nan() { 0.5 } else { float }
        })
        .boxed()
}

fn float16() -> BoxedStrategy<Float16> {
    any::<u16>()
        .prop_map(
            |bits| {
                if bits & 0x7c00 == 0x7c00 { Float16(bits & 0xfc00) } else { Float16(bits) }
            },
        )
        .boxed()
}

fn few<T: Value>(element: BoxedStrategy<T>) -> BoxedStrategy<Vec<T>> {
    vec(element, 0..4).boxed()
}

fn many<T: Value>(element: BoxedStrategy<T>) -> BoxedStrategy<Vec<T>> {
    use proptest::collection::SizeRange;
    let sizes =
        prop_oneof![39 => Just(SizeRange::from(0..10)), 1 => Just(SizeRange::from(12..300))];
    sizes.prop_flat_map(move |size| vec(element.clone(), size)).boxed()
}

fn option<T: Value>(value: BoxedStrategy<T>) -> BoxedStrategy<Option<T>> {
    prop_oneof![1 => Just(None), 3 => value.prop_map(Some)].boxed()
}

fn person() -> BoxedStrategy<Person> {
    (string(), any::<u8>(), float(), few(string()))
        .prop_map(|(name, age, height, tags)| Person { name, age, height, tags })
        .boxed()
}

fn point() -> BoxedStrategy<Point> {
    (float(), float(), float()).prop_map(|(x, y, z)| Point { x, y, z }).boxed()
}

fn shape() -> BoxedStrategy<Shape> {
    let leaf = prop_oneof![
        Just(Shape::Empty),
        float().prop_map(Shape::Circle),
        (float(), float()).prop_map(|(a, b)| Shape::Rectangle(a, b)),
        Just(Shape::Unknown),
        (int(), string()).prop_map(Shape::Pair),
    ];
    leaf.prop_recursive(3, 10, 4, |inner| {
        (string(), vec(inner, 0..4)).prop_map(|(name, inner)| Shape::Named { name, inner })
    })
    .boxed()
}

fn colour() -> BoxedStrategy<Colour> {
    prop_oneof![Just(Colour::Red), Just(Colour::Green), Just(Colour::Blue)].boxed()
}

fn message() -> BoxedStrategy<Message> {
    prop_oneof![
        Just(Message::Quit),
        string().prop_map(Message::Say),
        (int(), int()).prop_map(|(a, b)| Message::Move(a, b)),
        colour().prop_map(Message::Write),
        (int(), int()).prop_map(Message::Pair),
    ]
    .boxed()
}

fn labelled<T: Value>(content: BoxedStrategy<T>) -> BoxedStrategy<Labelled<T>> {
    (string(), content.clone(), few(content))
        .prop_map(|(label, content, others)| Labelled { label, content, others })
        .boxed()
}

fn chain<T: Value>(element: BoxedStrategy<T>) -> BoxedStrategy<Chain<T>> {
    many(element)
        .prop_map(|elements| {
            let cons = |tail, head| Chain::Cons(head, Box::new(tail));
            elements.into_iter().rev().fold(Chain::Nil, cons)
        })
        .boxed()
}

fn rose() -> BoxedStrategy<Rose<String>> {
    let leaf = string().prop_map(|value| Rose { value, children: vec![] });
    leaf.prop_recursive(3, 12, 4, |inner| {
        (string(), vec(inner, 0..4)).prop_map(|(value, children)| Rose { value, children })
    })
    .boxed()
}

fn expression() -> BoxedStrategy<Expression> {
    int()
        .prop_map(Expression::Literal)
        .prop_recursive(4, 12, 3, |inner| {
            let statement = (option(string()), inner.clone())
                .prop_map(|(target, source)| Statement { target, source });
            prop_oneof![
                inner.prop_map(|inner| Expression::Negation(Box::new(inner))),
                vec(statement, 0..3).prop_map(Expression::Block),
            ]
        })
        .boxed()
}

fn tree() -> BoxedStrategy<Tree> {
    Just(Tree::Leaf)
        .prop_recursive(5, 20, 2, |inner| {
            (inner.clone(), int(), inner)
                .prop_map(|(left, value, right)| Tree::Node(Box::new(left), value, Box::new(right)))
        })
        .boxed()
}

fn choice() -> BoxedStrategy<Choice<String, i64>> {
    prop_oneof![
        string().prop_map(Choice::First),
        (string(), few(few(int()))).prop_map(|(value, copies)| Choice::Both { value, copies }),
        Just(Choice::Neither),
    ]
    .boxed()
}

fn world() -> BoxedStrategy<World> {
    let moves = vec((message(), option(shape())), 0..3);
    (person(), point(), moves, int())
        .prop_map(|(head, place, moves, id)| World { head, place, moves, state: Ok(Id::Id(id)) })
        .boxed()
}

type Nested = Vec<
    Result<Either<Option<(Colour, Labelled<Message>)>, BTreeMap<String, Vec<Point>>>, Chain<Shape>>,
>;

fn nested() -> BoxedStrategy<Nested> {
    let left = option((colour(), labelled(message())).boxed());
    let right = btree_map(string(), vec(point(), 0..3), 0..3);
    let element = prop_oneof![
        left.prop_map(|value| Ok(Either::Left(value))),
        right.prop_map(|value| Ok(Either::Right(value))),
        vec(shape(), 0..3).prop_map(|shapes| {
            let cons = |tail, head| Chain::Cons(head, Box::new(tail));
            Err(shapes.into_iter().fold(Chain::Nil, cons))
        }),
    ];
    vec(element, 0..3).boxed()
}

fn either<A: Value, B: Value>(
    a: BoxedStrategy<A>,
    b: BoxedStrategy<B>,
) -> BoxedStrategy<Either<A, B>> {
    prop_oneof![a.prop_map(Either::Left), b.prop_map(Either::Right)].boxed()
}

fn result<A: Value, B: Value>(
    a: BoxedStrategy<A>,
    b: BoxedStrategy<B>,
) -> BoxedStrategy<Result<A, B>> {
    prop_oneof![a.prop_map(Ok), b.prop_map(Err)].boxed()
}

fn complex<T: Value>(part: BoxedStrategy<T>) -> BoxedStrategy<Complex<T>> {
    (part.clone(), part).prop_map(|(re, im)| Complex { re, im }).boxed()
}

type Narrow = (i8, u8, i16, u16, i32, u32);
type Nine = (i64, String, f64, bool, Byte, Option<i64>, Vec<i64>, (i64, i64), String);

fn narrow() -> BoxedStrategy<Narrow> {
    (
        any::<i8>().boxed(),
        any::<u8>().boxed(),
        any::<i16>().boxed(),
        any::<u16>().boxed(),
        any::<i32>().boxed(),
        any::<u32>().boxed(),
    )
        .boxed()
}

fn nine() -> BoxedStrategy<Nine> {
    let byte = any::<u8>().prop_map(Byte);
    (
        int(),
        string(),
        float(),
        any::<bool>().boxed(),
        byte,
        option(int()),
        few(int()),
        (int(), int()),
        string(),
    )
        .boxed()
}

round_trips! {
    x_unit p_unit: () = Just(());
    x_bool p_bool: bool = any::<bool>().boxed();
    x_char p_char: Byte = any::<u8>().prop_map(Byte);
    x_int p_int: i64 = int();
    x_narrow p_narrow: Narrow = narrow();
    x_int32 p_int32: Int32 = any::<i32>().prop_map(Int32);
    x_int64 p_int64: Int64 = any::<i64>().prop_map(Int64);
    x_nativeint p_nativeint: Nativeint = any::<isize>().prop_map(Nativeint);
    x_float p_float: f64 = float();
    x_f32 p_f32: f32 = float32();
    x_string p_string: String = string();
    x_byte_string p_byte_string: Bytes = byte_string().prop_map(Bytes);
    x_bytes p_bytes: Mutable = byte_string().prop_map(Mutable);
    x_option p_option: Option<String> = option(string());
    x_options p_options: Option<Option<Option<i64>>> = option(option(option(int())));
    x_result p_result: Result<String, i64> = result(string(), int());
    x_either p_either: Either<f64, Vec<bool>> = either(float(), few(any::<bool>().boxed()));
    x_int_list p_int_list: Vec<i64> = many(int());
    x_string_list p_string_list: Vec<String> = many(string());
    x_lists p_lists: Vec<Vec<Option<(i64, String)>>> = few(few(option((int(), string()).boxed())));
    x_int_array p_int_array: IntArray = many(int()).prop_map(IntArray);
    x_string_array p_string_array: StringArray = many(string()).prop_map(StringArray);
    x_shape_array p_shape_array: ShapeArray = few(shape()).prop_map(ShapeArray);
    x_float_array p_float_array: FloatArray = many(float()).prop_map(FloatArray);
    x_int64s p_int64s: Int64s = option(few(any::<i64>().boxed())).prop_map(Int64s);
    x_pair p_pair: (i64, String) = (int(), string());
    x_nine p_nine: Nine = nine();
    x_hash_map p_hash_map: HashMap<String, i64> = hash_map(string(), int(), 0..6);
    x_btree_map p_btree_map: BTreeMap<i64, Vec<String>> = btree_map(int(), few(string()), 0..4);
    x_hash_set p_hash_set: HashSet<String> = hash_set(string(), 0..6);
    x_btree_set p_btree_set: BTreeSet<i64> = btree_set(int(), 0..10);
    x_deque p_deque: VecDeque<i64> = many(int()).prop_map(VecDeque::from);
    x_person p_person: Person = person();
    x_point p_point: Point = point();
    x_metres p_metres: Metres = float().prop_map(Metres);
    x_seconds p_seconds: Seconds = float().prop_map(|seconds| Seconds { seconds });
    x_speed p_speed: Speed = (float(), float())
        .prop_map(|(d, seconds)| Speed { distance: Metres(d), time: Seconds { seconds } });
    x_range p_range: Range = (float(), float())
        .prop_map(|(low, high)| Range { low: Metres(low), high: Metres(high) });
    x_wrapped p_wrapped: Wrapped = string().prop_map(|text| Wrapped { text });
    x_id p_id: Id = int().prop_map(Id::Id);
    x_label p_label: Label = string().prop_map(|label| Label::Label { label });
    x_sole p_sole: Sole = string().prop_map(|label| Sole::Sole { label });
    x_shape p_shape: Shape = shape();
    x_colour p_colour: Colour = colour();
    x_message p_message: Message = message();
    x_labelled p_labelled: Labelled<String> = labelled(string());
    x_labelled_shapes p_labelled_shapes: Labelled<Vec<Shape>> = labelled(vec(shape(), 0..2).boxed());
    x_chain p_chain: Chain<i64> = chain(int());
    x_rose p_rose: Rose<String> = rose();
    x_expression p_expression: Expression = expression();
    x_tree p_tree: Tree = tree();
    x_choice p_choice: Choice<String, i64> = choice();
    x_triple p_triple: Triple = (string(), int(), float()).prop_map(|(a, b, c)| Triple(a, b, c));
    x_counter p_counter: Counter = (int(), string(), string())
        .prop_map(|(count, last, name)| Counter { count, last, name });
    x_never p_never: Result<i64, Never> = int().prop_map(Ok);
    x_world p_world: World = world();
    x_nested p_nested: Nested = nested();
    x_big_float16 p_big_float16: BigFloat16 = many(float16()).prop_map(BigFloat16);
    x_big_float32 p_big_float32: BigFloat32 = many(float32()).prop_map(BigFloat32);
    x_big_float64 p_big_float64: BigFloat64 = many(float()).prop_map(BigFloat64);
    x_big_int8 p_big_int8: BigInt8 = many(any::<i8>().boxed()).prop_map(BigInt8);
    x_big_uint8 p_big_uint8: BigUint8 = many(any::<u8>().boxed()).prop_map(BigUint8);
    x_big_int16 p_big_int16: BigInt16 = many(any::<i16>().boxed()).prop_map(BigInt16);
    x_big_uint16 p_big_uint16: BigUint16 = many(any::<u16>().boxed()).prop_map(BigUint16);
    x_big_int32 p_big_int32: BigInt32 = many(any::<i32>().boxed()).prop_map(BigInt32);
    x_big_int64 p_big_int64: BigInt64 = many(any::<i64>().boxed()).prop_map(BigInt64);
    x_big_nativeint p_big_nativeint: BigNativeint = many(any::<isize>().boxed()).prop_map(BigNativeint);
    x_big_int p_big_int: BigInt = many(int().prop_map(|n| n as isize).boxed()).prop_map(BigInt);
    x_big_char p_big_char: BigChar = many(any::<u8>().boxed()).prop_map(BigChar);
    x_big_complex32 p_big_complex32: BigComplex32 = many(complex(float32())).prop_map(BigComplex32);
    x_big_complex64 p_big_complex64: BigComplex64 = many(complex(float())).prop_map(BigComplex64);
}

// Types that are read through OCaml's functions

macro_rules! by_functions {
    ($(
        $name:ident $sent_by_ocaml:ident $sent_by_rust:ident: $ty:ty as $ocaml:literal $marker:ty = $strategy:expr,
        |$rt:ident, $root:ident| $read:expr;
    )*) => {$(
        #[doc = concat!("To OCaml `", $ocaml, "`.")]
        #[derive(Clone, Debug, ToOCaml)]
        pub struct $name(#[ocaml(as_ = $ocaml)] $ty);

        impl Text for $name {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }
        }

        impl $name {
            fn read($rt: &mut OCamlRuntime, $root: OCamlRef<'_, $marker>) -> Result<Self, OCamlException> {
                Ok($name($read))
            }
        }

        #[export(raise)]
        fn $sent_by_ocaml(
            rt: &mut OCamlRuntime,
            value: OCamlRef<'_, $marker>,
        ) -> Result<(Bytes, $name), OCamlException> {
            let value = $name::read(rt, value)?;
            Ok((Bytes(value.text()), value))
        }

        #[export(raise)]
        fn $sent_by_rust(
            rt: &mut OCamlRuntime,
            f: OCamlFn<($name,), (Bytes, BoxRoot<$marker>)>,
            cases: u32,
            seed: i64,
        ) -> Result<u32, OCamlException> {
            check(rt, &f, (cases, seed), $strategy.prop_map($name).boxed(), |rt, root| $name::read(rt, &root))
        }
    )*};
}

by_functions! {
    Sequence x_seq p_seq: Vec<String> as "OCamlSeq<String>" OCamlSeq<String> = few(string()),
        |rt, root| root.iter(rt).collect::<Result<_, _>>()?;
    Suspended x_lazy p_lazy: Suspension as "OCamlLazy<Person>" OCamlLazy<Person> = person().prop_map(Suspension),
        |rt, root| Suspension(root.force(rt)?.to_rust());
    Table x_hashtbl p_hashtbl: HashMap<String, i64> as "OCamlHashtbl<String, OCamlInt>"
        OCamlHashtbl<String, OCamlInt> = hash_map(string(), int(), 0..6),
        |rt, root| root.bindings(rt)?.to_rust();
    Mapping x_map p_map: BTreeMap<String, String> as "OCamlMap<StringMap, String>"
        OCamlMap<StringMap, String> = btree_map(string(), string(), 0..6),
        |rt, root| root.bindings(rt)?.to_rust();
    Elements x_set p_set: BTreeSet<i64> as "OCamlSet<IntSet>" OCamlSet<IntSet> = btree_set(int(), 0..6),
        |rt, root| root.elements(rt)?.to_rust();
    Contents x_reference p_reference: Content as "OCamlReference<Shape>" OCamlReference<Shape>
        = shape().prop_map(Content),
        |rt, root| Content(rt.get(root).get().to_rust());
    Grid x_array2 p_array2: Cells2 as "Array2<i32>" Array2<i32> = cells2(),
        |rt, root| {
            let view = rt.get(root).view();
            Cells2 { dims: view.dims(), cells: view.to_vec() }
        };
    Cube x_array3 p_array3: Cells3 as "Array3<f64, FortranLayout>" Array3<f64, FortranLayout> = cells3(),
        |rt, root| {
            let view = rt.get(root).view();
            let dims = view.dims();
            let index = |n: usize| [n / dims[2] / dims[1], n / dims[2] % dims[1], n % dims[2]];
            let cells = (0..view.len()).map(|n| view.get(index(n)).expect("in bounds")).collect();
            Cells3 { dims, cells }
        };
    Several x_genarray p_genarray: CellsN as "Genarray<i16>" Genarray<i16> = cells_n(),
        |rt, root| {
            let view = rt.get(root).view();
            CellsN { dims: view.dims().to_vec(), cells: view.to_vec() }
        };
}

macro_rules! made_by_hand {
    ($($name:ident($inner:ty) as $marker:ty: |$rt:ident, $root:ident| $make:expr;)*) => {$(
        #[doc = concat!("Made as `", stringify!($marker), "`.")]
        #[derive(Clone, Debug)]
        pub struct $name($inner);

        impl Text for $name {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }
        }

        // SAFETY: made by the functions for it, of a root of what is in it.
        unsafe impl ToOCaml<$marker> for $name {
            fn to_ocaml<'gc>(&self, $rt: &'gc mut OCamlRuntime) -> OCaml<'gc, $marker> {
                let $root = self.0.to_boxroot($rt);
                $make
            }
        }
    )*};
}

made_by_hand! {
    Suspension(Person) as OCamlLazy<Person>: |rt, root| OCaml::lazy_from_val(rt, &root);
    Content(Shape) as OCamlReference<Shape>: |rt, root| OCaml::reference(rt, &root);
}

/// Cells, the last index moving fastest.
macro_rules! cells {
    ($($name:ident: $dims:ty, $element:ty as $marker:ty: |$this:ident, $rt:ident| $make:expr;)*) => {$(
        #[doc = concat!("Made as `", stringify!($marker), "`.")]
        #[derive(Clone, Debug)]
        pub struct $name {
            dims: $dims,
            cells: Vec<$element>,
        }

        impl Text for $name {
            fn write(&self, out: &mut Vec<u8>) {
                items(out, &self.dims);
                items(out, &self.cells);
            }
        }

        // SAFETY: a Bigarray of that type.
        unsafe impl ToOCaml<$marker> for $name {
            fn to_ocaml<'gc>(&self, $rt: &'gc mut OCamlRuntime) -> OCaml<'gc, $marker> {
                let $this = self;
                $make
            }
        }
    )*};
}

cells! {
    Cells2: [usize; 2], i32 as Array2<i32>:
        |this, rt| Bigarray::from_shape_vec(rt, this.dims, this.cells.clone());
    Cells3: [usize; 3], f64 as Array3<f64, FortranLayout>:
        |this, rt| {
            let array: OCaml<'gc, Array3<f64, FortranLayout>> = Bigarray::create(rt, this.dims);
            let [a, b, c] = this.dims;
            for (n, &cell) in this.cells.iter().enumerate() {
                array.view().set([n / c / b % a, n / c % b, n % c], cell);
            }
            array
        };
    CellsN: Vec<usize>, i16 as Genarray<i16>:
        |this, rt| Genarray::from_shape_vec(rt, &this.dims, this.cells.clone());
}

fn cells2() -> BoxedStrategy<Cells2> {
    (0..5usize, 0..5usize)
        .prop_flat_map(|(a, b)| {
            vec(any::<i32>().boxed(), a * b).prop_map(move |cells| Cells2 { dims: [a, b], cells })
        })
        .boxed()
}

fn cells3() -> BoxedStrategy<Cells3> {
    (0..4usize, 0..4usize, 0..4usize)
        .prop_flat_map(|(a, b, c)| {
            vec(float(), a * b * c).prop_map(move |cells| Cells3 { dims: [a, b, c], cells })
        })
        .boxed()
}

fn cells_n() -> BoxedStrategy<CellsN> {
    vec(0..4usize, 0..5)
        .prop_flat_map(|dims| {
            vec(any::<i16>().boxed(), dims.iter().product::<usize>())
                .prop_map(move |cells| CellsN { dims: dims.clone(), cells })
        })
        .boxed()
}
