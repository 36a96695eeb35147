//! A copy of the book and its lessons in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The repository that this is a test of.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// A course.
pub(crate) struct Course {
    folder: TempDir,
}

impl Course {
    pub(crate) fn new() -> Course {
        let course = Course { folder: TempDir::new().unwrap() };
        for source in ["book.toml", "Cargo.lock", "book", "lessons", "solutions", "runner/preprocessor/lesson.css"] {
            copy(&checkout().join(source), &course.path(source));
        }
        course
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        fs::write(self.path(path), content).unwrap();
    }

    /// Changes a file, and answers with what was in it.
    pub(crate) fn append(&self, path: &str, more: &str) -> String {
        let old = fs::read_to_string(self.path(path)).unwrap();
        self.write(path, &format!("{old}{more}"));
        old
    }

    /// The folders in which books are built, of servers that are there or were.
    pub(crate) fn build_folders(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.path("target/lessons/runs")).into_iter().flatten();
        folders.map(|folder| folder.unwrap().path()).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
