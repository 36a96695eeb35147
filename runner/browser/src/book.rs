//! The book on disk, and the pages that it has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The checkout that this crate is in.
pub fn checkout() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where mdBook put the book, or `$LESSON_BOOK`.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::var_os("LESSON_BOOK").map_or_else(|| checkout().join("target/book"), PathBuf::from);
    ensure!(folder.join("index.html").is_file(), "{}: there is no book; build it with `mdbook build`", folder.display());
    Ok(folder)
}

/// The pages in the order of `SUMMARY.md`, as paths below the book, and at the end the one that has them all.
pub fn pages() -> Result<Vec<String>> {
    let path = checkout().join("book/SUMMARY.md");
    let summary = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()?.strip_suffix(".md"));
    let mut pages: Vec<String> = links.map(|page| format!("{page}.html")).collect();
    ensure!(pages.len() > 10, "{} has only {} pages", path.display(), pages.len());
    pages.push("print.html".to_owned());
    Ok(pages)
}
