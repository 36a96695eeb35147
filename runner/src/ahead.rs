//! Checks the programs that come next while one is checked, where there are many in a row: as many at once as there
//! are cores, and two at least.
//!
//! One does not disturb another: what is graded is counted in the process of a run and in files of its own, by no
//! clock, and only one program at a time is compiled. What is said of a program is said when its turn comes: the
//! events are those of [`check`](crate::check::check) for each of them, in the same order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::catalog::{Lesson, Variant};
use crate::check::{self, CheckError, Checked};
use crate::event::Event;
use crate::process::Cancel;
use crate::run::Options;
use crate::step::Phase;
use crate::toolkit::Toolkit;

/// How often it is looked whether the next program can begin.
const TICK: Duration = Duration::from_millis(10);

/// A program of a lesson.
pub type Program<'a> = (&'a Lesson, &'a Variant);

/// Checks programs in a row.
#[derive(Debug)]
pub struct Row {
    tools: Toolkit,
    options: Options,
    cancel: Cancel,
    /// How many are checked at once.
    most: usize,
    /// Those that have begun before their turn.
    ahead: VecDeque<Begun>,
}

impl Row {
    /// A row whose programs are run with these options.
    pub fn new(tools: Toolkit, options: Options, cancel: Cancel) -> Row {
        // A run that waits for something needs no core.
        let most = thread::available_parallelism().map_or(2, usize::from).max(2);
        Row { tools, options, cancel, most, ahead: VecDeque::new() }
    }

    /// Grades a program, and begins with those that come `next`.
    ///
    /// # Errors
    /// When the course, the tools or the machine leave no way to a verdict.
    pub fn check(&mut self, program: Program, next: &[Program], events: &mut dyn FnMut(Event)) -> Result<Checked, CheckError> {
        let begun = self.ahead.pop_front().filter(|begun| begun.is_of(program));
        if begun.is_none() {
            // The row is another one than was announced.
            self.ahead.clear();
        }
        let begun = begun.unwrap_or_else(|| self.begin(program));
        loop {
            match begun.events.recv_timeout(TICK) {
                Ok(event) => events(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return begun.end(),
            }
            self.go_on(&begun, next);
        }
    }

    /// Begins with the next program, if there is a core for it and nothing is being compiled.
    fn go_on(&mut self, current: &Begun, next: &[Program]) {
        let last = self.ahead.back().unwrap_or(current);
        if self.ahead.len() + 1 < self.most
            && last.is_compiled()
            && !self.cancel.is_cancelled()
            && let Some(program) = next.get(self.ahead.len())
        {
            let begun = self.begin(*program);
            self.ahead.push_back(begun);
        }
    }

    fn begin(&self, (lesson, variant): Program) -> Begun {
        let of = (lesson.clone(), variant.clone());
        let (sender, events) = channel();
        let compiled = Arc::new(AtomicBool::new(false));
        let thread = {
            let (tools, (lesson, variant), options, cancel) = (self.tools.clone(), of.clone(), self.options, self.cancel.clone());
            let compiled = Arc::clone(&compiled);
            thread::spawn(move || {
                let mut tell = |event: Event| {
                    if matches!(event, Event::Phase { phase: Phase::Running }) {
                        compiled.store(true, Ordering::Relaxed);
                    }
                    // Nobody listens when the row has ended early.
                    let _ = sender.send(event);
                };
                let checked = check::check(&tools, &lesson, &variant, options, &mut tell, &cancel);
                compiled.store(true, Ordering::Relaxed);
                checked
            })
        };
        Begun { of, events, compiled, thread: Some(thread) }
    }
}

/// A check in a thread of its own. Its end is waited for in any case, so that nothing outlives the runner.
#[derive(Debug)]
struct Begun {
    of: (Lesson, Variant),
    events: Receiver<Event>,
    compiled: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Checked, CheckError>>>,
}

impl Begun {
    fn is_of(&self, (lesson, variant): Program) -> bool {
        let (of, of_variant) = &self.of;
        (&of.root, &of.id, of.given_exercise()) == (&lesson.root, &lesson.id, lesson.given_exercise()) && of_variant == variant
    }

    /// Whether it needs the compiler no more.
    fn is_compiled(&self) -> bool {
        self.compiled.load(Ordering::Relaxed)
    }

    fn end(mut self) -> Result<Checked, CheckError> {
        let thread = self.thread.take().expect("it is taken here alone, or when this is dropped");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
