//! `lesson list`: the lessons, in the book's order.

use anyhow::Result;
use runner::progress::State;

use crate::session::Session;

pub(super) fn execute(session: &Session) -> Result<u8> {
    let width = session.catalog.ids().iter().map(|id| id.as_str().len()).max().unwrap_or(0);
    let progress = session.progress();
    let (mut solved, mut minutes) = (0, 0);
    for id in session.catalog.ids() {
        match session.catalog.lesson(id.as_str()) {
            Ok(lesson) => {
                let manifest = &lesson.manifest;
                let state = match progress.state(&lesson) {
                    State::Untouched => "       ".to_owned(),
                    State::Edited => session.paint.yellow("edited "),
                    State::Changed => session.paint.yellow("changed"),
                    State::Done => session.paint.green("solved "),
                };
                solved += u32::from(state.contains("solved"));
                minutes += manifest.minutes;
                println!("{state} {:width$} {:>3} min  {}", id.as_str(), manifest.minutes, manifest.title);
            }
            Err(error) => println!("broken  {:width$}  {error}", id.as_str()),
        }
    }
    println!();
    println!("{solved} of {} solved, {minutes} minutes in all.", session.catalog.ids().len());
    Ok(0)
}
