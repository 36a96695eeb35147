//! Where everything is: one checkout of the course and the programs that work on it.

use std::path::{Path, PathBuf};

/// A checkout of the course, and the tools that a run needs.
#[derive(Clone, Debug)]
pub struct Course {
    /// The folder with `book/`, `lessons/`, `solutions/` and `runner/`.
    pub root: PathBuf,
    /// Where the runner keeps what it makes; everything in it can be deleted.
    pub work: PathBuf,
    /// The `cargo` to compile with.
    pub cargo: PathBuf,
    /// The `node` to run with.
    pub node: PathBuf,
    /// Whether rustc's messages are rendered with colours.
    pub colour: bool,
    /// The `lesson` program itself: each child process gets a supervisor, which is `lesson supervise`.
    pub lesson: PathBuf,
}

/// A bare name is looked up in `$PATH`; a path is taken from the current folder, since a child starts in
/// another one.
pub fn program_at(path: PathBuf) -> PathBuf {
    if path.components().count() > 1 { std::path::absolute(&path).unwrap_or(path) } else { path }
}

impl Course {
    /// The course at `root`, with the programs that the environment names: `$CARGO`, `$LESSON_NODE`,
    /// or those in `$PATH`.
    pub fn new(root: impl Into<PathBuf>, lesson: impl Into<PathBuf>) -> Course {
        let root = root.into();
        let named = |variable: &str, program: &str| {
            let value = std::env::var_os(variable).filter(|value| !value.is_empty());
            value.map_or_else(|| program.into(), |value| program_at(PathBuf::from(value)))
        };
        Course {
            work: root.join("target/lessons"),
            cargo: named("CARGO", "cargo"),
            node: named("LESSON_NODE", "node"),
            colour: false,
            lesson: lesson.into(),
            root,
        }
    }

    /// The root of the course that `folder` is in.
    pub fn find_root(folder: &Path) -> Option<PathBuf> {
        let is_root = |folder: &&Path| folder.join("runner/harness/main.mjs").is_file() && folder.join("lessons").is_dir();
        folder.ancestors().find(is_root).map(Path::to_path_buf)
    }

    /// The same course, with what the runner makes in a folder of its own below `work`.
    pub fn work_in(self, work: impl Into<PathBuf>) -> Course {
        Course { work: work.into().join("after-gc"), ..self }
    }

    /// Cargo's target directory for the lessons.
    pub fn target(&self) -> PathBuf {
        self.work.join("build")
    }

    /// The workspace of all programs, for editors. `.vscode/settings.json` names it.
    pub fn editor(&self) -> PathBuf {
        self.work.join("editor")
    }

    /// Where the folders of runs are.
    pub fn runs(&self) -> PathBuf {
        self.work.join("runs")
    }
}
