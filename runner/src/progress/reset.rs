//! Putting an exercise back, and keeping what the learner wrote.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::shipped;
use crate::catalog::{Lesson, Variant};
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
pub fn reset(lesson: &Lesson) -> io::Result<Reset> {
    let exercise = lesson.source(&Variant::Exercise).map_err(io::Error::other)?;
    let shipped = lesson.source(&shipped()).map_err(io::Error::other)?;
    let shipped = fs::read(&shipped).map_err(|error| {
        let path = lesson.relative(&shipped).display();
        io::Error::new(error.kind(), format!("{path} can't be read: {error}"))
    })?;
    let read = || match fs::read(&exercise) {
        Ok(edited) => Ok(Some(edited)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let mut there = read()?;
    if there.as_ref() == Some(&shipped) {
        return Ok(Reset::Nothing);
    }
    let draft = Draft::write(&exercise, &shipped)?;
    let mut done = Reset::Restored;
    // An editor may save another version while the one before it is written to the disk.
    loop {
        if let Some(edited) = &there {
            done = Reset::BackedUp(back_up(lesson, edited)?);
        }
        let now = read()?;
        if now == there {
            break;
        }
        there = now;
    }
    draft.put()?;
    Ok(done)
}
