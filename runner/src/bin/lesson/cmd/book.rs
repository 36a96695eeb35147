//! `lesson book` and `lesson serve`: the book, in a browser, to read or to do its lessons in. It is served by a
//! program of its own, which is built here when it is first wanted: what it is made of takes longer to compile than
//! all else, and a verdict needs none of it. Where the course is no checkout of the runner, it is beside this program.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use runner::compile::{self, CompileError};
use runner::step::Step;

use crate::cli::Serving;
use crate::progress::Progress;
use crate::session::Session;
use crate::{INTERRUPTED, UNABLE};

/// The package and its program.
const SERVER: &str = "lesson-server";
/// Where a checkout has it.
const SOURCES: &str = "runner/server/Cargo.toml";

/// What can be done in the pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    /// They can be read.
    Read,
    /// The exercises in them can be edited and run too.
    Play,
}

pub(super) fn execute(session: &Session, serving: &Serving, pages: Pages) -> Result<u8> {
    session.ready_to_run()?;
    let program = if session.pack.root.join(SOURCES).is_file() {
        match build(session) {
            Ok(program) => program,
            Err(_) if session.cancel.is_cancelled() => return Ok(INTERRUPTED),
            Err(error) => {
                eprintln!("error: {error}");
                eprintln!("The first build needs a network; `cargo lesson doctor` says what else this machine lacks.");
                eprintln!("The pages can also be read as they are: book/SUMMARY.md lists them.");
                return Ok(UNABLE);
            }
        }
    } else {
        let installed = session.tools.supervisor.with_file_name(SERVER);
        if !installed.is_file() {
            bail!("{} is missing, and this course has no {SOURCES} to build it of", installed.display());
        }
        installed
    };
    // This process becomes the server. So there is one process, which Ctrl-C, the end of the terminal and a
    // kill of any kind reach, and whose exit code is that of this command.
    let mut server = Command::new(&program);
    server.arg("--root").arg(&session.pack.root);
    if let Some(work) = &session.asked_work {
        server.arg("--work").arg(work);
    }
    if let Some(port) = serving.port {
        server.arg("--port").arg(port.to_string());
    }
    if pages == Pages::Play {
        server.arg("--play").arg("--node").arg(&session.tools.node);
    }
    if serving.open {
        server.arg("--open");
    }
    Err(server.exec()).with_context(|| format!("failed to start {}", program.display()))
}

fn build(session: &Session) -> Result<PathBuf, CompileError> {
    let mut progress = Progress::new(session.live(), true);
    progress.begin("Building what serves the book, a minute the first time".into());
    let mut steps = |step: Step| progress.event(&step.into());
    compile::program(&session.tools, &session.pack.root, SERVER, &mut steps, &session.cancel)
}
