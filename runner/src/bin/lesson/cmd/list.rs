//! `lesson list`: the lessons, in the book's order.

use anyhow::Result;
use runner::overview::{Counts, Overview, Row, Topic};
use runner::progress::State;
use runner::report::paint::Paint;

use crate::cli::Format;
use crate::session::Session;

pub(super) fn execute(session: &Session, words: &[String], format: Format) -> Result<u8> {
    let mut overview = Overview::new(&session.catalog, &session.progress());
    overview.retain(words);
    if format == Format::Json {
        for row in overview.rows() {
            println!("{}", serde_json::to_string(row).expect("a row is plain data"));
        }
        return Ok(0);
    }
    if overview.topics.is_empty() {
        println!("No lesson has `{}` in its name, title, topic, goal or reports.", words.join("` and `"));
        return Ok(0);
    }
    println!("{}", session.paint.dim("  state    min  tries  lesson"));
    overview.topics.iter().for_each(|topic| print_topic(topic, session.paint));
    let counts = overview.counts();
    println!();
    println!(
        "{} of {} done, {} minutes in all, about {} left.",
        counts.done, counts.lessons, counts.minutes, counts.minutes_left
    );
    if counts.changed > 0 {
        println!("changed: it has passed, and it was edited since. `cargo lesson check ID` grades it again.");
    }
    Ok(0)
}

fn print_topic(topic: &Topic, paint: Paint) {
    let Counts { done, lessons, .. } = Counts::of(&topic.rows);
    println!("\n{}, {done} of {lessons} done", paint.bold(&topic.title));
    // The longest id of all would push the titles over the edge.
    let ids = topic.rows.iter().map(|row| &row.lesson).chain(topic.broken.iter().map(|(id, _)| id));
    let width = ids.map(|id| id.as_str().len()).max().unwrap_or(0);
    for row in &topic.rows {
        let (state, attempts) = standing(row, paint);
        println!("  {state}  {:>3}  {attempts:>5}  {:width$}  {}", row.minutes, row.lesson.as_str(), row.title);
    }
    for (id, error) in &topic.broken {
        println!("  {}               {:width$}  {error}", paint.red("broken "), id.as_str());
    }
}

/// Where a lesson stands, in seven columns, and how often it was tried; nothing if never.
pub(crate) fn standing(row: &Row, paint: Paint) -> (String, String) {
    let word = format!("{:<7}", row.state.word());
    let state = match row.state {
        State::Done => paint.green(word),
        State::Edited | State::Changed => paint.yellow(word),
        State::Untouched => word,
    };
    (state, if row.attempts == 0 { String::new() } else { row.attempts.to_string() })
}
