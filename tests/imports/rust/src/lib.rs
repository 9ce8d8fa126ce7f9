//! Calls OCaml's module `Zoo` by what `bactrian imports` has written of it, in `zoo.rs`. Each function is a test, and gives what
//! `use_visitor.ml` expects.

mod zoo;

use bactrian::task::lwt::Promise;
use bactrian::{
    BoxRoot, OCaml, OCamlBytes, OCamlException, OCamlFloatArray, OCamlFn, OCamlInt, OCamlList,
    OCamlRuntime, ToOCaml, bigarray, export,
};
use zoo::{Animal, Exception, Expression, Kind, Order, Position};

fn bo() -> Animal {
    Animal {
        name: "Bo".into(),
        age: 3,
        weight: 600.5,
        kind: Kind::Camel,
        tags: vec!["old".into()],
        type_: Some('x'),
    }
}

#[export]
fn constants(rt: &mut OCamlRuntime) -> (i64, f64, String, f64) {
    let origin: Position = zoo::origin(rt).to_rust(rt);
    let (answer, pi, motto) = (zoo::answer(rt), zoo::pi(rt), zoo::motto(rt));
    (answer.to_rust(rt), pi.to_rust(rt), motto.to_rust(rt), origin.x)
}

bactrian::ocaml! {
    /// Nobody registers it.
    static missing: OCamlInt = "visitor.missing";
}

#[export]
fn missing_constant(rt: &mut OCamlRuntime) -> i64 {
    missing(rt).to_rust(rt)
}

#[export]
fn records(rt: &mut OCamlRuntime) -> Vec<String> {
    let animal = bo().to_boxroot(rt);
    let kilos = OCaml::of_i32(10);
    let fed: Animal = zoo::feed(rt, &animal, &kilos).to_rust(rt);
    zoo::older(rt, &animal);
    let older: Animal = animal.to_rust(rt);
    let there = Position { x: 1.0, y: -2.5 }.to_boxroot(rt);
    let opposite: Position = zoo::opposite(rt, &there).to_rust(rt);
    vec![format!("{fed:?}"), older.age.to_string(), format!("{opposite:?}")]
}

#[export]
fn variants(rt: &mut OCamlRuntime) -> Vec<String> {
    let other = Kind::Other("llama".into(), 7);
    let hybrid = Kind::Hybrid { mother: Box::new(bo()), share: 0.5 };
    let kinds = [Kind::Camel, Kind::Dromedary, other, hybrid];
    let mut names = Vec::new();
    for kind in kinds {
        let kind = kind.to_boxroot(rt);
        names.push(zoo::kind_name(rt, &kind).to_rust(rt));
    }
    names
}

#[export]
fn recursive(rt: &mut OCamlRuntime) -> f64 {
    let number = |n| Box::new(Expression::Number(n));
    let sum = Expression::Sum(number(1.0), number(2.0));
    let negated = Expression::Negated(Some(number(0.5)));
    let all = Expression::All(vec![sum, negated, Expression::Negated(None)]).to_boxroot(rt);
    zoo::evaluate(rt, &all).to_rust(rt)
}

#[export]
fn polymorphic(rt: &mut OCamlRuntime) -> String {
    let mut order = Order::Halt;
    let mut seen = String::new();
    for _ in 0..3 {
        let root = order.to_boxroot(rt);
        order = zoo::obey(rt, &root).to_rust(rt);
        seen.push_str(&format!("{order:?};"));
    }
    seen
}

#[export]
fn parameters(rt: &mut OCamlRuntime) -> Vec<i64> {
    let old = zoo::Labelled { label: "old".to_owned(), value: 1i64 }.to_boxroot(rt);
    let label = "new".to_boxroot(rt);
    let new: zoo::Labelled<i64> = zoo::relabel(rt, &label, &old).to_rust(rt);
    let twins = zoo::Twins { first: vec![1i64, 2], second: Some(("abc".to_owned(), 10)) };
    let twins = twins.to_boxroot(rt);
    vec![new.value, new.label.len() as i64, zoo::twins(rt, &twins).to_rust(rt)]
}

#[export]
fn numbers(rt: &mut OCamlRuntime) -> String {
    let numbers = zoo::Numbers {
        small: i32::MAX - 1,
        large: i64::MAX - 1,
        native: 7,
        raw: vec![0xff, 0],
        floats: vec![0.5, 1.5],
        ints: vec![1, 2],
        nothing: (),
        yes: true,
        either: Ok(12),
    };
    let numbers = numbers.to_boxroot(rt);
    let numbers: zoo::Numbers = zoo::numbers(rt, &numbers).to_rust(rt);
    format!("{numbers:?}")
}

