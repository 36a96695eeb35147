//! `lesson record`: what the book shows of a lesson.

use anyhow::Result;
use runner::record::{self, RecordError};

use crate::progress::Progress;
use crate::session::{Lessons, Session};
use crate::{FAILED, INTERRUPTED, UNABLE};

pub(super) fn execute(session: &Session, ids: &[String], all: bool) -> Result<u8> {
    let Lessons { sound: lessons, broken } = session.lessons(ids, all)?;
    session.ready_to_run()?;
    let mut code = if broken.is_empty() { 0 } else { UNABLE };
    for (id, error) in broken {
        println!("{} {id}: {error}", session.paint.red("FAIL"));
    }
    for lesson in &lessons {
        let mut progress = Progress::new(session.live(), false);
        let record = record::record(&session.tools, lesson, &mut |event| progress.event(&event), &session.cancel);
        drop(progress);
        if session.cancel.is_cancelled() {
            return Ok(INTERRUPTED);
        }
        match record.and_then(|record| record::write(lesson, &record).map(|()| record)) {
            Ok(record) => {
                let programs = record.verdicts.len();
                println!("{} {}: {programs} programs on Node {}", session.paint.green("ok  "), lesson.id, record.versions.node);
            }
            Err(error) => {
                println!("{} {}: {error}", session.paint.red("FAIL"), lesson.id);
                // A law that is broken weighs more than one that nobody knows of, whichever comes first.
                code = if code == FAILED || matches!(error, RecordError::Law { .. }) { FAILED } else { UNABLE };
            }
        }
    }
    Ok(code)
}
