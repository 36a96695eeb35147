//! `lesson solution`: shown freely when the exercise is solved, and after a question before.

use std::fs;
use std::io::{IsTerminal, Write, stdin, stdout};

use anyhow::{Context, Result};
use runner::catalog::Variant;
use runner::progress::State;

use crate::session::Session;
use crate::{FAILED, UNABLE};

pub(super) fn execute(session: &Session, id: &str, yes: bool) -> Result<u8> {
    let lesson = session.catalog.lesson(id)?;
    if !yes && session.progress().state(&lesson) != State::Done {
        if !stdin().is_terminal() {
            eprintln!("{id} is not solved yet. To see its solution all the same, add --yes.");
            return Ok(UNABLE);
        }
        if !confirm(&format!("{id} is not solved yet. Show its solution?"))? {
            return Ok(FAILED);
        }
    }
    let path = lesson.source(&Variant::Solution)?;
    let solution = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
    println!("{}", session.paint.dim(lesson.relative(&path).display()));
    println!();
    print!("{solution}");
    Ok(0)
}

/// Asks a question that `y` answers with yes, and anything else with no.
pub(super) fn confirm(question: &str) -> Result<bool> {
    print!("{question} [y/N] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
