//! `lesson watch`, and `lesson` alone: a lesson is checked again with each save, until the learner goes on to
//! the next one.

mod command;
mod editor;
mod lines;
mod list;
mod screen;
mod state;
mod terminal;
mod view;
mod welcome;
mod worker;

use std::io::{IsTerminal, stdin};
use std::sync::mpsc::channel;

use anyhow::{Context, Result};
use ratatui::crossterm::event::KeyEvent;
use runner::catalog::{Lesson, LessonId};
use runner::event::Event;
use runner::process::RunFolder;
use runner::progress::{Progress, State};
use runner::saves::Notice;

use crate::session::Session;
use state::Watch;
use welcome::Answer;
use worker::Ended;

/// What can happen.
pub(crate) enum Input {
    Key(KeyEvent),
    Line(String),
    NoMoreLines,
    /// The terminal has another size.
    Resize,
    /// The exercise of this lesson was saved.
    Saved(LessonId, Notice),
    /// Of the check with this number.
    Event(u64, Event),
    Ended(Box<Ended>),
    /// A signal, or a terminal that is gone.
    Stop,
    /// A thread has panicked.
    Broken,
}

/// Watches the lesson that was named, or the one where the learner left off: on a screen, or in lines.
pub(crate) fn execute(mut session: Session, id: Option<&str>, keep_going: bool) -> Result<u8> {
    let progress = session.progress();
    let lesson = match id {
        Some(id) => session.catalog.lesson(id)?,
        None => left_off(&session, &progress)?,
    };
    // What is drawn is on stdout, and keys come from stdin.
    if !stdin().is_terminal() && !session.plain {
        session.make_plain();
    }
    if let Some(asked) = session.asked_plain.filter(|asked| progress.plain.unwrap_or(false) != *asked) {
        session.remember(|progress| progress.plain = Some(asked));
    }
    if progress.current().is_none() && stdin().is_terminal() {
        match welcome::ask(&session.pack, &lesson, session.plain)? {
            Answer::Begin => {}
            Answer::Leave => return Ok(0),
            Answer::Plain => {
                session.remember(|progress| progress.plain = Some(true));
                session.make_plain();
            }
        }
    }
    RunFolder::sweep_abandoned(&session.tools.runs());
    session.ready_to_edit();
    let (sender, inputs) = channel();
    let stop = sender.clone();
    ctrlc::set_handler(move || {
        let _ = stop.send(Input::Stop);
    })
    .context("failed to listen to signals")?;
    let mut watch = Watch::new(&session, sender.clone(), lesson, keep_going);
    if session.plain { lines::run(&mut watch, &inputs, &sender) } else { terminal::run(&mut watch, &inputs, &sender) }
}

/// The lesson where the learner was last, and if that is done, the next one that is not.
fn left_off(session: &Session, progress: &Progress) -> Result<Lesson> {
    let ids = session.catalog.ids();
    let current = progress.current().and_then(|current| ids.iter().position(|id| *id == current)).unwrap_or(0);
    let lessons = ids.iter().cycle().skip(current).take(ids.len()).filter_map(|id| session.catalog.lesson(id.as_str()).ok());
    let pending = lessons.clone().find(|lesson| progress.state(lesson) != State::Done);
    pending.or_else(|| lessons.clone().next()).context("book/SUMMARY.md names no lesson that can be read")
}
