//! `lesson check --from`: the exercises of others, by the checks of this checkout.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Instant;

use anyhow::Result;
use runner::catalog::{CatalogError, Edits, Lesson, LessonId};
use runner::check::Checked;
use runner::event::Event;
use runner::hand_in::{HandIn, Refusal};
use runner::report::junit::{CaseResult, Reason};
use runner::report::verdict::{self, Detail};

use super::junit::Report;
use super::table::{self, Mark};
use super::{Grader, Totals, json};
use crate::INTERRUPTED;
use crate::cli::{CheckArgs, Format};
use crate::cmd::Usage;
use crate::session::{Lessons, Session};

/// How many exercises are read before their turn.
const MOST_AHEAD: usize = 16;

pub(super) fn execute(session: &Session, args: &CheckArgs, lessons: Lessons, mut report: Report) -> Result<u8> {
    let mut hand_ins = Vec::new();
    let mut names = BTreeSet::new();
    for folder in &args.from {
        let hand_in = HandIn::open(folder).map_err(|error| {
            let hint = match error.kind() {
                // With a roster beside them.
                ErrorKind::NotADirectory => "; `class/*/` with the slash at its end names the folders alone",
                _ => "",
            };
            Usage(format!("{}: {error}{hint}", folder.display()))
        })?;
        // Two rows of one name would be one to whoever reads them.
        if !names.insert(hand_in.name.clone()) {
            return Err(Usage(format!("{} was named twice", hand_in.name)).into());
        }
        hand_ins.push(hand_in);
    }
    session.ready_to_run()?;
    let mut grader = Grader::new(session, args);
    let columns = in_order(session, lessons);
    let ids: Vec<LessonId> = columns.iter().map(|(id, _)| id.clone()).collect();
    let mut totals = Totals::default();
    let mut rows: Vec<(String, Vec<Mark>)> =
        hand_ins.iter().map(|hand_in| (hand_in.name.clone(), vec![Mark::Elsewhere; columns.len()])).collect();
    let pairs = (0..hand_ins.len()).flat_map(|row| (0..columns.len()).map(move |column| (row, column)));
    let pairs = args.partition.of(pairs);
    let alone = pairs.len() == 1;
    let mut shown = None;
    for (index, &(row, column)) in pairs.iter().enumerate() {
        let (hand_in, (id, lesson)) = (&hand_ins[row], &columns[column]);
        if args.format == Format::Text && shown.replace(row) != Some(row) {
            println!("{}", session.paint.bold(&hand_in.name));
        }
        let begun = Instant::now();
        // What is missing or refused needs no time. A few are enough for all cores.
        let next = pairs[index + 1..].iter().filter_map(|(row, column)| handed_in(&hand_ins[*row], &columns[*column].1));
        let next: Vec<Lesson> = next.take(MOST_AHEAD).collect();
        let Graded { mark, result, checked } = one(&mut grader, hand_in, id, lesson, &next);
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
        if args.format == Format::Text {
            let reason = match &result {
                CaseResult::Passed => "",
                CaseResult::Failure(reason) | CaseResult::Error(reason) => &reason.message,
            };
            match checked.filter(|_| alone) {
                // Its lines are those of the person's file, so there are no links to this checkout's.
                Some(checked) => print!("{}", verdict::text(id, &args.variant, &checked, Detail::Full, session.paint)),
                None => println!("{}", table::line(mark, id, reason, session.paint)),
            }
        }
        rows[row].1[column] = mark;
        totals.count(&result);
        report.add(&hand_in.name, id, begun.elapsed().as_secs_f64(), result);
    }
    for (name, _) in rows.iter().filter(|(_, marks)| marks.iter().all(|mark| *mark == Mark::Missing)) {
        eprintln!("warning: {name} has none of these, neither in lessons/topic/slug/ nor in topic/slug/");
    }
    match args.format {
        Format::Json => json(&totals.event()),
        Format::Text => print!("\n{}", table::text(&rows, &ids)),
    }
    report.write()?;
    Ok(totals.exit_code())
}

/// All lessons in the book's order, also those whose manifest is broken.
fn in_order(session: &Session, lessons: Lessons) -> Vec<(LessonId, Result<Lesson, CatalogError>)> {
    let sound = lessons.sound.into_iter().map(|lesson| (lesson.id.clone(), Ok(lesson)));
    let mut all: Vec<_> = sound.chain(lessons.broken.into_iter().map(|(id, error)| (id, Err(error)))).collect();
    all.sort_by_key(|(id, _)| session.catalog.ids().iter().position(|known| known == id));
    all.dedup_by(|(a, _), (b, _)| a == b);
    all
}

struct Graded {
    mark: Mark,
    result: CaseResult,
    checked: Option<Checked>,
}

/// A lesson with the exercise that was handed in for it; none when there is nothing to compile.
fn handed_in(hand_in: &HandIn, lesson: &Result<Lesson, CatalogError>) -> Option<Lesson> {
    let lesson = lesson.as_ref().ok()?;
    Some(lesson.clone().with_exercise(hand_in.exercise(&lesson.id, lesson.manifest.edits).ok()?))
}

fn one(grader: &mut Grader, hand_in: &HandIn, id: &LessonId, lesson: &Result<Lesson, CatalogError>, next: &[Lesson]) -> Graded {
    let edits = lesson.as_ref().map_or(Edits::Rust, |lesson| lesson.manifest.edits);
    let text = hand_in.exercise(id, edits);
    let mut progress = grader.session.status();
    let refused = text.as_ref().err().map(Refusal::to_string);
    let event = Event::HandIn { folder: hand_in.name.clone(), lesson: id.clone(), refused };
    match grader.format {
        Format::Json => json(&event),
        Format::Text => progress.event(&event),
    }
    let text = match text {
        Ok(text) => text,
        // It is the other's to mend, as a bug is.
        Err(refusal) => {
            let mark = if refusal == Refusal::Missing { Mark::Missing } else { Mark::Refused };
            return Graded { mark, result: CaseResult::Failure(Reason::from(refusal.to_string())), checked: None };
        }
    };
    let graded = match lesson {
        Ok(lesson) => {
            let lesson = lesson.clone().with_exercise(text);
            grader.grade(&lesson, next, &mut progress)
        }
        Err(error) => Err(error.to_string()),
    };
    drop(progress);
    match graded {
        Ok(checked) => {
            let result = CaseResult::of(id, grader.variant, &checked);
            Graded { mark: Mark::from(checked.outcome.verdict), result, checked: Some(checked) }
        }
        Err(message) => {
            if grader.format == Format::Json {
                grader.no_verdict(id, &message);
            }
            Graded { mark: Mark::Undecided, result: CaseResult::Error(message.into()), checked: None }
        }
    }
}
