//! The runs: one at a time, in a thread of its own. A run belongs to the server and not to the page that asked for
//! it; that may be loaded again or closed.
//!
//! ```text
//!             begin                   the thread
//!     Idle ----------> Running ------------------> Idle
//!       \                | stop: cancel, and the thread comes to its end
//!        \ end           | end: cancel
//!         `------------> Closed: nothing begins any more
//! ```

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use axum::body::Bytes;
use runner::catalog::{Lesson, LessonId, Variant};
use runner::check::{self, Checked};
use runner::event::Event;
use runner::measure::Story;
use runner::pack::Pack;
use runner::process::Cancel;
use runner::progress;
use runner::run::Options;
use runner::toolkit::Toolkit;
use serde_json::{Value, json};

use crate::files::Files;
use crate::log::{Action, Heard, How, Log};
use crate::news::News;
use crate::say;
use crate::tell::{told, with_words};

pub(crate) struct Runs {
    pack: Pack,
    tools: Toolkit,
    files: Arc<Files>,
    news: News,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stage: Stage,
    /// How many runs there were.
    count: u64,
    /// Of the latest run of each lesson.
    logs: HashMap<LessonId, Log>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Running(Running),
    Closed,
}

#[derive(Clone)]
pub(crate) struct Running {
    run: u64,
    pub(crate) lesson: LessonId,
    pub(crate) action: Action,
    cancel: Cancel,
}

/// Why a run has not begun.
pub(crate) enum Refused {
    /// This one is on.
    Busy(Running),
    /// The server ends.
    Closed,
    /// The system gave none.
    NoThread(io::Error),
}

impl Runs {
    pub(crate) fn new(pack: Pack, tools: Toolkit, files: Arc<Files>, news: News) -> Runs {
        Runs { pack, tools, files, news, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run and answers its number.
    pub(crate) fn begin(self: &Arc<Runs>, lesson: Lesson, action: Action) -> Result<u64, Refused> {
        let mut state = self.state();
        match &state.stage {
            Stage::Idle => {}
            Stage::Running(running) => return Err(Refused::Busy(running.clone())),
            Stage::Closed => return Err(Refused::Closed),
        }
        let run = state.count + 1;
        let running = Running { run, lesson: lesson.id.clone(), action, cancel: Cancel::default() };
        let (runs, its) = (Arc::clone(self), running.clone());
        // It comes to its end only after what follows, for which it needs the state too.
        let thread = thread::Builder::new().spawn(move || runs.work(&lesson, &its)).map_err(Refused::NoThread)?;
        let last = state.thread.replace(thread);
        state.count = run;
        state.logs.insert(running.lesson.clone(), Log::new(run, action));
        state.stage = Stage::Running(running);
        drop(state);
        self.news.tell();
        if let Some(last) = last {
            // It has nothing left to do.
            let _ = last.join();
        }
        Ok(run)
    }

    /// Cancels a run, if it is the one under way.
    pub(crate) fn stop(&self, lesson: &str, run: u64) -> bool {
        match &self.state().stage {
            Stage::Running(running) if running.run == run && running.lesson.as_str() == lesson => {
                running.cancel.cancel();
                true
            }
            _ => false,
        }
    }

    /// Cancels what is under way, and waits until its processes and its folder are gone.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        if let Stage::Running(running) = std::mem::replace(&mut state.stage, Stage::Closed) {
            running.cancel.cancel();
        }
        let thread = state.thread.take();
        drop(state);
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// The run that is under way.
    pub(crate) fn running(&self) -> Option<Running> {
        match &self.state().stage {
            Stage::Running(running) => Some(running.clone()),
            _ => None,
        }
    }

    /// What was not heard of the latest run of a lesson; nothing at all if this server knows of none.
    pub(crate) fn since(&self, lesson: &LessonId, heard: &mut Heard) -> Option<Vec<Bytes>> {
        Some(self.state().logs.get(lesson)?.since(heard, lesson.as_str()))
    }

    fn work(&self, lesson: &Lesson, running: &Running) {
        let mut ending = Ending { runs: self, running, how: How::Failed };
        let options = match running.action {
            Action::Run => Options::RUN,
            Action::Check => Options::CHECK,
            Action::Guard => Options { guard: true, ..Options::CHECK },
            Action::Why => Options { why: true, ..Options::CHECK },
        };
        let mut story = Story::new(lesson.manifest.gauge);
        let mut verdict = None;
        let mut tell = |event| match told(&event, &mut story) {
            // It comes last, and waits for what only the result of all this has.
            told if matches!(event, Event::Verdict { .. }) => verdict = told,
            Some(told) => self.event(&lesson.id, &told),
            None => {}
        };
        let checked = check::check(&self.tools, lesson, &Variant::Exercise, options, &mut tell, &running.cancel);
        ending.how = match checked {
            Ok(checked) => {
                if let Some(verdict) = verdict {
                    self.event(&lesson.id, &with_words(verdict, running.action, &checked));
                }
                self.remember(lesson, running.action, &checked);
                How::Graded
            }
            Err(error) if error.is_cancelled() => How::Stopped,
            Err(error) => {
                tell(Event::Error { lesson: lesson.id.clone(), variant: Variant::Exercise, message: error.advice() });
                How::Failed
            }
        };
    }

    fn event(&self, lesson: &LessonId, event: &Value) {
        if let Some(log) = self.state().logs.get_mut(lesson) {
            log.event(event);
        }
        self.news.tell();
    }

    /// As the `lesson` command does: where the learner is, and the verdict, unless it was of another amount of work.
    fn remember(&self, lesson: &Lesson, action: Action, checked: &Checked) {
        let remembered = progress::update(&self.pack, |progress| {
            progress.set_current(&lesson.id);
            if action != Action::Run {
                progress.graded(lesson, &checked.source_hash, checked.outcome.verdict);
            }
        });
        if let Err(error) = remembered {
            say::progress(format_args!("warning: failed to remember this: {error}"));
        }
    }
}

/// Says that a run is over, also when its thread panics: nobody waits for it without end.
struct Ending<'a> {
    runs: &'a Runs,
    running: &'a Running,
    how: How,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let Running { run, lesson, .. } = self.running;
        // The verdict may have changed where the exercise stands. Who hears of the end knows that by then.
        self.runs.files.refresh(lesson);
        let mut state = self.runs.state();
        if let Some(log) = state.logs.get_mut(lesson) {
            if thread::panicking() {
                let message = "the runner has failed: the terminal of the server says more";
                log.event(&json!({ "event": "error", "lesson": lesson, "variant": Variant::Exercise, "message": message }));
            }
            log.end(self.how);
        }
        if matches!(&state.stage, Stage::Running(running) if running.run == *run) {
            state.stage = Stage::Idle;
        }
        drop(state);
        self.runs.news.tell();
    }
}
