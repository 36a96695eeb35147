//! `lesson progress`: how far the learner is, and what comes next.

use anyhow::Result;
use runner::overview::{Counts, Overview};
use runner::report::width::{columns, pad};
use serde::Serialize;

use crate::cli::Format;
use crate::session::Session;

/// What `--format json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    counts: Counts,
    current: Option<&'a str>,
    next: Option<&'a str>,
    topics: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    topic: &'a str,
    #[serde(flatten)]
    counts: Counts,
}

pub(super) fn execute(session: &Session, format: Format) -> Result<u8> {
    let overview = Overview::new(&session.catalog, &session.progress());
    let counts = overview.counts();
    let next = overview.next();
    let parts = || overview.topics.iter().map(|topic| Part { topic: &topic.title, counts: Counts::of(&topic.rows) });
    if format == Format::Json {
        let current = overview.current.as_ref().map(|id| id.as_str());
        let report = Report { counts, current, next: next.map(|row| row.lesson.as_str()), topics: parts().collect() };
        println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
        return Ok(0);
    }
    println!("{}", session.paint.bold(format!("{} of {} lessons done", counts.done, counts.lessons)));
    if counts.changed > 0 {
        println!("{} changed since they were done", counts.changed);
    }
    if counts.edited > 0 {
        println!("{} edited, not done yet", counts.edited);
    }
    if counts.attempts > 0 {
        println!("{} of your versions were graded", counts.attempts);
    }
    println!("about {} of {} minutes left", counts.minutes_left, counts.minutes);
    println!();
    let width = parts().map(|part| columns(part.topic)).max().unwrap_or(0);
    for Part { topic, counts } in parts() {
        println!("{}  {} of {}", pad(topic, width), counts.done, counts.lessons);
    }
    println!();
    if let Some(current) = &overview.current {
        println!("Last    {current}");
    }
    match next {
        Some(row) => println!("Next    {}  {}, {} minutes", row.lesson, row.title, row.minutes),
        None => println!("That is all of them."),
    }
    Ok(0)
}
