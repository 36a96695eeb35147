//! `lesson new`: the skeleton of a lesson, and what is to be written.

use anyhow::Result;
use runner::catalog::LessonId;
use runner::template;

use super::Usage;
use crate::session::Session;

pub(super) fn execute(session: &Session, id: &str) -> Result<u8> {
    let id: LessonId = id.parse()?;
    let package = id.package();
    if let Some(other) = session.catalog.ids().iter().find(|other| **other != id && other.package() == package) {
        return Err(Usage(format!("{id} and {other} would both be the package `{package}`: choose another name")).into());
    }
    let written = template::write(&session.pack.root, &id)?;
    session.ready_to_edit();
    for (path, what) in written.files {
        println!("{}  {:<50} {what}", if written.new.contains(&path) { "wrote" } else { "there" }, path.display());
    }
    println!();
    if !session.catalog.ids().contains(&id) {
        println!("Give it a place in the book: a link `[Title]({id}.md)` in book/SUMMARY.md.");
    }
    println!("Write the files, in any order.");
    println!("Then: cargo lesson verify {id}");
    Ok(0)
}
