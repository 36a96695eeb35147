//! A course in a temporary folder: the book and its exercises as they were shipped, for a learner who has not begun.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::book::checkout;

/// What the server of the exercises needs of a checkout.
const PARTS: [&str; 7] =
    ["Cargo.lock", "Cargo.toml", "book", "book.toml", "lessons", "runner/preprocessor/lesson.css", "solutions"];

/// A course that is gone when it is dropped.
pub struct Course {
    folder: TempDir,
}

impl Course {
    /// Copies it.
    pub fn new() -> Result<Course> {
        let course = Course { folder: TempDir::new()? };
        for part in PARTS {
            copy(&checkout().join(part), &course.path(part)).with_context(|| part.to_owned())?;
        }
        for topic in folders(&course.path("lessons"))? {
            for lesson in folders(&topic)? {
                for (exercise, shipped) in [("exercise.rs", "wrong/shipped.rs"), ("exercise.mjs", "wrong/shipped.mjs")] {
                    if lesson.join(shipped).is_file() {
                        fs::copy(lesson.join(shipped), lesson.join(exercise))?;
                    }
                }
            }
        }
        Ok(course)
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where a part of it is.
    pub fn path(&self, part: impl AsRef<Path>) -> PathBuf {
        self.root().join(part)
    }

    /// What is in a file.
    pub fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.path(path)).with_context(|| path.to_owned())
    }

    /// Writes a file, as an editor does: all of it at once.
    pub fn write(&self, path: &str, content: &str) -> Result<()> {
        let draft = self.path(format!("{path}.draft"));
        fs::write(&draft, content)?;
        fs::rename(draft, self.path(path)).with_context(|| path.to_owned())
    }

    /// Replaces a text that is in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> Result<()> {
        let text = self.read(path)?;
        ensure!(text.contains(from), "{path} does not contain {from:?}");
        self.write(path, &text.replace(from, to))
    }

    /// The learner's file of a lesson in Rust.
    pub fn exercise(&self, lesson: &str) -> Result<String> {
        self.read(&format!("lessons/{lesson}/exercise.rs"))
    }

    /// Saves it, as an editor outside of the browser does.
    pub fn save(&self, lesson: &str, source: &str) -> Result<()> {
        self.write(&format!("lessons/{lesson}/exercise.rs"), source)
    }

    /// How a lesson in Rust is solved.
    pub fn solution(&self, lesson: &str) -> Result<String> {
        self.read(&format!("solutions/{lesson}.rs"))
    }

    /// The texts that were kept when others took their place.
    pub fn backups(&self) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        let mut folders = vec![self.path("backups")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    texts.push(fs::read_to_string(path)?);
                }
            }
        }
        Ok(texts)
    }
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).map(drop)
}
