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

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Instant;

use anyhow::Result;
use ratatui::crossterm::event::KeyEvent;
use runner::catalog::{Lesson, LessonId};
use runner::check::Checked;
use runner::event::Event;
use runner::grade::Verdict;
use runner::overview::{Overview, Row};
use runner::progress::{self, Loaded, Progress, ProgressError, Reset, State};
use runner::saves::{Notice, Saves};
use runner::step::Phase;

use super::Input;
use super::command::{self, Command};
use super::list::{List, Wish};
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
            worker: Worker::start(session.course.clone(), inputs.clone()),
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

    /// Lessons that are done, and all of them.
    pub(crate) fn done(&self) -> (usize, usize) {
        (self.rows.iter().filter(|row| row.state == State::Done).count(), self.rows.len())
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

    fn key(&mut self, key: KeyEvent) -> Result<Next> {
        if let Some(command) = command::with_control(key) {
            return self.command(command);
        }
        if self.question.is_none()
            && let Some(list) = &mut self.list
        {
            return match list.key(key) {
                Wish::Nothing => Ok(Next::Continue),
                Wish::Close => {
                    self.list = None;
                    Ok(Next::Continue)
                }
                Wish::Go(id) => self.command(Command::Go(id.to_string())),
                Wish::Reset(id) => {
                    self.question = Some(Question::Reset(id));
                    Ok(Next::Continue)
                }
            };
        }
        match Command::of_key(key) {
            Some(command) => self.command(command),
            // Any other key is no answer to a question.
            None if self.question.is_some() => self.command(Command::Back),
            None => Ok(Next::Continue),
        }
    }

    fn line(&mut self, line: &str) -> Result<Next> {
        match Command::of_line(line) {
            Some(command) => self.command(command),
            None if self.question.is_some() => self.command(Command::Back),
            None if line.trim().is_empty() => Ok(Next::Continue),
            None => {
                self.message = Some(format!("`{}` is no command; `help` names them all.", line.trim()));
                Ok(Next::Continue)
            }
        }
    }

    fn command(&mut self, command: Command) -> Result<Next> {
        self.message = None;
        if let Some(question) = self.question.take() {
            match command {
                Command::Yes => return self.agreed(question),
                Command::Interrupt => {}
                _ => {
                    self.message = Some("Nothing was changed.".into());
                    return Ok(Next::Continue);
                }
            }
        }
        let next = match command {
            Command::Run => {
                self.check(false);
                self.view = View::Verdict;
                Next::Continue
            }
            Command::Hint => self.hint(),
            Command::List => {
                self.refresh();
                self.list = Some(List::new(self.rows.clone(), &self.lesson.id));
                Next::Show
            }
            Command::Search(words) => {
                self.refresh();
                let mut list = List::new(self.rows.clone(), &self.lesson.id);
                list.search(&words);
                self.list = Some(list);
                Next::Show
            }
            Command::Go(to) => self.go_to(&to),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Solution if self.state() == Some(State::Done) => self.show(View::Solution),
            Command::Solution => {
                self.question = Some(Question::Solution);
                Next::Continue
            }
            Command::Memory => self.show(View::Memory),
            Command::Why => self.why(),
            Command::Reset => {
                self.question = Some(Question::Reset(self.lesson.id.clone()));
                Next::Continue
            }
            Command::Open => Next::Open(self.exercise(), self.line_of_evidence()),
            Command::Help => self.show(View::Help),
            Command::Back => self.show(View::Verdict),
            Command::Scroll(lines) => {
                self.scroll = self.scroll.saturating_add_signed(lines as i16);
                Next::Continue
            }
            Command::Yes => Next::Continue,
            Command::Quit => Next::Quit(0),
            Command::Interrupt => Next::Quit(crate::INTERRUPTED),
            Command::Suspend => Next::Suspend,
        };
        Ok(next)
    }

    /// Does what was asked about.
    fn agreed(&mut self, question: Question) -> Result<Next> {
        match question {
            Question::Solution => Ok(self.show(View::Solution)),
            Question::Reset(id) => {
                let lesson = self.session.catalog.lesson(id.as_str())?;
                self.message = Some(match progress::reset(&self.session.course, &lesson) {
                    Ok(Reset::Nothing) => "It is as it was shipped: there is nothing to reset.".into(),
                    Ok(Reset::Restored) => "It was missing, and is there again, as it was shipped.".into(),
                    Ok(Reset::BackedUp(kept)) => {
                        format!("It is as it was shipped. Yours is in {}.", lesson.relative(&kept).display())
                    }
                    Err(error) => format!("{id} was not reset: {error}."),
                });
                self.refresh();
                Ok(Next::Continue)
            }
        }
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

    fn go_to(&mut self, to: &str) -> Next {
        let by_number = to.parse().ok().and_then(|number: usize| self.rows.get(number.checked_sub(1)?));
        let id = by_number.map_or(to, |row| row.lesson.as_str()).to_owned();
        match self.session.catalog.lesson(&id) {
            Ok(lesson) => {
                self.go(lesson);
                Next::Show
            }
            Err(error) => {
                self.message = Some(format!("{error}."));
                Next::Continue
            }
        }
    }

    fn step(&mut self, by: isize) -> Next {
        let to = self.place().checked_add_signed(by).and_then(|place| self.rows.get(place));
        match to.map(|row| row.lesson.to_string()) {
            Some(id) => self.go_to(&id),
            None => {
                self.message = Some(if by > 0 { "This is the last lesson." } else { "This is the first lesson." }.into());
                Next::Continue
            }
        }
    }

    fn place(&self) -> usize {
        self.rows.iter().position(|row| row.lesson == self.lesson.id).unwrap_or(0)
    }

    fn state(&self) -> Option<State> {
        self.rows.get(self.place()).map(|row| row.state)
    }

    fn show(&mut self, view: View) -> Next {
        self.list = None;
        self.view = view;
        self.scroll = 0;
        Next::Show
    }

    fn hint(&mut self) -> Next {
        let levels = self.lesson.manifest.hints.len() as u8;
        if self.view == View::Hints || self.hints == 0 {
            self.hints = (self.hints + 1).min(levels);
            let level = self.hints;
            self.update(|progress, lesson| progress.hinted(&lesson.id, level));
        }
        self.show(View::Hints)
    }

    fn why(&mut self) -> Next {
        if !self.explains {
            self.check(true);
        }
        self.show(View::Why)
    }

    /// The first line of the exercise that the verdict names.
    fn line_of_evidence(&self) -> u32 {
        let checks = self.graded().map_or(&[][..], |checked| &checked.outcome.checks);
        checks.iter().flat_map(|check| &check.places).map(|place| place.at.line).next().unwrap_or(1)
    }

    pub(crate) fn exercise(&self) -> PathBuf {
        self.lesson.exercise()
    }

    /// Remembers something of this lesson.
    fn update(&mut self, change: impl FnOnce(&mut Progress, &Lesson)) {
        let lesson = &self.lesson;
        let loaded = progress::update(&self.session.course, |progress| change(progress, lesson));
        if let Some(progress) = self.loaded(loaded) {
            let place = self.place();
            if let Some(row) = self.rows.get_mut(place) {
                *row = Row::new(&row.topic, &self.lesson, &progress);
            }
        }
    }

    /// Reads where all lessons stand.
    fn refresh(&mut self) {
        let loaded = progress::read(&self.session.course);
        let progress = self.loaded(loaded).unwrap_or_default();
        self.rows = Overview::new(&self.session.catalog, &progress).rows().cloned().collect();
        if let Some(list) = &mut self.list {
            list.refresh(self.rows.clone());
        }
    }

    /// What is remembered. Says what is wrong with it.
    fn loaded(&mut self, loaded: Result<Loaded, ProgressError>) -> Option<Progress> {
        match loaded {
            Ok(Loaded { progress, set_aside }) => {
                if let Some(aside) = set_aside {
                    let path = aside.path.strip_prefix(&self.session.course.root).unwrap_or(&aside.path).display();
                    self.message = Some(format!("What was remembered can't be understood; it is kept as {path}."));
                }
                Some(progress)
            }
            Err(error) => {
                self.message = Some(format!("This is not remembered: {error}."));
                None
            }
        }
    }
}
