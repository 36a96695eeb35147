//! The learner's file. It is the only copy: nothing is written over it that a page has not seen, or without keeping
//! what is there.

use std::fs;
use std::io;
use std::path::PathBuf;

use runner::catalog::Lesson;
use runner::compile::hash;
use runner::exercise::{Draft, back_up};

/// The longest text that a page gets.
const MOST: usize = 64 << 10;

/// What is in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// Of its bytes; none when it is missing.
    pub(crate) sha256: Option<String>,
    /// It, or why a page can't have it.
    pub(crate) text: Result<String, String>,
}

/// What came of a wish to write.
pub(crate) enum Written {
    /// It is there now. What was there before is in this file, if it had to be kept.
    Done { sha256: String, backup: Option<PathBuf> },
    /// The page has not seen what is there, and nothing was written.
    Conflict(Content),
}

/// Writes a text, if what is there is what the page says that it is.
pub(crate) fn save(lesson: &Lesson, text: &str, base: Option<&str>) -> io::Result<Written> {
    write(lesson, text, base, |_| Ok(None))
}

/// The same, but keeps what is there.
pub(crate) fn replace(lesson: &Lesson, text: &str, base: Option<&str>) -> io::Result<Written> {
    write(lesson, text, base, |old| back_up(lesson, old).map(Some))
}

fn write(
    lesson: &Lesson,
    text: &str,
    base: Option<&str>,
    keep: impl FnOnce(&[u8]) -> io::Result<Option<PathBuf>>,
) -> io::Result<Written> {
    // It is written first, so that hardly any time is between the look at what is there and its end.
    let draft = Draft::write(&lesson.exercise(), text.as_bytes())?;
    let there = bytes(lesson)?;
    let sha256 = there.as_deref().map(hash);
    if there.as_deref() == Some(text.as_bytes()) {
        return Ok(Written::Done { sha256: hash(text.as_bytes()), backup: None });
    }
    if sha256.as_deref() != base {
        return Ok(Written::Conflict(content(lesson, Ok(there))));
    }
    let backup = there.as_deref().map_or(Ok(None), keep)?;
    draft.put()?;
    Ok(Written::Done { sha256: hash(text.as_bytes()), backup })
}

/// What is in the file now; none when it is missing.
pub(crate) fn bytes(lesson: &Lesson) -> io::Result<Option<Vec<u8>>> {
    match fs::read(lesson.exercise()) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same, as a page gets it.
pub(crate) fn content(lesson: &Lesson, bytes: io::Result<Option<Vec<u8>>>) -> Content {
    let none = |why| Content { sha256: None, text: Err(format!("{} {why}", name(lesson))) };
    let bytes = match bytes {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return none("is missing: reset it, and it is there again as it was shipped".into()),
        Err(error) => return none(format!("can't be read: {error}")),
    };
    let sha256 = Some(hash(&bytes));
    let text = if bytes.len() > MOST {
        Err(format!("{} is longer than {} KiB: edit it in an editor of your own, or reset it", name(lesson), MOST >> 10))
    } else {
        String::from_utf8(bytes)
            .map_err(|_| format!("{} is not UTF-8 text: edit it in an editor of your own, or reset it", name(lesson)))
    };
    Content { sha256, text }
}

/// The file's path as a person knows it.
pub(crate) fn name(lesson: &Lesson) -> String {
    lesson.relative(&lesson.exercise()).display().to_string()
}
