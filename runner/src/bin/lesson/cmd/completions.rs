//! `lesson completions`: what a shell needs to complete commands, options and the names of lessons.

use std::io::stdout;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};

use crate::cli::Cli;
use crate::session::Session;

/// The arguments that name lessons which are there already.
const IDS: [&str; 2] = ["id", "ids"];

pub(super) fn execute(session: &Session, shell: Shell) -> Result<u8> {
    let lessons: Vec<String> = session.catalog.ids().iter().map(ToString::to_string).collect();
    let mut command = Cli::command();
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names.iter().filter(|name| *name != "new") {
        command = command.mut_subcommand(name, |command| with_lessons(command, &lessons));
    }
    // `cargo lesson` belongs to cargo's own completion; this is for an alias.
    generate(shell, &mut command.bin_name("lesson"), "lesson", &mut stdout());
    Ok(0)
}

fn with_lessons(mut command: Command, lessons: &[String]) -> Command {
    let named: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    for argument in named.into_iter().filter(|argument| IDS.contains(&argument.as_str())) {
        let lessons = PossibleValuesParser::new(lessons);
        command = command.mut_arg(argument, |argument| argument.value_parser(lessons));
    }
    command
}
