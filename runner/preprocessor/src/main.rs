//! The program that mdBook runs: the book as JSON on stdin, the same with its lessons on stdout.

use std::io::{Write, stderr, stdin, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result};
use mdbook_lesson::{Expanded, expand, is_served};

fn main() -> ExitCode {
    // `mdbook-lesson supports RENDERER`: all are.
    if std::env::args().nth(1).as_deref() == Some("supports") {
        return ExitCode::SUCCESS;
    }
    match preprocess() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ERROR {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the book is as it should be. With a fault in it there is none, and what was built before
/// stays; but under `mdbook serve` the page itself shows the fault.
fn preprocess() -> Result<bool> {
    let (context, book) = mdbook_preprocessor::parse_input(stdin().lock())?;
    let Expanded { book, faults } = expand(&context, book)?;
    for fault in &faults {
        writeln!(stderr(), "ERROR {fault}")?;
    }
    let good = faults.is_empty() || is_served(&context);
    if good {
        let json = serde_json::to_vec(&book)?;
        stdout().lock().write_all(&json).context("failed to hand the book back")?;
    }
    Ok(good)
}
