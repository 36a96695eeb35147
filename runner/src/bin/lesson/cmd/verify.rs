//! `lesson verify`: the law.

use anyhow::Result;
use runner::ahead::{Program, Row};
use runner::catalog::{Lesson, Variant};
use runner::law::{self, Breach};
use runner::number::plural;
use runner::record;
use runner::run::Options;
use runner::template;

use crate::progress::Progress;
use crate::session::{Lessons, Session};
use crate::{FAILED, INTERRUPTED, UNABLE};

pub(super) fn execute(session: &Session, ids: &[String], all: bool) -> Result<u8> {
    let Lessons { sound: lessons, broken } = session.lessons(ids, all)?;
    session.ready_to_run()?;
    let mut totals = Totals { faults: broken.len(), ..Totals::default() };
    for (id, error) in broken {
        println!("{}\n  {} {error}", session.paint.bold(id), session.paint.red("FAIL"));
    }
    let programs: Vec<(&Lesson, Variant)> =
        lessons.iter().flat_map(|lesson| lesson.law().into_iter().map(move |variant| (lesson, variant))).collect();
    let programs: Vec<Program> = programs.iter().map(|(lesson, variant)| (*lesson, variant)).collect();
    let mut rest = &programs[..];
    let mut row = Row::new(session.tools.clone(), Options::CHECK, session.cancel.clone());
    for lesson in &lessons {
        println!("{}", session.paint.bold(&lesson.id));
        of_files(session, lesson, &mut totals)?;
        while let Some((program, next)) = rest.split_first().filter(|((of, _), _)| of.id == lesson.id) {
            one(session, &mut row, *program, next, &mut totals);
            if session.cancel.is_cancelled() {
                return Ok(INTERRUPTED);
            }
            rest = next;
        }
    }
    let Totals { programs, faults, unknown } = totals;
    println!();
    let [programs, said] = [(programs, "program"), (faults, "fault")].map(|(number, noun)| plural(number as f64, noun));
    println!("{programs}, {said}, {unknown} without a verdict.");
    Ok(match (faults, unknown) {
        (0, 0) => 0,
        (0, _) => UNABLE,
        _ => FAILED,
    })
}

#[derive(Default)]
struct Totals {
    programs: usize,
    faults: usize,
    /// Programs that could not be run here.
    unknown: usize,
}

fn ok(session: &Session, text: &str) {
    println!("  {} {text}", session.paint.green("ok  "));
}

fn fail(session: &Session, text: &str, totals: &mut Totals) {
    println!("  {} {text}", session.paint.red("FAIL"));
    totals.faults += 1;
}

fn of_files(session: &Session, lesson: &Lesson, totals: &mut Totals) -> Result<()> {
    let mut faults = template::faults(lesson)?;
    faults.extend(record::fault(lesson)?);
    faults.iter().for_each(|fault| fail(session, fault, totals));
    Ok(())
}

fn one(session: &Session, row: &mut Row, program: Program, next: &[Program], totals: &mut Totals) {
    let (_, variant) = program;
    totals.programs += 1;
    let mut progress = Progress::new(session.live(), false);
    let result = law::hold(row, program, next, &mut |event| progress.event(&event));
    drop(progress);
    match result {
        Ok(fact) => ok(session, &format!("{variant}: {fact}")),
        Err(_) if session.cancel.is_cancelled() => {}
        Err(Breach::Check(error)) => {
            println!("  {} {variant}: {error}", session.paint.yellow("?   "));
            totals.unknown += 1;
        }
        Err(breach) => fail(session, &format!("{variant}: {breach}"), totals),
    }
}
