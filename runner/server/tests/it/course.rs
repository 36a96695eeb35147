//! A copy of the book and its lessons in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The repository that this is a test of.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// A lesson in Rust, another one, and one in JavaScript.
pub(crate) const ID: &str = "scopes/callback-loop";
pub(crate) const OTHER: &str = "wrap/lost-finalizer";
pub(crate) const SCRIPT: &str = "gauges/which-number";

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

    /// One of few lessons, with all that they need to be run: it is built faster than the whole book.
    pub(crate) fn to_run() -> Course {
        let course = Course { folder: TempDir::new().unwrap() };
        let mut summary = "# Summary\n".to_owned();
        let all = ["book.toml", "Cargo.toml", "Cargo.lock", "book/diff.css", "runner/preprocessor/lesson.css"];
        for source in &all {
            copy(&checkout().join(source), &course.path(source));
        }
        for (id, ending) in [(ID, "rs"), (OTHER, "rs"), (SCRIPT, "mjs")] {
            let (page, solution, folder) = (format!("book/{id}.md"), format!("solutions/{id}.{ending}"), format!("lessons/{id}"));
            for source in [&page, &solution, &folder] {
                copy(&checkout().join(source), &course.path(source));
            }
            // Whoever runs this may have edited it.
            fs::copy(
                course.path(&format!("{folder}/wrong/shipped.{ending}")),
                course.path(&format!("{folder}/exercise.{ending}")),
            )
            .unwrap();
            summary += &format!("\n- [{id}]({id}.md)");
        }
        course.write("book/SUMMARY.md", summary);
        course
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// The learner's file of the lesson that most tests are about.
    pub(crate) fn exercise(&self) -> PathBuf {
        self.path(&format!("lessons/{ID}/exercise.rs"))
    }

    pub(crate) fn solution(&self) -> String {
        self.read(&format!("solutions/{ID}.rs"))
    }

    /// A text that was never compiled before, and does this before the work of the solution.
    pub(crate) fn doing(&self, body: &str) -> String {
        let start = "let mut moved = 0;";
        let solution = self.solution();
        assert!(solution.contains(start));
        solution.replacen(start, &format!("let _ = {:?};\n    {body}\n    {start}", self.root()), 1)
    }

    /// One that does not come to its end.
    pub(crate) fn waiting(&self) -> String {
        self.doing("std::thread::sleep(std::time::Duration::MAX);")
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file in one step, as many editors do: who looks at it never sees it half.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path("new"), content).unwrap();
        fs::rename(self.path("new"), self.path(path)).unwrap();
    }

    /// Writes the learner's file.
    pub(crate) fn put(&self, content: impl AsRef<[u8]>) {
        self.write(&format!("lessons/{ID}/exercise.rs"), content);
    }

    /// Changes a file, and answers with what was in it.
    pub(crate) fn append(&self, path: &str, more: &str) -> String {
        let old = fs::read_to_string(self.path(path)).unwrap();
        self.write(path, format!("{old}{more}"));
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
