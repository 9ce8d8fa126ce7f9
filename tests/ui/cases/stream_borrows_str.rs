use bactrian::task::channel::{Receiver, channel};
use bactrian::task::stream::Stream;
use bactrian::*;

#[export(raise)]
fn words(text: &str) -> impl Stream<Item = Result<String, OCamlException>> + use<> {
    let (sender, receiver): (_, Receiver<String>) = channel(1);
    let _ = sender.try_send(text.to_owned());
    receiver
}

fn main() {}
