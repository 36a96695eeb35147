//! What the program brings to a [`pack`](mod@crate::pack): the tools that compile and run its lessons, and where
//! they work.

use std::io;
use std::path::{Path, PathBuf};

use crate::harness;
use crate::pack::Pack;

/// The tools that a run needs.
#[derive(Clone, Debug)]
pub struct Toolkit {
    /// Where the runner keeps what it makes; everything in it can be deleted.
    pub work: PathBuf,
    /// The `cargo` to compile with.
    pub cargo: PathBuf,
    /// The `node` to run with.
    pub node: PathBuf,
    /// What to compile for, as rustc names it, where that is not this machine: `node` is to be one that emulates it.
    pub triple: Option<String>,
    /// By what factor a run may take longer than its lesson says: an emulated processor is a slow one.
    pub patience: u32,
    /// Whether rustc's messages are rendered with colours.
    pub colour: bool,
    /// The program with the command `supervise`: each child process gets such a supervisor.
    pub supervisor: PathBuf,
}

impl Toolkit {
    /// The tools for this pack: those that the environment names, `$CARGO` and `$LESSON_NODE`, or those in `$PATH`.
    /// `$LESSON_TARGET` and `$LESSON_PATIENCE` are for lessons that are tested under emulation, as `.ci/aarch64` does.
    pub fn new(pack: &Pack, supervisor: impl Into<PathBuf>) -> Toolkit {
        Toolkit {
            work: pack.root.join("target/lessons"),
            cargo: from_environment("CARGO", "cargo"),
            node: from_environment("LESSON_NODE", "node"),
            triple: std::env::var("LESSON_TARGET").ok().filter(|triple| !triple.is_empty()),
            patience: std::env::var("LESSON_PATIENCE").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1).max(1),
            colour: false,
            supervisor: supervisor.into(),
        }
    }

    /// The same tools, which keep what they make in a folder of their own below `work`.
    pub fn work_in(self, work: &Path) -> Toolkit {
        Toolkit { work: work.join("after-gc"), ..self }
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

    /// Writes the harness where it is not there yet, and answers with the file that Node is to run.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn harness(&self) -> io::Result<PathBuf> {
        harness::write(&self.harnesses())
    }

    /// Where the harness is, of each version that ran here.
    pub(crate) fn harnesses(&self) -> PathBuf {
        self.work.join("harness")
    }
}

fn from_environment(variable: &str, program: &str) -> PathBuf {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty());
    value.map_or_else(|| program.into(), |value| program_at(value.into()))
}

/// A bare name is looked up in `$PATH`; a path is taken from the current folder, since a child starts in
/// another one.
pub(crate) fn program_at(path: PathBuf) -> PathBuf {
    if path.components().count() > 1 { std::path::absolute(&path).unwrap_or(path) } else { path }
}
