//! `lesson watch`, and `lesson` alone: a lesson is checked again with each save, until the learner goes on to
//! the next one.

mod command;
mod list;
mod plain;
mod screen;
mod state;
mod terminal;
mod view;
mod welcome;
mod worker;

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

/// Whether a screen is drawn, or lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Screen,
    Lines,
}

/// Watches the lesson that was named, or the one where the learner left off.
pub(crate) fn execute(session: &Session, id: Option<&str>, keep_going: bool, mut face: Face) -> Result<u8> {
    let progress = session.progress();
    let lesson = match id {
        Some(id) => session.catalog.lesson(id)?,
        None => left_off(session, &progress)?,
    };
    if progress.current().is_none() && face == Face::Screen {
        match welcome::ask(&lesson)? {
            Answer::Begin => {}
            Answer::Leave => return Ok(0),
            Answer::Plain => {
                session.remember(|progress| progress.plain = Some(true));
                face = Face::Lines;
            }
        }
    }
    RunFolder::sweep_abandoned(&session.course.runs());
    let (sender, inputs) = channel();
    let stop = sender.clone();
    ctrlc::set_handler(move || {
        let _ = stop.send(Input::Stop);
    })
    .context("failed to listen to signals")?;
    let mut watch = Watch::new(session, sender.clone(), lesson, keep_going);
    match face {
        Face::Screen => terminal::run(&mut watch, &inputs, &sender),
        Face::Lines => plain::run(&mut watch, &inputs, &sender),
    }
}

/// The lesson where the learner was last, and if that is done, the next one that is not.
fn left_off(session: &Session, progress: &Progress) -> Result<Lesson> {
    let ids = session.catalog.ids();
    let current = progress.current().and_then(|current| ids.iter().position(|id| *id == current)).unwrap_or(0);
    let lessons = ids.iter().cycle().skip(current).take(ids.len()).filter_map(|id| session.catalog.lesson(id.as_str()).ok());
    let pending = lessons.clone().find(|lesson| progress.state(lesson) != State::Done);
    pending.or_else(|| lessons.clone().next()).context("book/SUMMARY.md names no lesson that can be read")
}
