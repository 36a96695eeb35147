//! The program that mdBook runs: the book as JSON on stdin, the same with its lessons on stdout.

use std::env;
use std::io::{self, BufWriter, Read, Write, stderr, stdin, stdout};
use std::mem;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use mdbook_lesson::{Expanded, Shelf, expand, is_served};
use nix::fcntl::{FcntlArg, fcntl};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a pipe shall hold, in bytes: as much as Linux lets anybody ask for.
const PIPE: usize = 1 << 20;
/// What is written at once.
const CHUNK: usize = 64 << 10;

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
    let json = read_book().context("failed to read the book")?;
    let (context, book) = serde_json::from_slice(&json).context("failed to parse what should be mdBook's JSON")?;
    let ahead = ahead.join().expect("a thread that panics has said why").ok();
    let Expanded { book, faults } = expand(&context, book, ahead.as_ref())?;
    for fault in &faults {
        writeln!(stderr(), "ERROR {fault}")?;
    }
    let good = faults.is_empty() || is_served(&context);
    if good {
        let mut output = BufWriter::with_capacity(CHUNK, stdout().lock());
        serde_json::to_writer(&mut output, &book)
            .map_err(Error::from)
            .and_then(|()| Ok(output.flush()?))
            .context("failed to hand the book back")?;
    }
    // The process ends sooner than all of this is freed piece by piece.
    mem::forget((json, book, ahead));
    Ok(good)
}

/// Reads all of stdin. mdBook writes a few bytes at a time, and whoever waits for them is woken for each, which
/// takes longer than all that is done here. So this lets some gather, in a pipe with room for it.
fn read_book() -> io::Result<Vec<u8>> {
    let mut stdin = stdin().lock();
    // It may be no pipe, or have to stay as it is.
    let _ = fcntl(&stdin, FcntlArg::F_SETPIPE_SZ(PIPE as i32));
    let mut json = Vec::new();
    let mut some = vec![0; PIPE];
    loop {
        match stdin.read(&mut some)? {
            0 => return Ok(json),
            length => json.extend_from_slice(&some[..length]),
        }
        thread::sleep(Duration::from_micros(500));
    }
}
