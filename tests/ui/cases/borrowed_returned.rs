use bactrian::*;

#[derive(Custom)]
struct Book {
    title: String,
}

#[export]
fn title(book: &Book) -> &str {
    &book.title
}

fn main() {}
