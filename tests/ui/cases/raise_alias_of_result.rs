use bactrian::*;

type Parsed = Result<i64, String>;

#[export(raise)]
fn parse(text: String) -> Parsed {
    text.parse().map_err(|_| text)
}

fn main() {}
