//! `bactrian --help` says what it does.

fn main() -> std::process::ExitCode {
    bactrian_cli::main()
}
