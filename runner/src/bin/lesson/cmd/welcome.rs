//! Bare `lesson`: what this is, where one stands, and what to do next.

use anyhow::Result;
use runner::progress::{self, State};

use crate::session::Session;

pub(super) fn execute(session: &Session) -> Result<u8> {
    let lessons: Vec<_> = session.catalog.ids().iter().flat_map(|id| session.catalog.lesson(id.as_str())).collect();
    let solved = |lesson: &&runner::catalog::Lesson| progress::state(&session.course, lesson) == State::Solved;
    let done = lessons.iter().filter(solved).count();
    println!("{}: memory bugs of Node.js native add-ons, on your own machine.", session.paint.bold("After GC"));
    println!();
    println!("Each lesson is a small add-on with a bug that real add-ons shipped. You read its");
    println!("page, run it and see its memory before and after garbage collection, edit the");
    println!("Rust, and have it graded.");
    println!();
    println!("{done} of {} lessons solved.", session.catalog.ids().len());
    let Some(next) = lessons.iter().find(|lesson| !solved(lesson)) else {
        println!("That is all of them. `cargo lesson list` shows them.");
        return Ok(0);
    };
    let line = |command: String, what: &str| println!("  {command:<48} {what}");
    println!("Next: {} ({} minutes)", session.paint.bold(&next.manifest.title), next.manifest.minutes);
    println!();
    line(format!("book/{}.md", next.id), "what its users saw");
    line(format!("cargo lesson run {}", next.id), "see its memory");
    line(format!("cargo lesson check {}", next.id), "have it graded");
    line(format!("cargo lesson hint {}", next.id), "when you are stuck");
    line("cargo lesson book --open".into(), "all pages, in a browser");
    line("cargo lesson list".into(), "all lessons");
    line("cargo lesson --help".into(), "all commands");
    Ok(0)
}
