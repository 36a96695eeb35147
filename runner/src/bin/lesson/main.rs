//! The `lesson` command: parses, calls the library, and shows what it says.

mod cli;
mod cmd;
mod editor;
mod link;
mod plain;
mod progress;
mod session;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use nix::sys::signal::{SigHandler, Signal, signal};
use runner::catalog::CatalogError;

use cli::Cli;

/// Graded and failed.
const FAILED: u8 = 1;
/// Wrong usage.
const USAGE: u8 = 2;
/// Not able to run, or undecided.
const UNABLE: u8 = 3;
/// Ended by Ctrl-C, as shells count it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    // As other commands do, end quietly when nobody reads on: `lesson list | head -1`.
    // SAFETY: no other thread is there yet, and the default action calls no handler.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
    let cli = Cli::parse();
    match cmd::execute(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    use CatalogError::{Id, NoWrong, NotInBook, Unknown, Variant};
    match error.downcast_ref() {
        Some(Id { .. } | NoWrong { .. } | NotInBook { .. } | Unknown { .. } | Variant { .. }) => USAGE,
        _ if error.is::<cmd::Usage>() => USAGE,
        _ => UNABLE,
    }
}
