use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export]
impl Counter {
    pub fn add(&mut self, rt: &mut OCamlRuntime, text: OCaml<String>) -> i64 {
        let other: BoxRoot<String> = "other".to_boxroot(rt);
        self.count += text.as_bytes().len() as i64;
        drop(other);
        self.count
    }
}

fn main() {}
