//! `lesson verify`: the law.

use anyhow::Result;
use runner::catalog::Lesson;
use runner::law::{self, Breach};
use runner::record;
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
    for lesson in &lessons {
        println!("{}", session.paint.bold(&lesson.id));
        one(session, lesson, &mut totals)?;
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
    }
    let Totals { programs, faults, unknown } = totals;
    println!();
    println!("{programs} programs, {faults} faults, {unknown} without a verdict.");
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

fn one(session: &Session, lesson: &Lesson, totals: &mut Totals) -> Result<()> {
    let ok = |text: String| println!("  {} {text}", session.paint.green("ok  "));
    let fail = |text: String| println!("  {} {text}", session.paint.red("FAIL"));
    let mut of_files = template::faults(lesson)?;
    of_files.extend(record::fault(lesson)?);
    totals.faults += of_files.len();
    of_files.into_iter().for_each(fail);
    for variant in lesson.law() {
        totals.programs += 1;
        let mut progress = Progress::new(session.live(), false);
        let result = law::hold(&session.course, lesson, &variant, &mut |event| progress.event(&event), &session.cancel);
        drop(progress);
        match result {
            Ok(fact) => ok(format!("{variant}: {fact}")),
            Err(_) if session.cancel.is_cancelled() => return Ok(()),
            Err(Breach::Check(error)) => {
                println!("  {} {variant}: {error}", session.paint.yellow("?   "));
                totals.unknown += 1;
            }
            Err(breach) => {
                fail(format!("{variant}: {breach}"));
                totals.faults += 1;
            }
        }
    }
    Ok(())
}
