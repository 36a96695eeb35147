//! Bare `lesson` where nobody can answer: what this is, where one stands, and what to do next.

use anyhow::Result;
use runner::overview::Overview;

use crate::session::Session;

pub(super) fn execute(session: &Session) -> Result<u8> {
    let overview = Overview::new(&session.catalog, &session.progress());
    let counts = overview.counts();
    let title = session.pack.title();
    let about = title.description.map_or_else(String::new, |about| format!(": {about}"));
    println!("{}{about}.", session.paint.bold(title.name));
    println!();
    println!("Each lesson is a small add-on with a bug that real add-ons shipped. You read its");
    println!("page, run it and see its memory before and after garbage collection, edit the");
    println!("Rust, and have it graded. In a terminal this command watches what you edit.");
    println!();
    println!("{} of {} lessons done.", counts.done, counts.lessons);
    let Some(next) = overview.next() else {
        println!("That is all of them. `cargo lesson list` shows them.");
        return Ok(0);
    };
    let line = |command: String, what: &str| println!("  {command:<48} {what}");
    println!("Next: {} ({} minutes)", session.paint.bold(&next.title), next.minutes);
    println!();
    line(format!("book/{}.md", next.lesson), "what its users saw");
    line(format!("cargo lesson run {}", next.lesson), "see its memory");
    line(format!("cargo lesson check {}", next.lesson), "have it graded");
    line(format!("cargo lesson hint {}", next.lesson), "when you are stuck");
    line("cargo lesson serve --open".into(), "all of this, in a browser");
    line("cargo lesson list".into(), "all lessons");
    line("cargo lesson --help".into(), "all commands");
    Ok(0)
}
