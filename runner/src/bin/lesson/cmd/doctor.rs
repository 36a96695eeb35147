//! `lesson doctor`: compiles and loads a real add-on, and says what is missing.

use anyhow::Result;
use runner::catalog::Variant;
use runner::check::{self, CheckError, Checked};
use runner::compile::CompileError;
use runner::doctor::{self, Layer};
use runner::grade::Verdict;
use runner::run::{Options, Scale};

use crate::progress::Progress;
use crate::session::Session;
use crate::{INTERRUPTED, UNABLE};

pub(super) fn execute(session: &Session) -> Result<u8> {
    session.ready_to_run()?;
    let mut sound = true;
    let mut say = |ok: bool, text: &str| {
        sound &= ok;
        let mark = if ok { session.paint.green("ok  ") } else { session.paint.red("FAIL") };
        println!("{mark}  {}", text.replace('\n', "\n      "));
    };
    match doctor::rust(&session.pack, &session.tools, &session.cancel) {
        Ok(version) => say(true, &version),
        Err(fault) => say(false, &fault),
    }
    match doctor::node(&session.pack, &session.tools, &session.cancel) {
        Ok(version) => say(true, &version),
        Err(fault) => say(false, &fault),
    }
    let Some(first) = session.catalog.ids().first() else {
        say(false, "book/SUMMARY.md names no lesson");
        return Ok(UNABLE);
    };
    let lesson = session.catalog.lesson(first.as_str())?;
    let mut progress = Progress::new(session.live(), true);
    let mut events = |event| progress.event(&event);
    let options = Options { scale: Scale::Check, guard: true, why: true };
    let checked = check::check(&session.tools, &lesson, &Variant::Solution, options, &mut events, &session.cancel);
    drop(progress);
    match checked {
        // A verdict that stays open has its reason among the layers of evidence.
        Ok(Checked { outcome, ran: Some((recording, _)), .. }) if outcome.verdict != Verdict::Failed => {
            say(true, &format!("an add-on compiles, loads and is graded ({first})"));
            for Layer { tells, missing, graded } in doctor::layers(&recording) {
                match missing {
                    None => say(true, &format!("evidence: {tells}")),
                    Some(missing) if graded => say(false, &format!("no evidence: {tells}\n{missing}")),
                    Some(missing) => println!("{}  no evidence: {tells}\n      {missing}", session.paint.yellow("note")),
                }
            }
        }
        Ok(checked) => {
            say(false, &format!("the solution of {first} does not pass: {:?}", checked.outcome.failed().collect::<Vec<_>>()))
        }
        Err(CheckError::Compile(CompileError::NoLinker)) => say(false, &doctor::no_linker()),
        Err(error) => say(false, &error.to_string()),
    }
    if session.cancel.is_cancelled() {
        return Ok(INTERRUPTED);
    }
    println!();
    println!("{}", if sound { "All lessons can be run and graded here." } else { "See above for what is missing." });
    Ok(if sound { 0 } else { UNABLE })
}
