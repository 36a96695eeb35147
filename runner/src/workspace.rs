//! A cargo workspace of all programs of all lessons, for rust-analyzer, for clippy, and for whoever wants an add-on
//! as cargo alone makes it.
//!
//! The runner compiles without it: see [`compile`](mod@crate::compile). Its packages are manifests and nothing else;
//! their paths lead to the files of the pack.

use std::fs;
use std::io;
use std::path::Path;

use crate::catalog::{Edits, FIXED_ADDON, LessonId, Variant};
use crate::file::write_if_changed;
use crate::template::{self, manifest};
use crate::versions;

/// Writes into `folder` what is not there yet of the workspace of the pack at `root`, or has changed. That reads a
/// few small files, so it can be done again and again.
///
/// # Errors
/// When a file can't be read or written, or the pack's own Cargo.toml is none of a workspace.
pub fn write(root: &Path, folder: &Path) -> io::Result<()> {
    // The folder may be far from the pack.
    let root = &std::path::absolute(root)?;
    let mut members = Vec::new();
    for (id, edits) in lessons(&root.join("lessons")) {
        let path = |of: &str| root.join(of).to_string_lossy().into_owned();
        let manifest = manifest::package(&id, edits, &programs(root, &id), &path);
        let member = format!("lessons/{id}");
        write_if_changed(&folder.join(&member).join("Cargo.toml"), manifest.as_bytes())?;
        members.push(member);
    }
    let invalid = |message| io::Error::new(io::ErrorKind::InvalidData, format!("{}/Cargo.toml: {message}", root.display()));
    let workspace = manifest::workspace(&versions::manifest(root)?, members).map_err(invalid)?;
    write_if_changed(&folder.join("Cargo.toml"), workspace.as_bytes())?;
    write_lock(folder, versions::lock(root)?.as_bytes())
}

/// Writes a pack's Cargo.lock into a workspace of its lessons. Cargo takes out of it what that workspace does not
/// need, so it is written again only when the pack has another one.
pub(crate) fn write_lock(folder: &Path, lock: &[u8]) -> io::Result<()> {
    let origin = folder.join("Cargo.lock.origin");
    if folder.join("Cargo.lock").is_file() && fs::read(&origin).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    write_if_changed(&folder.join("Cargo.lock"), lock)?;
    write_if_changed(&origin, lock)
}

/// The lessons that have a program, whether or not the book names them yet, in the order of their names.
fn lessons(folder: &Path) -> Vec<(LessonId, Edits)> {
    let mut lessons = Vec::new();
    for topic in entries(folder) {
        for slug in entries(&folder.join(&topic)) {
            let lesson = folder.join(&topic).join(&slug);
            let edits = if lesson.join(FIXED_ADDON).is_file() {
                Edits::JavaScript
            } else if lesson.join("exercise.rs").is_file() {
                Edits::Rust
            } else {
                continue;
            };
            if let Ok(id) = format!("{topic}/{slug}").parse() {
                lessons.push((id, edits));
            }
        }
    }
    lessons
}

/// The programs beside the exercise that are there.
fn programs(root: &Path, id: &LessonId) -> Vec<Variant> {
    let has_solution = root.join(format!("solutions/{id}.rs")).is_file();
    let wrong = template::wrong_files(&root.join("lessons").join(id.as_str()), "rs").into_iter().map(Variant::Wrong);
    has_solution.then_some(Variant::Solution).into_iter().chain(wrong).collect()
}

/// The names in a folder, in their order.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
