//! From what was typed to a pack and the tools for it: the one way of every program that runs lessons.

use std::io;
use std::path::PathBuf;

use crate::pack::Pack;
use crate::toolkit::{Toolkit, program_at};

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The pack's folder; otherwise it is the one that the current folder is in.
    pub root: Option<PathBuf>,
    /// The Node to run with.
    pub node: Option<PathBuf>,
    /// Where to keep what is built and run.
    pub work: Option<PathBuf>,
}

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PlaceError {
    #[error("{root} is not a course: it has no book/SUMMARY.md and lessons/")]
    NotOne { root: PathBuf },
    #[error("there is no course in {here} or above; name one with --root")]
    None { here: PathBuf },
    #[error("failed to find {what}: {source}")]
    Unknown { what: &'static str, source: io::Error },
}

impl Place {
    /// Finds them. The program that runs is the one that supervises.
    ///
    /// # Errors
    /// When there is no pack.
    pub fn find(self) -> Result<(Pack, Toolkit), PlaceError> {
        let unknown = |what| move |source| PlaceError::Unknown { what, source };
        let here = std::env::current_dir().map_err(unknown("the current folder"))?;
        let pack = match self.root {
            Some(root) => {
                // As it is typed, but without `.`: its paths are shown.
                let root = std::path::absolute(&root).unwrap_or(root);
                Pack::at(&root).ok_or(PlaceError::NotOne { root })?
            }
            None => Pack::around(&here).or_else(of_cargo).ok_or_else(|| PlaceError::None { here: here.clone() })?,
        };
        let mut tools = Toolkit::new(&pack, std::env::current_exe().map_err(unknown("this program"))?);
        if let Some(node) = self.node {
            tools.node = program_at(node);
        }
        if let Some(work) = self.work {
            tools = tools.work_in(&here.join(work));
        }
        Ok((pack, tools))
    }
}

/// The pack in whose checkout cargo has built and started this program, as `cargo run --manifest-path` does from
/// elsewhere.
fn of_cargo() -> Option<Pack> {
    Pack::around(&PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?))
}
