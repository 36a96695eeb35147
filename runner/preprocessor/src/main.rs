//! The program that mdBook runs: the book as JSON on stdin, the same with its lessons on stdout.

use std::io::{Read, Write, stderr, stdin, stdout};
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
    // Read first and parsed then: several times as fast as `mdbook_preprocessor::parse_input`, which goes byte
    // by byte.
    let mut json = Vec::new();
    stdin().lock().read_to_end(&mut json).context("failed to read the book")?;
    let (context, book) = serde_json::from_slice(&json).context("failed to parse what should be mdBook's JSON")?;
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
