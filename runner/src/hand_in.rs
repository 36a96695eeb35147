//! What somebody has handed in: a checkout of the course, or a folder with exercises alone.
//!
//! Only the text of the exercises is taken from it. It is a stranger's folder, so a path in it may lead anywhere:
//! nothing but a plain file that is in the folder itself is read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::catalog::{Edits, LessonId};

/// An exercise has some 45 lines. This is a hundred times as much.
const MOST: u64 = 256 << 10;

/// A folder with exercises.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// Its name, as it was given, without a slash at its end.
    pub name: String,
    /// The folder of the topics.
    topics: PathBuf,
}

/// Why an exercise is not graded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Refusal {
    #[error("not handed in")]
    Missing,
    #[error("refused: it is reached by a symbolic link")]
    Link,
    #[error("refused: it is not a file")]
    NotAFile,
    #[error("refused: it is larger than {} KiB", MOST >> 10)]
    TooLarge,
    #[error("refused: it is not UTF-8 text")]
    NotText,
    #[error("refused: it can't be read: {0}")]
    Unreadable(String),
}

impl HandIn {
    /// Opens a folder: its exercises are `lessons/topic/slug/exercise.rs`, or without `lessons/`.
    ///
    /// # Errors
    /// When it is no folder.
    pub fn open(folder: &Path) -> io::Result<HandIn> {
        // The folder itself may be a link: it is the teacher who has named it.
        let root = fs::canonicalize(folder)?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let lessons = root.join("lessons");
        let topics = if fs::symlink_metadata(&lessons).is_ok_and(|data| !data.is_file()) { lessons } else { root };
        // `ann/` is `ann`.
        let name = folder.components().collect::<PathBuf>().display().to_string();
        Ok(HandIn { name, topics })
    }

    /// The text of an exercise.
    ///
    /// # Errors
    /// When it is not there, or not what is taken.
    pub fn exercise(&self, lesson: &LessonId, edits: Edits) -> Result<String, Refusal> {
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refusal::Missing,
            _ => Refusal::Unreadable(error.to_string()),
        };
        let path = self.topics.join(lesson.as_str()).join(format!("exercise.{}", edits.ending()));
        // A part at a time from the folder on, `lessons` too: each of them may be a link.
        let parts = path.ancestors().take(4).collect::<Vec<_>>();
        for part in parts.into_iter().rev() {
            if fs::symlink_metadata(part).map_err(unreadable)?.is_symlink() {
                return Err(Refusal::Link);
            }
        }
        // To open a pipe would wait for somebody who writes.
        if !fs::symlink_metadata(&path).map_err(unreadable)?.is_file() {
            return Err(Refusal::NotAFile);
        }
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
        if bytes.len() as u64 > MOST {
            return Err(Refusal::TooLarge);
        }
        String::from_utf8(bytes).map_err(|_| Refusal::NotText)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_a_plain_file_of_the_folder_itself_is_taken() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("a b");
        let id = |slug: &str| format!("wrap/{slug}").parse::<LessonId>().unwrap();
        let at = |slug: &str| {
            let folder = folder.join("wrap").join(slug);
            fs::create_dir_all(&folder).unwrap();
            folder.join("exercise.rs")
        };
        fs::write(at("good"), "fn f() {}").unwrap();
        fs::write(at("empty"), "").unwrap();
        fs::write(at("latin"), b"// caf\xe9").unwrap();
        fs::write(at("large"), vec![b' '; MOST as usize + 1]).unwrap();
        fs::write(at("largest"), vec![b' '; MOST as usize]).unwrap();
        fs::create_dir(at("folder")).unwrap();
        at("none");
        fs::write(temporary.path().join("elsewhere.rs"), "// a secret").unwrap();
        symlink(temporary.path().join("elsewhere.rs"), at("link")).unwrap();
        symlink("good", folder.join("wrap/by-link")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        symlink("wrap", folder.join("linked")).unwrap();

        let handed = HandIn::open(&folder).unwrap();
        let read = |slug: &str| handed.exercise(&id(slug), Edits::Rust);
        assert_eq!(read("good").unwrap(), "fn f() {}");
        assert_eq!(read("empty").unwrap(), "");
        assert_eq!(read("largest").unwrap().len() as u64, MOST);
        assert_eq!(read("latin"), Err(Refusal::NotText));
        assert_eq!(read("large"), Err(Refusal::TooLarge));
        assert_eq!(read("folder"), Err(Refusal::NotAFile));
        assert_eq!(read("pipe"), Err(Refusal::NotAFile));
        assert_eq!(read("none"), Err(Refusal::Missing));
        assert_eq!(read("never"), Err(Refusal::Missing));
        for slug in ["link", "by-link", "zero"] {
            assert_eq!(read(slug), Err(Refusal::Link), "{slug}");
        }
        assert_eq!(handed.exercise(&"linked/good".parse().unwrap(), Edits::Rust), Err(Refusal::Link));

        // The folder that was named may be a link; `lessons/` in it may not.
        symlink(&folder, temporary.path().join("named")).unwrap();
        assert!(HandIn::open(&temporary.path().join("named")).unwrap().exercise(&id("good"), Edits::Rust).is_ok());
        fs::create_dir(temporary.path().join("checkout")).unwrap();
        symlink(&folder, temporary.path().join("checkout/lessons")).unwrap();
        let linked = HandIn::open(&temporary.path().join("checkout")).unwrap();
        assert_eq!(linked.exercise(&id("good"), Edits::Rust), Err(Refusal::Link));
        assert!(HandIn::open(&temporary.path().join("elsewhere.rs")).is_err());
        assert!(HandIn::open(&temporary.path().join("nobody")).is_err());
    }
}
