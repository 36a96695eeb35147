//! The thread that checks, one thing after another, while the learner goes on.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use runner::catalog::{Lesson, Variant};
use runner::check::{self, CheckError, Checked};
use runner::process::Cancel;
use runner::run::{Options, Scale};
use runner::saves;
use runner::toolkit::Toolkit;

use super::Input;

/// A check that was asked for.
struct Job {
    number: u64,
    lesson: Lesson,
    why: bool,
    cancel: Cancel,
}

/// What came of one.
pub(crate) struct Ended {
    pub(crate) number: u64,
    pub(crate) result: Result<Checked, CheckError>,
    /// The hash of the exercise when the check had ended; none when it could not be read.
    pub(crate) on_disk: Option<String>,
}

/// Takes a check at a time. A newer one cancels the one before.
pub(crate) struct Worker {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    number: u64,
    cancel: Cancel,
}

impl Worker {
    pub(super) fn start(tools: Toolkit, inputs: Sender<Input>) -> Worker {
        let (jobs, received) = channel();
        let thread = thread::spawn(move || work(&tools, &received, &inputs));
        Worker { jobs: Some(jobs), thread: Some(thread), number: 0, cancel: Cancel::default() }
    }

    /// Begins a check and answers its number.
    pub(super) fn check(&mut self, lesson: &Lesson, why: bool) -> u64 {
        self.cancel();
        self.number += 1;
        self.cancel = Cancel::default();
        let job = Job { number: self.number, lesson: lesson.clone(), why, cancel: self.cancel.clone() };
        if let Some(jobs) = &self.jobs {
            // It is gone only when it has panicked, and then the program ends.
            let _ = jobs.send(job);
        }
        self.number
    }

    pub(super) fn cancel(&mut self) {
        self.cancel.cancel();
    }
}

impl Drop for Worker {
    /// Waits until the programs of a check have ended and their folder is gone.
    fn drop(&mut self) {
        self.cancel();
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(tools: &Toolkit, jobs: &Receiver<Job>, inputs: &Sender<Input>) {
    let _end = TellOfPanic(inputs);
    while let Ok(Job { number, lesson, why, cancel }) = jobs.recv() {
        if cancel.is_cancelled() {
            continue;
        }
        let options = Options { scale: Scale::Check, guard: false, why };
        let mut tell = |event| {
            let _ = inputs.send(Input::Event(number, event));
        };
        let result = check::check(tools, &lesson, &Variant::Exercise, options, &mut tell, &cancel);
        let on_disk = saves::look(&lesson.exercise());
        let _ = inputs.send(Input::Ended(Box::new(Ended { number, result, on_disk })));
    }
}

/// A thread that is gone would be waited for without end.
struct TellOfPanic<'a>(&'a Sender<Input>);

impl Drop for TellOfPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Input::Broken);
        }
    }
}
