use bactrian::*;

#[export]
async fn fetch(url: String) -> String {
    url
}

fn main() {}
