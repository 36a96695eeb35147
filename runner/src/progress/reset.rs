//! Putting an exercise back, and keeping what the learner wrote.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::{read_source, shipped};
use crate::catalog::{Lesson, Variant};
use crate::course::Course;
use crate::exercise::{Draft, back_up};

/// What a reset has found and done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The exercise was as it was shipped.
    Nothing,
    /// The exercise was missing, and is there again.
    Restored,
    /// The exercise is as it was shipped, and the learner's version is in this file.
    BackedUp(PathBuf),
}

/// Puts the exercise back to how it was shipped. It asks nothing and prints nothing. What is remembered of the
/// lesson stays; its state follows from the source.
///
/// # Errors
/// When a file can't be read or written; then the exercise is as it was.
pub fn reset(course: &Course, lesson: &Lesson) -> io::Result<Reset> {
    let exercise = lesson.source(&Variant::Exercise).map_err(io::Error::other)?;
    let shipped = read_source(lesson, &shipped()).ok_or_else(|| io::Error::other("wrong/shipped.rs can't be read"))?;
    let done = match fs::read(&exercise) {
        Ok(edited) if edited == shipped => return Ok(Reset::Nothing),
        Ok(edited) => Reset::BackedUp(back_up(course, lesson, &edited)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Reset::Restored,
        Err(error) => return Err(error),
    };
    Draft::write(&exercise, &shipped)?.put()?;
    Ok(done)
}
