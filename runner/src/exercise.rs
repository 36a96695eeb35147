//! The file that a learner edits, when something else writes it: it is replaced in one step, and what was in it is
//! kept.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::catalog::Lesson;

/// What shall be in a file. It lies beside that until it is put in its place, and is gone when it is not.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    new: PathBuf,
}

impl Draft {
    /// Writes what shall be in the file at `path`, with the permissions of what is there.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(path: &Path, content: &[u8]) -> io::Result<Draft> {
        // A file that is a link stays one.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let mut new = path.clone().into_os_string();
        // Another process may write the same file.
        new.push(format!(".{}.new", std::process::id()));
        let draft = Draft { new: new.into(), path };
        let mut file = File::create(&draft.new)?;
        file.write_all(content)?;
        if let Ok(old) = fs::metadata(&draft.path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        Ok(draft)
    }

    /// Puts it in the place of what is there.
    ///
    /// # Errors
    /// When it can't; then the file is as it was.
    pub fn put(self) -> io::Result<()> {
        fs::rename(&self.new, &self.path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It is not there when it was put in its place.
        let _ = fs::remove_file(&self.new);
    }
}

/// Keeps a version of a learner's file in `backups/`, under the first free name: no backup overwrites another.
/// Answers where it is.
///
/// # Errors
/// When it can't be written.
pub fn back_up(lesson: &Lesson, content: &[u8]) -> io::Result<PathBuf> {
    let folder = lesson.root.join("backups").join(lesson.id.as_str());
    let ending = lesson.manifest.edits.ending();
    fs::create_dir_all(&folder)?;
    for number in 1.. {
        let path = folder.join(format!("exercise.{number}.{ending}"));
        match File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(content)?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the numbers do not end")
}
