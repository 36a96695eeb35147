//! The book as a stock mdBook has built it, in `target/book` or where `$LESSON_BOOK` says. `.ci/run` builds
//! it and asks for these:
//!
//! ```text
//! mdbook build && cargo test -p mdbook-lesson --test it -- --ignored built
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::course::checkout;

/// The pages by their path in the book.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    let root = std::env::var_os("LESSON_BOOK").map_or_else(|| checkout().join("target/book"), PathBuf::from);
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html" || ending == "js" || ending == "css") {
                let name = path.strip_prefix(&root).unwrap().to_path_buf();
                pages.insert(name, fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    pages
}

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Where a link leads to, from a page: the file and the anchor.
fn target(page: &Path, link: &str) -> Option<(PathBuf, String)> {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let mut path = if file.is_empty() { page.to_path_buf() } else { page.parent().unwrap().join(file) };
    let mut parts: Vec<Component> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = parts.pop(),
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    path = parts.iter().collect();
    Some((path, anchor.to_owned()))
}

#[test]
#[ignore = "it needs the book that mdBook builds"]
fn built_links_lead_somewhere() {
    let pages = pages();
    let anchors: BTreeMap<&PathBuf, BTreeSet<&str>> =
        pages.iter().map(|(path, html)| (path, values(html, "id").into_iter().collect())).collect();
    let mut broken = Vec::new();
    let mut links = 0;
    // What is served for an address that is not there says where the root is, which a file does not know.
    for (path, html) in
        pages.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "html") && !path.ends_with("404.html"))
    {
        for link in values(html, "href") {
            let Some((file, anchor)) = target(path, link) else { continue };
            links += 1;
            let is_there = match anchors.get(&file) {
                Some(anchors) => anchor.is_empty() || anchors.contains(&*anchor),
                None => checkout().join("target/book").join(&file).is_file(),
            };
            if !is_there {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(links > 50, "only {links} links were found");
}

#[test]
#[ignore = "it needs the book that mdBook builds"]
fn built_ids_are_unique_in_each_page() {
    for (path, html) in pages() {
        let mut seen = BTreeSet::new();
        for id in values(&html, "id") {
            assert!(seen.insert(id), "{} has the id {id} twice", path.display());
        }
    }
}

#[test]
#[ignore = "it needs the book that mdBook builds"]
fn built_pages_have_no_directive_left() {
    for (path, html) in pages().iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "html")) {
        // As code a page may show one.
        let mut text = html.split("<code").enumerate().map(|(index, part)| match part.split_once("</code>") {
            Some((_, text)) if index > 0 => text,
            _ => part,
        });
        assert!(!text.any(|text| text.contains("{{#")), "{} has a directive in it", path.display());
    }
}

#[test]
#[ignore = "it needs the book that mdBook builds"]
fn built_search_knows_the_symptoms() {
    let pages = pages();
    let index: String =
        pages.iter().filter(|(path, _)| path.to_string_lossy().contains("searchindex")).map(|(_, js)| js.as_str()).collect();
    for symptom in ["RSS grows", "does not exit"] {
        assert!(index.contains(symptom), "the search does not find {symptom:?}");
    }
}