#[export]
fn unboxed(rt: &mut OCamlRuntime) -> String {
    let id = zoo::Id::Id("a".to_owned()).to_boxroot(rt);
    let zoo::Id::Id(next) = zoo::next_id(rt, &id).to_rust(rt);
    next
}

#[export]
fn of_one_field(rt: &mut OCamlRuntime) -> Vec<f64> {
    let single = zoo::Single { one: 1 }.to_boxroot(rt);
    let bare = zoo::Bare { it: 20 }.to_boxroot(rt);
    let measure = zoo::Measure { metres: 300.5 }.to_boxroot(rt);
    let pairs = vec![(1000.0, 2000.0)].to_boxroot(rt);
    let shapes = zoo::shapes(rt, &single, &bare, &measure, &pairs);
    let shapes: Vec<(zoo::Measure, zoo::Measure)> = shapes.to_rust(rt);
    shapes.into_iter().flat_map(|(a, b)| [a.metres, b.metres]).collect()
}

#[export]
fn labels(rt: &mut OCamlRuntime) -> Vec<String> {
    let (separator, words) = ("-".to_boxroot(rt), vec!["a", "b", "c"].to_boxroot(rt));
    let (none, two) = (None::<i64>.to_boxroot(rt), Some(2i64).to_boxroot(rt));
    let all = zoo::join(rt, &separator, &none, &words).to_rust(rt);
    let some = zoo::join(rt, &separator, &two, &words).to_rust(rt);
    let (four, two) = (OCaml::of_i32(4), OCaml::of_i32(2));
    let matched = zoo::match_(rt, &four, &two, &OCaml::unit());
    vec![all, some, matched.to_rust::<i64>(rt).to_string()]
}

#[export]
fn units(rt: &mut OCamlRuntime) -> i64 {
    zoo::nothing(rt);
    let (first, second) = (zoo::tick(rt), zoo::tick(rt));
    second.to_rust::<i64>(rt) - first.to_rust::<i64>(rt)
}

/// What is abstract, of another module, private, or a GADT's passes through Rust as a root.
#[export]
fn abstract_types(rt: &mut OCamlRuntime) -> Vec<String> {
    let text = "thing".to_boxroot(rt);
    let thing = zoo::make(rt, &text);
    let cage = zoo::cage(rt, &thing);
    let thing = zoo::open_cage(rt, &cage);
    let shown = zoo::show(rt, &thing).to_rust(rt);
    let secret = zoo::secret(rt, &OCaml::of_i32(9));
    let code = zoo::code(rt, &secret).to_rust::<i64>(rt);
    let levels = zoo::deep::r#type::levels(rt);
    let first = levels.get(rt).hd().expect("two levels").root();
    let up = zoo::level(rt, &first);
    let list: Vec<BoxRoot<zoo::Level>> = levels.to_rust(rt);
    let numbers = vec![1i64, 2, 3].to_boxroot(rt);
    let far = zoo::far(rt, &numbers).to_rust::<i64>(rt);
    let same = rt.get(&list[1]).inspect().to_string() == rt.get(&up).inspect().to_string();
    vec![shown, code.to_string(), same.to_string(), far.to_string()]
}

#[export]
fn any_type(rt: &mut OCamlRuntime) -> i64 {
    let words: BoxRoot<OCamlList<String>> = vec!["a", "b"].to_boxroot(rt);
    // SAFETY: the word is that of a list, live as long as its root, and the function takes lists of anything.
    let any = unsafe { OCaml::<OCamlList<bactrian::OCamlAny>>::new(rt, rt.get(&words).raw()) };
    let any = any.root();
    zoo::length(rt, &any).to_rust(rt)
}

