//! Says things on the terminal. One that has gone away is no reason to stop in the middle of something: the
//! signal that comes with it is.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// What is done, and what is wrong.
pub(crate) fn progress(text: impl Display) {
    let _ = writeln!(stderr(), "{text}");
}

/// What was asked for.
pub(crate) fn result(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}
