//! `lesson check`: verdicts.

use std::io::{Write, stdout};

use anyhow::Result;
use runner::catalog::{Lesson, LessonId, Variant};
use runner::check::{self, CheckError};
use runner::event::Event;
use runner::grade::Verdict;
use runner::progress::State;
use runner::report::verdict::{self, Detail};
use runner::run::Options;

use crate::cli::Format;
use crate::progress::Progress;
use crate::session::{Lessons, Session};
use crate::{FAILED, INTERRUPTED, UNABLE};

#[derive(Default)]
struct Totals {
    passed: u32,
    failed: u32,
    undecided: u32,
}

pub(super) fn execute(session: &Session, ids: &[String], all: bool, variant: &Variant, format: Format) -> Result<u8> {
    // All names are looked at before the first one is run.
    let Lessons { sound: lessons, broken } = session.lessons(ids, all)?;
    for lesson in &lessons {
        lesson.source(variant)?;
    }
    session.ready_to_run()?;

    let mut totals = Totals { undecided: broken.len() as u32, ..Totals::default() };
    for (id, error) in &broken {
        no_verdict(session, id, variant, format, error.to_string());
    }
    for lesson in &lessons {
        // The details of many lessons at once would hide which of them failed.
        let detail = if lessons.len() == 1 { Detail::Full } else { Detail::Brief };
        let count = match one(session, lesson, variant, format, detail)? {
            Some(Verdict::Passed) => &mut totals.passed,
            Some(Verdict::Failed) => &mut totals.failed,
            Some(Verdict::Undecided) | None => &mut totals.undecided,
        };
        *count += 1;
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
    }
    let Totals { passed, failed, undecided } = totals;
    let exit_code = match (failed, undecided) {
        (1.., _) => FAILED,
        (0, 1..) => UNABLE,
        (0, 0) => 0,
    };
    match format {
        Format::Json => json(&Event::Outcome { passed, failed, undecided, exit_code }),
        Format::Text => close(session, &lessons, variant, &totals),
    }
    Ok(exit_code)
}

/// The verdict on one lesson; none when there is no way to one.
fn one(session: &Session, lesson: &Lesson, variant: &Variant, format: Format, detail: Detail) -> Result<Option<Verdict>> {
    let mut progress = Progress::new(session.live(), false);
    let mut events = |event: Event| match format {
        Format::Json => json(&event),
        Format::Text => progress.event(&event),
    };
    let checked = check::check(&session.course, lesson, variant, Options::CHECK, &mut events, &session.cancel);
    drop(progress);
    match checked {
        Ok(checked) => {
            if format == Format::Text {
                print!("{}", verdict::text(&lesson.id, variant, &checked, detail, session.paint));
            }
            if *variant == Variant::Exercise {
                session.remember(|progress| {
                    // Of many lessons none is the one that the learner is at.
                    if detail == Detail::Full {
                        progress.set_current(&lesson.id);
                    }
                    progress.graded(lesson, &checked.source_hash, checked.outcome.verdict);
                });
            }
            Ok(Some(checked.outcome.verdict))
        }
        Err(error) if error.is_cancelled() => Ok(None),
        Err(error) => {
            no_verdict(session, &lesson.id, variant, format, advice(&error));
            Ok(None)
        }
    }
}

fn no_verdict(session: &Session, id: &LessonId, variant: &Variant, format: Format, message: String) {
    match format {
        Format::Json => json(&Event::Error { lesson: id.clone(), variant: variant.clone(), message }),
        Format::Text => println!("{}  {id}\n  {}", session.paint.yellow("no verdict"), message.replace('\n', "\n  ")),
    }
}

fn json(event: &Event) {
    let line = serde_json::to_string(event).expect("an event is plain data");
    // A reader that has gone away has seen enough.
    let _ = writeln!(stdout(), "{line}");
}

fn close(session: &Session, lessons: &[Lesson], variant: &Variant, totals: &Totals) {
    let Totals { passed, failed, undecided } = totals;
    println!();
    match variant {
        Variant::Exercise => println!("{passed} of {} solved.", lessons.len()),
        other => println!("{other}: {passed} passed, {failed} failed, {undecided} undecided."),
    }
    let progress = session.progress();
    let untouched = lessons.iter().filter(|lesson| progress.state(lesson) == State::Untouched).count();
    if *variant != Variant::Exercise || untouched == 0 {
        return;
    }
    if untouched == lessons.len() && lessons.len() > 1 {
        println!("Expected in a fresh clone: every exercise ships with its bug.");
    } else if untouched > 0 {
        println!("{untouched} not touched yet: an exercise ships with its bug.");
    }
    if let Some(first) = lessons.iter().find(|lesson| progress.state(lesson) != State::Done) {
        println!();
        println!("Edit    {}", first.relative(&first.file("exercise.rs")).display());
        println!("Check   cargo lesson check {}", first.id);
        println!("Hint    cargo lesson hint {}", first.id);
    }
}

/// Answers a command that could not come to a result.
pub(super) fn unable(error: CheckError) -> Result<u8> {
    if error.is_cancelled() {
        return Ok(INTERRUPTED);
    }
    eprintln!("error: {}", advice(&error));
    Ok(UNABLE)
}

/// The error, and what to do.
pub(crate) fn advice(error: &CheckError) -> String {
    format!("{error}\n`cargo lesson doctor` says what this machine lacks")
}
