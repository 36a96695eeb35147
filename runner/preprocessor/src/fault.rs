//! What is wrong in a page, and where.

use std::fmt;
use std::path::PathBuf;

/// A mistake in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The page, from the root of the course.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}
