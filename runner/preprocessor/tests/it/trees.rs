//! `book/`, `lessons/` and `solutions/` are one tree, and `book/SUMMARY.md` is its order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use runner::catalog::Catalog;
use runner::record;

use crate::course::checkout;

/// The ids of the files or folders two levels below a folder.
fn ids(folder: &str, ending: &str) -> BTreeSet<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    };
    let folder = checkout().join(folder);
    let topics = names(&folder).into_iter().filter(|topic| folder.join(topic).is_dir());
    let of_topic = |topic: String| {
        let slugs = names(&folder.join(&topic)).into_iter().filter_map(|name| Some(name.strip_suffix(ending)?.to_owned()));
        slugs.map(|slug| format!("{topic}/{slug}")).collect::<Vec<_>>()
    };
    topics.flat_map(of_topic).collect()
}

#[test]
fn the_three_trees_have_the_same_lessons() {
    let catalog = Catalog::load(checkout()).unwrap();
    let book: BTreeSet<String> = catalog.ids().iter().map(|id| id.as_str().to_owned()).collect();
    assert_eq!(book.len(), catalog.ids().len(), "a lesson is in book/SUMMARY.md twice");
    assert_eq!(ids("lessons", ""), book, "lessons/ and book/SUMMARY.md");
    let solutions: BTreeSet<String> = ids("solutions", ".rs").union(&ids("solutions", ".mjs")).cloned().collect();
    assert_eq!(solutions, book, "solutions/ and book/SUMMARY.md");
}

#[test]
fn each_lesson_has_its_page_with_its_block_once() {
    for id in Catalog::load(checkout()).unwrap().ids() {
        let page = fs::read_to_string(checkout().join(format!("book/{id}.md"))).unwrap_or_default();
        let block = format!("{{{{#lesson {id}}}}}");
        assert_eq!(
            page.lines().filter(|line| *line == block).count(),
            1,
            "book/{id}.md has `{block}` once, on a line of its own"
        );
    }
}

#[test]
fn each_page_links_to_where_the_bug_was_met() {
    let catalog = Catalog::load(checkout()).unwrap();
    for id in catalog.ids() {
        let page = fs::read_to_string(checkout().join(format!("book/{id}.md"))).unwrap_or_default();
        for thread in &catalog.lesson(id.as_str()).unwrap().manifest.wild {
            let (repository, number) = thread.split_once('#').unwrap();
            let kinds = ["issues", "pull", "discussions"];
            let links = kinds.map(|kind| format!("(https://github.com/{repository}/{kind}/{number})"));
            assert!(links.iter().any(|link| page.contains(link)), "book/{id}.md has no link to {thread}");
        }
    }
}

#[test]
fn each_lesson_has_its_record() {
    let catalog = Catalog::load(checkout()).unwrap();
    for id in catalog.ids() {
        record::read(&catalog.lesson(id.as_str()).unwrap()).unwrap();
    }
}

#[test]
fn each_page_is_in_the_summary() {
    let summary = fs::read_to_string(checkout().join("book/SUMMARY.md")).unwrap();
    for id in ids("book", ".md") {
        assert!(summary.contains(&format!("({id}.md)")), "book/{id}.md is not in book/SUMMARY.md");
    }
}
