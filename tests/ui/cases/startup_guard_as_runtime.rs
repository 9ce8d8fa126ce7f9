use bactrian::*;

// The guard is not the runtime: init returns without the lock.
fn start() -> Result<(), OCamlStartupError> {
    let mut guard = OCamlRuntime::init()?;
    let n: BoxRoot<OCamlInt> = 10i64.to_boxroot(&mut guard);
    Ok(())
}

fn main() {}