#[export]
fn functions(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64,), String>,
    buffer: BoxRoot<zoo::Buffer>,
) -> Vec<String> {
    let numbers = vec![1i64, 2].to_boxroot(rt);
    let root = f.to_boxroot(rt);
    let mut seen: Vec<String> = zoo::map(rt, &root, &numbers).to_rust(rt);
    let count = OCaml::reference(rt, &OCaml::of_i32(0)).root();
    let handler = zoo::Handler { call: f, buffer, count }.to_boxroot(rt);
    seen.push(zoo::handle(rt, &handler, &OCaml::of_i32(5)).to_rust(rt));
    seen.push(zoo::handle(rt, &handler, &OCaml::of_i32(6)).to_rust(rt));
    let (one, two) = (OCaml::of_i32(1), OCaml::of_i32(2));
    seen.push(zoo::adder(rt, &one, &two).to_rust::<i64>(rt).to_string());
    seen
}

#[export]
fn collections(rt: &mut OCamlRuntime) -> Vec<String> {
    let bytes: BoxRoot<OCamlBytes> = ToOCaml::<OCamlBytes>::to_boxroot(&vec![b'a', 0xff], rt);
    let chars: Vec<char> = zoo::chars(rt, &bytes).to_rust(rt);
    let floats: BoxRoot<OCamlFloatArray> =
        ToOCaml::<OCamlFloatArray>::to_boxroot(&vec![0.5, 1.5], rt);
    let sum = zoo::sum(rt, &floats).to_rust::<f64>(rt);
    let array = bigarray::Array1::from_vec(rt, vec![1.0, 2.0, 4.0]).root();
    let total = zoo::total(rt, &array).to_rust::<f64>(rt);
    let pairs = vec![("one", 1i64), ("two", 2)].to_boxroot(rt);
    let table = zoo::table(rt, &pairs);
    let two: Option<i64> = table.find(rt, "two").ok().flatten().map(|two| two.to_rust());
    let pair = ("a", 1i64).to_boxroot(rt);
    let swapped: (i64, String) = zoo::swap(rt, &pair).to_rust(rt);
    vec![format!("{chars:?} {sum} {total} {two:?} {swapped:?}")]
}

#[export]
fn names(rt: &mut OCamlRuntime) -> i64 {
    let one = OCaml::of_i32(1);
    let prime = zoo::prime_prime(rt, &one).to_rust::<i64>(rt);
    let itself = zoo::self_(rt, &one).to_rust::<i64>(rt);
    let seven = zoo::seven(rt, &one, &one, &one, &one, &one, &one, &one).to_rust::<i64>(rt);
    100 * prime + 10 * itself + seven
}

#[export]
fn modules(rt: &mut OCamlRuntime) -> Vec<String> {
    use zoo::deep::{Error, dive, r#type};
    let mut seen = Vec::new();
    for depth in [3, 7, 10] {
        let dived = dive(rt, &OCaml::of_i32(depth));
        let dived: Result<zoo::deep::Deep, Error> = dived.to_rust(rt);
        if let Ok(deep) = &dived {
            let deep = deep.to_boxroot(rt);
            seen.push(r#type::up(rt, &deep).to_rust::<i64>(rt).to_string());
        }
        seen.push(format!("{dived:?}"));
    }
    seen.push(zoo::square::sides(rt).to_rust::<i64>(rt).to_string());
    seen
}

/// What OCaml raises comes back, through Rust.
#[export]
fn raised_by_ocaml(rt: &mut OCamlRuntime, message: String) {
    let message = message.to_boxroot(rt);
    zoo::fail(rt, &message);
}

/// Raised by Rust.
#[export(raise)]
fn raised_by_rust(which: i64) -> Result<(), Exception> {
    Err(match which {
        0 => Exception::Escaped("Bo".to_owned(), 3),
        1 => Exception::Closed,
        _ => Exception::Flooded { depth: 1.5 },
    })
}

#[export(raise)]
fn stuck() -> Result<(), zoo::deep::Exception> {
    Err(zoo::deep::Exception::Stuck(zoo::deep::Error::TooDark))
}

#[export(lwt, raise)]
async fn promises() -> Result<String, OCamlException> {
    let promise = bactrian::task::with_runtime(|rt| {
        let promise = zoo::later(rt, &OCaml::of_i32(12));
        promise.to_rust::<Promise<String>>(rt)
    });
    promise.await
}

/// A million calls hold on to nothing.
#[export]
fn many(rt: &mut OCamlRuntime, calls: i64) -> i64 {
    let animal = bo().to_boxroot(rt);
    let mut tags = 0;
    for _ in 0..calls {
        let fed = zoo::feed(rt, &animal, &OCaml::<OCamlInt>::of_i32(1));
        tags += fed.to_rust::<Animal>(rt).tags.len() as i64;
    }
    tags
}
