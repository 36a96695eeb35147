//! `lesson reset`: the exercise as it was shipped, after a backup.

use anyhow::{Context, Result};
use runner::progress::{self, Reset};

use crate::session::Session;

pub(super) fn execute(session: &Session, id: &str) -> Result<u8> {
    let lesson = session.catalog.lesson(id)?;
    let exercise = lesson.exercise();
    let exercise = lesson.relative(&exercise).display();
    match progress::reset(&lesson).with_context(|| format!("failed to reset {exercise}"))? {
        Reset::BackedUp(path) => {
            println!("{exercise} is as it was shipped. Your version is in {}.", lesson.relative(&path).display())
        }
        Reset::Restored => println!("{exercise} is there again, as it was shipped."),
        Reset::Nothing => println!("{exercise} is as it was shipped: there is nothing to reset."),
    }
    Ok(0)
}
