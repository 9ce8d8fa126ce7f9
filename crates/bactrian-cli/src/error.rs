//! Errors as one sentence, for people.

use std::fmt;

/// What went wrong, with the file or function that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

/// The result of what may fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Error(message.into())
    }

    /// The error of an operation on a file.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Error(format!("cannot {doing} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
