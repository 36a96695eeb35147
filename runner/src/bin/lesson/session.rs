//! What every command needs: the course, its catalog, and the terminal.

use std::io::{IsTerminal, stderr, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use runner::catalog::{Catalog, CatalogError, Lesson, LessonId};
use runner::course::{Course, program_at};
use runner::process::{Cancel, RunFolder};
use runner::progress::{self, Loaded, Progress, ProgressError, SetAside};
use runner::report::paint::Paint;
use runner::workspace;

use crate::cli::{Place, Taste};
use crate::editor::{self, NoEditor, Opening};
use crate::link::Links;
use crate::plain;
use crate::progress::Progress as Status;

pub(crate) struct Session {
    pub(crate) course: Course,
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
    /// Whether what is built is where an editor expects it.
    has_own_work: bool,
    pub(crate) cancel: Cancel,
}

/// The lessons of a command line.
pub(crate) struct Lessons {
    pub(crate) sound: Vec<Lesson>,
    /// Those whose manifest says something that can't be.
    pub(crate) broken: Vec<(LessonId, CatalogError)>,
}

impl Session {
    pub(crate) fn open(place: Place, taste: Taste) -> Result<Session> {
        let here = std::env::current_dir().context("failed to find the current folder")?;
        // Cargo's manifest folder is `runner/`: it is there when the command is run as `cargo lesson`.
        let built_from = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = match place.root {
            Some(root) => std::path::absolute(&root)
                .ok()
                .filter(|root| Course::find_root(root).as_ref() == Some(root))
                .ok_or_else(|| anyhow!("{} is not a course: it has no lessons/ and runner/harness/", root.display()))?,
            None => Course::find_root(&here)
                .or_else(|| Course::find_root(built_from))
                .ok_or_else(|| anyhow!("there is no course in {} or above; name one with --root", here.display()))?,
        };
        let lesson = std::env::current_exe().context("failed to find the `lesson` program")?;
        let has_own_work = place.work.is_none();
        let mut course = Course::new(root, lesson);
        if let Some(node) = place.node {
            course.node = program_at(node);
        }
        if let Some(work) = place.work {
            course = course.work_in(here.join(work));
        }
        // A file that can't be read is told of by the command that needs it.
        let remembered = || progress::read(&course).ok().and_then(|loaded| loaded.progress.plain);
        let remembered = if stdout().is_terminal() || stderr().is_terminal() { remembered() } else { None };
        let is_plain = |is_terminal| plain::chosen(taste.plain, |name| std::env::var_os(name), is_terminal, remembered);
        let plain = is_plain(stdout().is_terminal());
        let paint = if plain { Paint::plain() } else { Paint::new(true) };
        let links = Links::new(&course.root, plain, |name| std::env::var_os(name));
        course.colour = paint.is_on();
        let catalog = Catalog::load(&course.root)?;
        let live = !is_plain(stderr().is_terminal());
        Ok(Session {
            course,
            catalog,
            paint,
            links,
            plain,
            live,
            asked_plain: taste.plain,
            edit_cmd: taste.edit_cmd,
            has_own_work,
            cancel: Cancel::default(),
        })
    }

    /// From now on plain lines are printed.
    pub(crate) fn make_plain(&mut self) {
        self.plain = true;
        self.live = false;
        self.paint = Paint::plain();
        self.course.colour = false;
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
        if self.has_own_work {
            // Where it can't be written, only an editor lacks it; `lesson workspace` says why.
            let _ = workspace::write(&self.course.root, &self.course.editor());
        }
    }

    /// Prepares for running programs: ends what a killed runner has left, and listens to Ctrl-C.
    pub(crate) fn ready_to_run(&self) -> Result<()> {
        RunFolder::sweep_abandoned(&self.course.runs());
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
        self.told(progress::read(&self.course), "read what is remembered")
    }

    /// Changes what is remembered of the learner. The command goes on when that can't be.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Progress)) -> Progress {
        self.told(progress::update(&self.course, change), "remember this")
    }

    fn told(&self, loaded: Result<Loaded, ProgressError>, what: &str) -> Progress {
        match loaded {
            Ok(Loaded { progress, set_aside }) => {
                if let Some(SetAside { path, message }) = set_aside {
                    let path = path.strip_prefix(&self.course.root).unwrap_or(&path).display();
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
