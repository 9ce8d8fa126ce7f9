//! Pages that build a project of their own: their blocks are its files, and the commands that build and run it.

use crate::page::Page;
use crate::scratch::{Scratch, run};

/// What stands for `dune` in the commands: a project in the target folder of another is not its own root by itself. And for
/// `bactrian`: it makes projects where those of the last time are.
const PRELUDE: &str = "set -eo pipefail\n\
     dune() { local verb=$1; shift; command dune \"$verb\" --root . --display=quiet \"$@\"; }\n\
     bactrian() {\n\
       if [ \"$1\" = new ]; then rm -rf -- \"$2\"; set -- \"$@\" --bactrian \"$PWD/bactrian\"; fi\n\
       \"$BACTRIAN\" \"$@\"\n\
     }\n";

/// Builds and runs them, and returns how many there are.
pub fn check(scratch: &Scratch, pages: &[Page]) -> Result<usize, Vec<String>> {
    let mut failures = Vec::new();
    let mut count = 0;
    let is_command = |page: &&Page| page.blocks.iter().any(|b| b.text.contains("$ bactrian "));
    if pages.iter().any(|page| is_command(&page)) {
        let mut build = scratch.cargo("");
        let build = build.current_dir(&scratch.root).args(["build", "--quiet"]);
        run("cargo build", build.args(["--package", "bactrian-cli"])).map_err(|e| vec![e])?;
    }
    for page in pages.iter().filter(|page| page.blocks.iter().any(|b| b.file().is_some())) {
        count += 1;
        if let Err(error) = project(scratch, page) {
            failures.push(error);
        }
    }
    if failures.is_empty() { Ok(count) } else { Err(failures) }
}

fn project(scratch: &Scratch, page: &Page) -> Result<(), String> {
    let folder = format!("projects/{}", page.name);
    scratch.vendor(&format!("{folder}/bactrian"))?;
    for block in &page.blocks {
        if let Some(path) = block.file() {
            scratch.write(&format!("{folder}/{path}"), &block.text)?;
        }
        if block.language == "console" {
            commands(scratch, page, &folder, block.line, &block.text)?;
        }
    }
    Ok(())
}

/// Runs the lines that begin with `$ `; the lines between them are what they print.
fn commands(
    scratch: &Scratch,
    page: &Page,
    folder: &str,
    line: usize,
    text: &str,
) -> Result<(), String> {
    let mut rest = text.lines().peekable();
    while let Some(command) = rest.next() {
        let place = format!("{}:{line}: {command}", page.path.display());
        let command = command
            .strip_prefix("$ ")
            .ok_or_else(|| format!("{place}: a `console` block begins with a command: `$ …`"))?;
        let mut wanted = String::new();
        while let Some(output) = rest.next_if(|line| !line.starts_with("$ ")) {
            wanted.push_str(output);
            wanted.push('\n');
        }
        let found = run(
            &place,
            scratch
                .command("bash", folder)
                .env("BACTRIAN", scratch.built("debug/bactrian"))
                .arg("-c")
                .arg(format!("{PRELUDE}{command}")),
        )?;
        if found != wanted {
            return Err(format!(
                "{place}: the page says that this prints\n{wanted}\nbut it prints\n{found}"
            ));
        }
    }
    Ok(())
}
