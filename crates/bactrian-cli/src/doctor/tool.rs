//! Asking a program, with a bound on time.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a tool may take. Even a loaded machine compiles the probe in that time.
pub const BOUND: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// No such program on PATH.
    Missing,
    /// It fails, and says this.
    Failed(String),
    /// It took too long.
    Slow,
}

impl Silence {
    /// What to say of a program of this name.
    pub fn of(&self, name: &str) -> String {
        match self {
            Silence::Missing => format!("{name} is not on PATH"),
            Silence::Failed(why) if why.is_empty() => format!("{name} fails without a message"),
            Silence::Failed(why) => format!("{name} fails: {why}"),
            Silence::Slow => format!("{name} did not end within {} seconds", BOUND.as_secs()),
        }
    }
}

/// What a program says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// On its standard output.
    pub output: String,
    /// On its standard error.
    pub errors: String,
}

/// Asks a program.
pub fn ask(command: &mut Command) -> Result<Answer, Silence> {
    ask_within(BOUND, command)
}

fn ask_within(bound: Duration, command: &mut Command) -> Result<Answer, Silence> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Silence::Missing,
        _ => Silence::Failed(error.to_string()),
    })?;
    let output = reader(child.stdout.take());
    let errors = reader(child.stderr.take());
    let status = wait(bound, &mut child).ok_or(Silence::Slow)?;
    let output = output.join().unwrap_or_default();
    let errors = errors.join().unwrap_or_default();
    if status {
        return Ok(Answer { output, errors });
    }
    let said = if errors.trim().is_empty() { &output } else { &errors };
    Err(Silence::Failed(telling_line(said)))
}

fn wait(bound: Duration, child: &mut Child) -> Option<bool> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Err(_) => return Some(false),
            Ok(None) if start.elapsed() > bound => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            Ok(None) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn reader(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // What was read before an error is shown.
            let _ = from.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Of what a tool says when it fails, the line that tells most.
fn telling_line(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let wrong = |line: &&str| line.to_lowercase().contains("error") || line.contains("not found");
    lines().find(wrong).or_else(|| lines().next_back()).unwrap_or_default().to_owned()
}

/// The numbers at the beginning of a version: `5.4.1+flambda` is 5 and 4.
pub fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().split(|letter: char| !letter.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_do_not_answer() {
        assert_eq!(ask(&mut Command::new("bactrian-no-such-program")), Err(Silence::Missing));
        let mut slow = Command::new("sleep");
        assert_eq!(ask_within(Duration::from_millis(50), slow.arg("30")), Err(Silence::Slow));
        let mut fails = Command::new("sh");
        fails.args(["-c", "echo one >&2; echo 'Error: two' >&2; echo three >&2; exit 3"]);
        assert_eq!(ask(&mut fails), Err(Silence::Failed("Error: two".to_owned())));
    }

    #[test]
    fn versions() {
        assert_eq!(version("5.4.1+options\n"), Some((5, 4)));
        assert_eq!(version("3.11"), Some((3, 11)));
        assert_eq!(version("1.96.0-nightly"), Some((1, 96)));
        assert_eq!(version("n/a"), None);
    }
}
