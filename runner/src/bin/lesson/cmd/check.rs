//! `lesson check`: verdicts.

mod hand_ins;
mod junit;
mod table;

use std::io::{Write, stdout};
use std::time::Instant;

use anyhow::Result;
use runner::ahead::Row;
use runner::catalog::{Lesson, LessonId, Variant};
use runner::check::{CheckError, Checked};
use runner::event::Event;
use runner::progress::State;
use runner::report::junit::CaseResult;
use runner::report::verdict::{self, Detail};
use runner::run::Options;
use runner::toolkit::Toolkit;

use crate::cli::{CheckArgs, Format};
use crate::progress::Progress;
use crate::session::{Lessons, Session};
use crate::{FAILED, INTERRUPTED, UNABLE};

use junit::Report;

#[derive(Default)]
struct Totals {
    passed: u32,
    failed: u32,
    undecided: u32,
}

impl Totals {
    fn count(&mut self, result: &CaseResult) {
        *match result {
            CaseResult::Passed => &mut self.passed,
            CaseResult::Failure(_) => &mut self.failed,
            CaseResult::Error(_) => &mut self.undecided,
        } += 1;
    }

    fn exit_code(&self) -> u8 {
        match (self.failed, self.undecided) {
            (1.., _) => FAILED,
            (0, 1..) => UNABLE,
            (0, 0) => 0,
        }
    }

    fn event(&self) -> Event {
        let Totals { passed, failed, undecided } = *self;
        Event::Outcome { passed, failed, undecided, exit_code: self.exit_code() }
    }
}

pub(super) fn execute(session: &Session, args: &CheckArgs) -> Result<u8> {
    // All names are looked at before the first one is run.
    let lessons = session.lessons(&args.ids, args.all)?;
    for lesson in &lessons.sound {
        lesson.source(&args.variant)?;
    }
    let report = Report::open(args.junit.as_deref())?;
    if !args.from.is_empty() {
        return hand_ins::execute(session, args, lessons, report);
    }
    own(session, args, lessons, report)
}

/// The exercises of this checkout, or other programs of its lessons.
fn own(session: &Session, args: &CheckArgs, lessons: Lessons, mut report: Report) -> Result<u8> {
    let CheckArgs { variant, format, .. } = args;
    let broken = args.partition.of(lessons.broken);
    let lessons = args.partition.of(lessons.sound);
    session.ready_to_run()?;
    let mut grader = Grader::new(session, args);
    let topic = |id: &LessonId| {
        let topic = session.catalog.topics().iter().find(|topic| topic.ids.contains(id));
        topic.map_or_else(|| id.topic().to_owned(), |topic| topic.title.clone())
    };

    let mut totals = Totals::default();
    let mut add = |id: &LessonId, seconds, result: CaseResult| {
        totals.count(&result);
        report.add(&topic(id), id, seconds, result);
    };
    for (id, error) in &broken {
        grader.no_verdict(id, &error.to_string());
        add(id, 0.0, CaseResult::Error(error.to_string().into()));
    }
    for (index, lesson) in lessons.iter().enumerate() {
        let begun = Instant::now();
        // The details of many lessons at once would hide which of them failed.
        let detail = if lessons.len() == 1 { Detail::Full } else { Detail::Brief };
        let mut progress = session.status();
        let graded = grader.grade(lesson, &lessons[index + 1..], &mut progress);
        drop(progress);
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
        let result = graded.as_ref().map_or_else(
            |message| CaseResult::Error(message.clone().into()),
            |checked| CaseResult::of(&lesson.id, variant, checked),
        );
        match graded {
            Ok(checked) => {
                if *format == Format::Text {
                    let text = verdict::text(&lesson.id, variant, &checked, detail, session.paint);
                    print!("{}", session.links.in_text(&text));
                }
                if *variant == Variant::Exercise {
                    remember(session, lesson, &checked, detail);
                }
            }
            Err(message) => grader.no_verdict(&lesson.id, &message),
        }
        add(&lesson.id, begun.elapsed().as_secs_f64(), result);
    }
    match format {
        Format::Json => json(&totals.event()),
        Format::Text => close(session, &lessons, variant, &totals),
    }
    report.write()?;
    Ok(totals.exit_code())
}

/// Grades one lesson after the other.
struct Grader<'a> {
    session: &'a Session,
    variant: &'a Variant,
    format: Format,
    row: Row,
}

impl<'a> Grader<'a> {
    fn new(session: &'a Session, args: &'a CheckArgs) -> Grader<'a> {
        // Whether rustc's messages have colours: a report has none.
        let colour = session.tools.colour && args.junit.is_none();
        let tools = Toolkit { colour, ..session.tools.clone() };
        let row = Row::new(tools, Options::CHECK, session.cancel.clone());
        Grader { session, variant: &args.variant, format: args.format, row }
    }

    /// What is known of a lesson; when there is no way to a verdict, why, and what to do.
    fn grade(&mut self, lesson: &Lesson, next: &[Lesson], progress: &mut Progress) -> Result<Checked, String> {
        let (variant, format) = (self.variant, self.format);
        let mut events = |event: Event| match format {
            Format::Json => json(&event),
            Format::Text => progress.event(&event),
        };
        let next: Vec<_> = next.iter().map(|next| (next, variant)).collect();
        let checked = self.row.check((lesson, variant), &next, &mut events);
        checked.map_err(|error| error.advice())
    }

    fn no_verdict(&self, id: &LessonId, message: &str) {
        let message = message.to_owned();
        match self.format {
            Format::Json => json(&Event::Error { lesson: id.clone(), variant: self.variant.clone(), message }),
            Format::Text => println!("{}  {id}\n  {}", self.session.paint.yellow("no verdict"), message.replace('\n', "\n  ")),
        }
    }
}

fn remember(session: &Session, lesson: &Lesson, checked: &Checked, detail: Detail) {
    session.remember(|progress| {
        // Of many lessons none is the one that the learner is at.
        if detail == Detail::Full {
            progress.set_current(&lesson.id);
        }
        progress.graded(lesson, &checked.source_hash, checked.outcome.verdict);
    });
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
        let exercise = first.exercise();
        println!("Edit    {}", session.links.in_text(&first.relative(&exercise).to_string_lossy()));
        println!("Check   cargo lesson check {}", first.id);
        println!("Hint    cargo lesson hint {}", first.id);
    }
}

/// Answers a command that could not come to a result.
pub(super) fn unable(error: CheckError) -> Result<u8> {
    if error.is_cancelled() {
        return Ok(INTERRUPTED);
    }
    eprintln!("error: {}", error.advice());
    Ok(UNABLE)
}
