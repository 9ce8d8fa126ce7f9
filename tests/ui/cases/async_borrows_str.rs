use bactrian::*;

#[export(lwt)]
async fn fetch(url: &str) -> String {
    url.to_owned()
}

fn main() {}
