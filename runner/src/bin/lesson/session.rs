//! What every command needs: the course, its catalog, and the terminal.

use std::io::{IsTerminal, stderr, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use runner::catalog::{Catalog, CatalogError, Lesson, LessonId};
use runner::pack::Pack;
use runner::place::Place;
use runner::process::{Cancel, RunFolder};
use runner::progress::{self, Loaded, Progress, ProgressError, SetAside};
use runner::report::paint::Paint;
use runner::toolkit::Toolkit;
use runner::workspace;

use crate::cli::{self, Taste};
use crate::editor::{self, NoEditor, Opening};
use crate::link::Links;
use crate::plain;
use crate::progress::Progress as Status;

pub(crate) struct Session {
    pub(crate) pack: Pack,
    pub(crate) tools: Toolkit,
    pub(crate) catalog: Catalog,
    pub(crate) paint: Paint,
    pub(crate) links: Links,
    /// Whether stdout gets plain lines.
    pub(crate) plain: bool,
    /// Whether what goes on may be drawn on stderr, again and again.
    live: bool,
    /// What was typed of it.
    pub(crate) asked_plain: Option<bool>,
    edit_cmd: Option<String>,
    /// What was typed of where to work.
    pub(crate) asked_work: Option<PathBuf>,
    pub(crate) cancel: Cancel,
}

/// The lessons of a command line.
pub(crate) struct Lessons {
    pub(crate) sound: Vec<Lesson>,
    /// Those whose manifest says something that can't be.
    pub(crate) broken: Vec<(LessonId, CatalogError)>,
}

impl Session {
    pub(crate) fn open(place: cli::Place, taste: Taste) -> Result<Session> {
        let asked_work = place.work.clone();
        let (pack, mut tools) = Place { root: place.root, node: place.node, work: place.work }.find()?;
        // A file that can't be read is told of by the command that needs it.
        let remembered = || progress::read(&pack).ok().and_then(|loaded| loaded.progress.plain);
        let remembered = if stdout().is_terminal() || stderr().is_terminal() { remembered() } else { None };
        let is_plain = |is_terminal| plain::chosen(taste.plain, |name| std::env::var_os(name), is_terminal, remembered);
        let plain = is_plain(stdout().is_terminal());
        let paint = if plain { Paint::plain() } else { Paint::new(true) };
        let links = Links::new(&pack.root, plain, |name| std::env::var_os(name));
        tools.colour = paint.is_on();
        let catalog = Catalog::load(&pack.root)?;
        let live = !is_plain(stderr().is_terminal());
        Ok(Session {
            pack,
            tools,
            catalog,
            paint,
            links,
            plain,
            live,
            asked_plain: taste.plain,
            edit_cmd: taste.edit_cmd,
            asked_work,
            cancel: Cancel::default(),
        })
    }

    /// From now on plain lines are printed.
    pub(crate) fn make_plain(&mut self) {
        self.plain = true;
        self.live = false;
        self.paint = Paint::plain();
        self.tools.colour = false;
    }

    /// The command that opens a file in the learner's editor.
    pub(crate) fn opening(&self, file: &Path, line: usize) -> Result<Opening, NoEditor> {
        let is_program = |name: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let is_executable =
                |file: &Path| file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
            std::env::split_paths(&path).any(|folder| is_executable(&folder.join(name)))
        };
        editor::opening(self.edit_cmd.as_deref(), |name| std::env::var(name).ok(), is_program, file, line)
    }

    /// Sees that an editor knows the programs that are there now.
    pub(crate) fn ready_to_edit(&self) {
        // It expects them where the tools work by themselves.
        if self.asked_work.is_none() {
            // Where it can't be written, only an editor lacks it; `lesson workspace` says why.
            let _ = workspace::write(&self.pack.root, &self.tools.editor());
        }
    }

    /// Prepares for running programs: ends what a killed runner has left, and listens to Ctrl-C.
    pub(crate) fn ready_to_run(&self) -> Result<()> {
        RunFolder::sweep_abandoned(&self.tools.runs());
        self.ready_to_edit();
        let cancel = self.cancel.clone();
        ctrlc::set_handler(move || cancel.cancel()).context("failed to listen to Ctrl-C")
    }

    /// The lessons of a command line: those that were named, or all. Of all, one that can't be read stops
    /// no other; of those that were named, it does.
    pub(crate) fn lessons(&self, ids: &[String], all: bool) -> Result<Lessons> {
        if !all {
            let sound = ids.iter().map(|id| self.catalog.lesson(id)).collect::<Result<_, _>>()?;
            return Ok(Lessons { sound, broken: Vec::new() });
        }
        if self.catalog.ids().is_empty() {
            bail!("book/SUMMARY.md names no lesson");
        }
        let mut lessons = Lessons { sound: Vec::new(), broken: Vec::new() };
        for id in self.catalog.ids() {
            match self.catalog.lesson(id.as_str()) {
                Ok(lesson) => lessons.sound.push(lesson),
                Err(error) => lessons.broken.push((id.clone(), error)),
            }
        }
        Ok(lessons)
    }

    /// What is remembered of the learner. What is wrong with it is said, and stops nothing.
    pub(crate) fn progress(&self) -> Progress {
        self.told(progress::read(&self.pack), "read what is remembered")
    }

    /// Changes what is remembered of the learner. The command goes on when that can't be.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Progress)) -> Progress {
        self.told(progress::update(&self.pack, change), "remember this")
    }

    fn told(&self, loaded: Result<Loaded, ProgressError>, what: &str) -> Progress {
        match loaded {
            Ok(Loaded { progress, set_aside }) => {
                if let Some(SetAside { path, message }) = set_aside {
                    let path = path.strip_prefix(&self.pack.root).unwrap_or(&path).display();
                    eprintln!("warning: what was remembered can't be understood: {message}");
                    eprintln!("It is kept as {path}. A new file was begun; what has passed can be checked again.");
                }
                progress
            }
            Err(error) => {
                eprintln!("warning: failed to {what}: {error}");
                Progress::default()
            }
        }
    }

    /// Tells what goes on during something that leaves only its verdict. A person who reads plain lines at a
    /// terminal is told in lines.
    pub(crate) fn status(&self) -> Status {
        Status::new(self.live, !self.live && stderr().is_terminal())
    }

    /// For stderr, where progress goes.
    pub(crate) fn live(&self) -> bool {
        self.live
    }
}
