use bactrian::*;

struct Stack<T>(Vec<T>);

#[export]
impl<T> Stack<T> {
    pub fn size(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
