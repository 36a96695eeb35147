//! The program that mdBook runs: the book as JSON on stdin, the same with its lessons on stdout.

use std::env;
use std::io::{BufWriter, Read, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Error, Result};
use mdbook_lesson::{Expanded, Shelf, expand, is_served};

fn main() -> ExitCode {
    // `mdbook-lesson supports RENDERER`: all are.
    if env::args().nth(1).as_deref() == Some("supports") {
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
    // mdBook runs this in the root of the book, and takes a while to write it: time to read the lessons.
    let ahead = thread::spawn(|| Shelf::read(&env::current_dir()?));
    // Read first and parsed then: several times as fast as `mdbook_preprocessor::parse_input`, which goes byte
    // by byte.
    let mut json = Vec::new();
    stdin().lock().read_to_end(&mut json).context("failed to read the book")?;
    let (context, book) = serde_json::from_slice(&json).context("failed to parse what should be mdBook's JSON")?;
    let ahead = ahead.join().expect("a thread that panics has said why").ok();
    let Expanded { book, faults } = expand(&context, book, ahead)?;
    for fault in &faults {
        writeln!(stderr(), "ERROR {fault}")?;
    }
    let good = faults.is_empty() || is_served(&context);
    if good {
        let mut output = BufWriter::with_capacity(1 << 16, stdout().lock());
        serde_json::to_writer(&mut output, &book)
            .map_err(Error::from)
            .and_then(|()| Ok(output.flush()?))
            .context("failed to hand the book back")?;
    }
    Ok(good)
}
