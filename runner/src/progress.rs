//! What the learner has reached, and what they wrote before.
//!
//! A verdict belongs to the bytes that were graded: an exercise is solved while its source is the one
//! that passed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::{Lesson, Variant};
use crate::compile;
use crate::course::Course;
use crate::grade::Verdict;

/// Where an exercise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as it was shipped.
    Untouched,
    /// It was edited, and this version has not passed.
    Edited,
    /// This version passed.
    Solved,
}

/// Remembers the verdict on an exercise.
///
/// # Errors
/// When the file can't be written.
pub fn remember(course: &Course, lesson: &Lesson, source_hash: &str, verdict: Verdict) -> io::Result<()> {
    if verdict != Verdict::Passed {
        return Ok(());
    }
    let path = passed(course, lesson);
    fs::create_dir_all(path.parent().expect("the file is in a folder"))?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, format!("{source_hash}\n"))?;
    fs::rename(new, path)
}

/// Where the exercise stands.
pub fn state(course: &Course, lesson: &Lesson) -> State {
    let read = |variant: &Variant| lesson.source(variant).ok().and_then(|path| fs::read(path).ok());
    let exercise = read(&Variant::Exercise);
    let hash = exercise.as_deref().map(compile::hash);
    let passed = fs::read_to_string(passed(course, lesson)).ok();
    if hash.is_some() && hash.as_deref() == passed.as_deref().map(str::trim) {
        State::Solved
    } else if exercise == read(&shipped()) {
        State::Untouched
    } else {
        State::Edited
    }
}

/// Puts the exercise back to how it was shipped. Answers where the learner's version is kept; none when
/// there was nothing to keep.
///
/// # Errors
/// When a file can't be read or written; then the exercise is as it was.
pub fn reset(course: &Course, lesson: &Lesson) -> io::Result<Option<PathBuf>> {
    let source = |variant: &Variant| lesson.source(variant).map_err(io::Error::other);
    let exercise = source(&Variant::Exercise)?;
    let shipped = fs::read(source(&shipped())?)?;
    let backup = match fs::read(&exercise) {
        Ok(edited) if edited == shipped => return Ok(None),
        Ok(edited) => Some(back_up(&course.root.join("backups").join(lesson.id.as_str()), &edited)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let new = exercise.with_extension("rs.new");
    fs::write(&new, shipped)?;
    fs::rename(new, exercise)?;
    Ok(backup)
}

/// Writes to the first free name: no backup overwrites another.
fn back_up(folder: &Path, content: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for number in 1.. {
        let path = folder.join(format!("exercise.{number}.rs"));
        match fs::File::create_new(&path) {
            Ok(mut file) => {
                io::Write::write_all(&mut file, content)?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the numbers do not end")
}

fn shipped() -> Variant {
    Variant::Wrong("shipped".into())
}

fn passed(course: &Course, lesson: &Lesson) -> PathBuf {
    // Not in `target/`: `cargo clean` does not make anybody start again.
    course.root.join(".lesson/passed").join(lesson.id.package())
}
