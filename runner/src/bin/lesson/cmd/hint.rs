//! `lesson hint`.

use anyhow::Result;
use runner::report::width::wrap;

use crate::session::Session;

pub(super) fn execute(session: &Session, id: &str, level: u8) -> Result<u8> {
    let lesson = session.catalog.lesson(id)?;
    session.remember(|progress| {
        progress.set_current(&lesson.id);
        progress.hinted(&lesson.id, level);
    });
    let hints = &lesson.manifest.hints;
    println!("{}", session.paint.bold(wrap(&format!("Goal: {}", lesson.manifest.goal), 80)));
    println!();
    println!("{}", wrap(&format!("Hint {level} of {}: {}", hints.len(), hints[usize::from(level) - 1]), 80));
    if usize::from(level) < hints.len() {
        println!("\nMore: cargo lesson hint {id} --level {}", level + 1);
    } else {
        println!("\nThere is no more. `cargo lesson solution {id}` shows a solution.");
    }
    Ok(0)
}
