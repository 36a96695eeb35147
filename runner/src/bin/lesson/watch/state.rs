//! What the learner looks at, and what becomes of it with each key, each save and each verdict.
//!
//! ```text
//! keys, lines ──▶ ┌───────┐ ──▶ worker: one check at a time
//! saves ────────▶ │ Watch │ ──▶ progress
//! events, ends ─▶ └───────┘ ──▶ what the two faces show: a screen, or lines
//! ```
//!
//! There is a verdict only while it belongs to the bytes on disk: a save takes it away and begins a new
//! check, and a check whose bytes are not those on disk any more begins again.

mod commands;
mod rows;

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Instant;

use anyhow::Result;
use runner::catalog::{Lesson, LessonId};
use runner::check::Checked;
use runner::event::Event;
use runner::grade::Verdict;
use runner::overview::Row;
use runner::progress::State;
use runner::saves::{Notice, Saves};
use runner::step::Phase;

use super::Input;
use super::list::List;
use super::worker::{Ended, Worker};
use crate::session::Session;

/// What the body shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Verdict,
    Hints,
    Memory,
    Why,
    Solution,
    Help,
}

/// A question that a key or a line answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Reset(LessonId),
    Solution,
}

/// What is going on.
pub(crate) enum Work {
    Nothing,
    Checking(Checking),
    /// There is a verdict on the bytes on disk.
    Graded(Box<Checked>),
    /// There is no way to one, for this reason.
    Unable(String),
}

/// A check that is under way.
pub(crate) struct Checking {
    number: u64,
    pub(crate) phase: Option<Phase>,
    pub(crate) since: Instant,
    /// Crates that cargo has built.
    pub(crate) built: u32,
}

/// What the face has to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Continue,
    /// Show the body, also when it is as before.
    Show,
    /// Open this file, in this line.
    Open(PathBuf, u32),
    Suspend,
    /// End, with this exit code.
    Quit(u8),
}

pub(crate) struct Watch<'a> {
    pub(crate) session: &'a Session,
    inputs: Sender<Input>,
    worker: Worker,
    saves: Option<Saves>,
    keep_going: bool,
    pub(crate) lesson: Lesson,
    pub(crate) work: Work,
    pub(crate) view: View,
    pub(crate) question: Option<Question>,
    /// Something to say once.
    pub(crate) message: Option<String>,
    /// Why saves are found by looking.
    pub(crate) polling: Option<String>,
    pub(crate) hints: u8,
    /// Whether the check finds out who holds what is left.
    explains: bool,
    /// Lines of the body that are above the screen.
    pub(crate) scroll: u16,
    pub(crate) list: Option<List>,
    pub(crate) rows: Vec<Row>,
}

impl<'a> Watch<'a> {
    /// Begins with `lesson`.
    pub(super) fn new(session: &'a Session, inputs: Sender<Input>, lesson: Lesson, keep_going: bool) -> Watch<'a> {
        let mut watch = Watch {
            session,
            worker: Worker::start(session.tools.clone(), inputs.clone()),
            inputs,
            saves: None,
            keep_going,
            lesson: lesson.clone(),
            work: Work::Nothing,
            view: View::Verdict,
            question: None,
            message: None,
            polling: None,
            hints: 0,
            explains: false,
            scroll: 0,
            list: None,
            rows: Vec::new(),
        };
        watch.refresh();
        watch.go(lesson);
        watch
    }

    /// The verdict on what is on disk, if there is one.
    pub(crate) fn graded(&self) -> Option<&Checked> {
        match &self.work {
            Work::Graded(checked) => Some(checked),
            _ => None,
        }
    }

    pub(super) fn input(&mut self, input: Input) -> Result<Next> {
        Ok(match input {
            Input::Key(key) => return self.key(key),
            Input::Line(line) => return self.line(&line),
            Input::Resize => Next::Continue,
            Input::Saved(lesson, notice) if lesson == self.lesson.id => self.saved(notice),
            Input::Saved(..) => Next::Continue,
            Input::Event(number, event) => self.event(number, event),
            Input::Ended(ended) => self.ended(*ended),
            Input::Stop => Next::Quit(crate::INTERRUPTED),
            Input::NoMoreLines => Next::Quit(0),
            Input::Broken => anyhow::bail!("the thread that checks has panicked; what it said is above"),
        })
    }

    fn saved(&mut self, notice: Notice) -> Next {
        match notice {
            Notice::Polling(reason) => self.polling = Some(reason),
            Notice::Saved => {
                self.message = None;
                self.check(false);
            }
        }
        Next::Continue
    }

    fn event(&mut self, number: u64, event: Event) -> Next {
        let Work::Checking(checking) = &mut self.work else { return Next::Continue };
        if checking.number == number {
            match event {
                Event::Phase { phase } => {
                    checking.phase = Some(phase);
                    checking.since = Instant::now();
                }
                Event::Built { count, .. } => checking.built = count,
                _ => {}
            }
        }
        Next::Continue
    }

    fn ended(&mut self, ended: Ended) -> Next {
        let Ended { number, result, on_disk } = ended;
        match &self.work {
            Work::Checking(checking) if checking.number == number => {}
            _ => return Next::Continue,
        }
        match result {
            Ok(checked) if on_disk.as_ref() != Some(&checked.source_hash) => {
                // It was saved meanwhile, and nobody has told of it yet.
                self.check(false);
                return Next::Continue;
            }
            Ok(checked) => {
                let (hash, verdict) = (checked.source_hash.clone(), checked.outcome.verdict);
                self.work = Work::Graded(Box::new(checked));
                self.update(|progress, lesson| progress.graded(lesson, &hash, verdict));
                if self.keep_going && verdict == Verdict::Passed {
                    return self.keep_going();
                }
            }
            Err(error) if error.is_cancelled() => self.work = Work::Nothing,
            Err(error) => self.work = Work::Unable(error.advice()),
        }
        Next::Show
    }

    /// The next lesson that is not done, if there is one.
    fn keep_going(&mut self) -> Next {
        let here = self.place();
        let after = self.rows.iter().cycle().skip(here + 1).take(self.rows.len());
        let next = after.into_iter().find(|row| row.state != State::Done);
        match next.map(|row| row.lesson.to_string()) {
            Some(id) => {
                let passed = format!("{} passed.", self.lesson.id);
                let next = self.go_to(&id);
                self.message = Some(passed);
                next
            }
            None => Next::Show,
        }
    }

    /// Begins a check of what is on disk.
    fn check(&mut self, why: bool) {
        let number = self.worker.check(&self.lesson, why);
        self.work = Work::Checking(Checking { number, phase: None, since: Instant::now(), built: 0 });
        self.explains = why;
        self.scroll = 0;
    }

    fn go(&mut self, lesson: Lesson) {
        let (id, inputs) = (lesson.id.clone(), self.inputs.clone());
        // Before the check, so that a save in between is not missed.
        let saves = Saves::watch(&lesson.exercise(), move |notice| {
            let _ = inputs.send(Input::Saved(id.clone(), notice));
        });
        self.saves = Some(saves);
        self.polling = None;
        self.lesson = lesson;
        self.update(|progress, lesson| progress.set_current(&lesson.id));
        self.list = None;
        self.question = None;
        self.hints = 0;
        self.view = View::Verdict;
        self.check(false);
    }

    pub(crate) fn exercise(&self) -> PathBuf {
        self.lesson.exercise()
    }
}
