//! The face in lines: nothing is drawn again, and each thing is said once. For screen readers, for pipes, and
//! for terminals that can't do more.

use std::io::{BufRead, stdin};
use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use anyhow::Result;
use runner::catalog::LessonId;
use runner::report::paint::Paint;

use super::state::{Next, View, Watch, Work};
use super::view;
use super::{Input, editor};

/// Goes on until the learner quits or no more lines come; then what is under way comes to its end.
pub(super) fn run(watch: &mut Watch, inputs: &Receiver<Input>, sender: &Sender<Input>) -> Result<u8> {
    read_lines(sender.clone());
    let mut said = Said::default();
    said.news(watch);
    let mut no_more_lines = false;
    while let Ok(input) = inputs.recv() {
        match input {
            Input::NoMoreLines => no_more_lines = true,
            input => match watch.input(input)? {
                Next::Continue => said.news(watch),
                Next::Show => {
                    said.news(watch);
                    show(watch);
                }
                Next::Quit(code) => return Ok(code),
                Next::Suspend => {}
                Next::Open(file, line) => {
                    watch.message = editor::open(watch, &file, line, None);
                    said.news(watch);
                }
            },
        }
        if no_more_lines && !matches!(watch.work, Work::Checking(_)) {
            return Ok(0);
        }
    }
    Ok(0)
}

fn read_lines(sender: Sender<Input>) {
    thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if sender.send(Input::Line(line)).is_err() {
                return;
            }
        }
        let _ = sender.send(Input::NoMoreLines);
    });
}

/// What was said already.
#[derive(Default)]
struct Said {
    lesson: Option<LessonId>,
    phase: String,
    polling: bool,
}

impl Said {
    /// Says what is new besides the body.
    fn news(&mut self, watch: &mut Watch) {
        if self.lesson.as_ref() != Some(&watch.lesson.id) {
            self.lesson = Some(watch.lesson.id.clone());
            println!();
            println!("{}, {}", view::title(watch, Paint::plain()), view::done(watch));
            println!("Edit {}", watch.lesson.relative(&watch.exercise()).display());
        }
        if let Some(message) = watch.message.take() {
            println!("{message}");
        }
        if let Some(question) = &watch.question {
            println!("{}", view::question(question));
        }
        if let Some(reason) = &watch.polling
            && !std::mem::replace(&mut self.polling, true)
        {
            println!("Saves are found by looking five times a second: {reason}.");
        }
        let phase = match &watch.work {
            Work::Checking(checking) if checking.phase.is_some() => view::phase(checking),
            _ => String::new(),
        };
        // How many crates there are is not said again and again.
        let begins = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
        if !phase.is_empty() && begins(&phase) != begins(&self.phase) {
            println!("{} …", begins(&phase));
        }
        self.phase = phase;
    }
}

/// Says the list, or the body.
fn show(watch: &mut Watch) {
    let plain = Paint::plain();
    if let Some(list) = watch.list.take() {
        for row in list.shown() {
            let number = watch.rows.iter().position(|other| other.lesson == row.lesson).map_or(0, |place| place + 1);
            println!("{number:>3} {}", view::row(row, plain));
        }
        println!("{}; `go NUMBER` or `go ID` goes to a lesson.", view::done(watch));
        return;
    }
    if watch.view == View::Verdict {
        println!("{}", view::status(watch, plain));
        view::gauges(watch).iter().for_each(|gauge| println!("  {gauge}"));
    }
    let body = if watch.view == View::Memory { view::memory_in_words(watch) } else { view::body(watch, plain) };
    println!("{}", body.trim_end());
}
