//! One file for each command.

mod book;
mod check;
mod completions;
mod doctor;
mod edit;
mod hint;
mod list;
mod man;
mod new;
mod prepare;
mod progress;
mod record;
mod reset;
mod run;
mod solution;
mod verify;
mod welcome;
mod workspace;

use book::Pages;
pub(crate) use list::standing;

use std::io::{IsTerminal, stdin, stdout};

use anyhow::Result;

use crate::cli::{Cli, Command};
use crate::session::Session;
use crate::watch;

/// An error in how the command was used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Runs the command that was typed, and answers with the exit code.
pub(crate) fn execute(cli: Cli) -> Result<u8> {
    // These need no course.
    match &cli.command {
        Some(Command::Supervise) => return Ok(runner::process::supervise()),
        Some(Command::Man { of }) => return man::execute(of.as_deref()),
        _ => {}
    }
    let session = Session::open(cli.place, cli.taste)?;
    match cli.command {
        None if stdin().is_terminal() && stdout().is_terminal() => watch::execute(session, None, false),
        None => welcome::execute(&session),
        Some(Command::Watch { id, keep_going }) => watch::execute(session, id.as_deref(), keep_going),
        Some(Command::Run { id, variant, guard, why }) => run::execute(&session, &id, &variant, guard, why),
        Some(Command::Check(args)) => check::execute(&session, &args),
        Some(Command::Book(serving)) => book::execute(&session, &serving, Pages::Read),
        Some(Command::Serve(serving)) => book::execute(&session, &serving, Pages::Play),
        Some(Command::List { words, format }) => list::execute(&session, &words, format),
        Some(Command::Progress { format }) => progress::execute(&session, format),
        Some(Command::Edit { id }) => edit::execute(&session, id.as_deref()),
        Some(Command::Hint { id, level }) => hint::execute(&session, &id, level),
        Some(Command::Solution { id, yes }) => solution::execute(&session, &id, yes),
        Some(Command::Reset { id }) => reset::execute(&session, &id),
        Some(Command::Doctor) => doctor::execute(&session),
        Some(Command::Prepare) => prepare::execute(&session),
        Some(Command::Verify { ids, all }) => verify::execute(&session, &ids, all),
        Some(Command::Record { ids, all }) => record::execute(&session, &ids, all),
        Some(Command::Workspace) => workspace::execute(&session),
        Some(Command::New { id }) => new::execute(&session, &id),
        Some(Command::Completions { shell }) => completions::execute(&session, shell),
        Some(Command::Supervise | Command::Man { .. }) => unreachable!("it returned above"),
    }
}
