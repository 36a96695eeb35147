//! `lesson prepare`: fetch and build, for a class or a train.

use anyhow::Result;
use runner::catalog::Variant;
use runner::compile::{self, Compiled};
use runner::event::Event;

use crate::progress::Progress;
use crate::session::Session;
use crate::{INTERRUPTED, UNABLE};

pub(super) fn execute(session: &Session) -> Result<u8> {
    session.ready_to_run()?;
    let mut progress = Progress::new(session.live(), true);
    let mut lessons = 0;
    for id in session.catalog.ids() {
        let lesson = session.catalog.lesson(id.as_str())?;
        // The shipped program stands for the exercise: what a learner has written may not compile.
        let variant = Variant::Wrong("shipped".into());
        progress.event(&Event::Start { lesson: id.clone(), variant: variant.clone() });
        match compile::compile(&session.tools, &lesson, &variant, &mut |step| progress.event(&step.into()), &session.cancel) {
            Ok(Compiled::Addon(_)) => lessons += 1,
            Ok(Compiled::Rejected { messages, .. }) => {
                drop(progress);
                println!("{id} does not compile as it was shipped:\n{messages}");
                return Ok(UNABLE);
            }
            Err(_) if session.cancel.is_cancelled() => return Ok(INTERRUPTED),
            Err(error) => return Err(error.into()),
        }
    }
    drop(progress);
    println!("{lessons} lessons are built. They work without a network now.");
    Ok(0)
}
