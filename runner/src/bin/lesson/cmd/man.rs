//! `lesson man`: the manual, as `man` reads it.

use std::io::stdout;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_mangen::Man;

use super::Usage;
use crate::cli::Cli;

pub(super) fn execute(of: Option<&str>) -> Result<u8> {
    let mut command = Cli::command().bin_name("cargo lesson").disable_help_subcommand(true);
    // So that a subcommand knows what stands before it.
    command.build();
    let command = match of {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).filter(|found| !found.is_hide_set());
            let found = found.ok_or_else(|| Usage(format!("there is no command `{name}`; `cargo lesson --help` lists them")))?;
            found.clone().name(format!("lesson-{}", found.get_name()))
        }
    };
    Man::new(command).render(&mut stdout()).context("failed to print the manual")?;
    Ok(0)
}
