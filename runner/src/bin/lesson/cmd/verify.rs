//! `lesson verify`: the law.

use anyhow::Result;
use runner::catalog::Lesson;
use runner::law;
use runner::template;

use crate::progress::Progress;
use crate::session::Session;
use crate::{FAILED, INTERRUPTED};

pub(super) fn execute(session: &Session, ids: &[String], all: bool) -> Result<u8> {
    let lessons = session.lessons(ids, all)?;
    session.ready_to_run()?;
    let (mut programs, mut faults) = (0, 0);
    for lesson in &lessons {
        println!("{}", session.paint.bold(&lesson.id));
        programs += lesson.law().len();
        faults += one(session, lesson)?;
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
    }
    println!();
    println!("{programs} programs, {faults} faults.");
    Ok(if faults == 0 { 0 } else { FAILED })
}

/// How many faults a lesson has.
fn one(session: &Session, lesson: &Lesson) -> Result<usize> {
    let ok = |text: String| println!("  {} {text}", session.paint.green("ok  "));
    let fail = |text: String| println!("  {} {text}", session.paint.red("FAIL"));
    let of_files = template::faults(lesson)?;
    let mut faults = of_files.len();
    of_files.into_iter().for_each(fail);
    for variant in lesson.law() {
        let mut progress = Progress::new(session.live(), false);
        let result = law::hold(&session.course, lesson, &variant, &mut |event| progress.event(&event), &session.cancel);
        drop(progress);
        match result {
            Ok(fact) => ok(format!("{variant}: {fact}")),
            Err(_) if session.cancel.is_cancelled() => return Ok(faults),
            Err(breach) => {
                fail(format!("{variant}: {breach}"));
                faults += 1;
            }
        }
    }
    Ok(faults)
}
