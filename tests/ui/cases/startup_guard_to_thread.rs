use bactrian::*;

fn start() -> Result<(), OCamlStartupError> {
    let guard = OCamlRuntime::init()?;
    std::thread::spawn(move || drop(guard));
    Ok(())
}

fn main() {}
