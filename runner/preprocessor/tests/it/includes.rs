//! The lines of other files that a page includes by their numbers. mdBook puts in whatever is there, also when the
//! file has changed, so what the page speaks of is held here. (Its anchors are comments in the included file, and that
//! file is a solution, which the book and the terminal show to learners.)

use std::collections::BTreeSet;
use std::fs;

use crate::course::{checkout, files};

/// What is included, and how its first and its last line begin.
const INCLUDED: [(&str, &str, &str); 5] = [
    ("solutions/wrap/forgotten-ref.rs:26", "let session = Object::new", "let session = Object::new"),
    ("solutions/wrap/forgotten-ref.rs:27", "let native = Box::into_raw(", "let native = Box::into_raw("),
    ("solutions/wrap/forgotten-ref.rs:30:39", "check_status!(unsafe {", "})?;"),
    ("solutions/wrap/forgotten-ref.rs:54:58", "let mut session = null_mut();", "Ok((!session.is_null())"),
    ("solutions/wrap/forgotten-ref.rs:62:69", "unsafe extern \"C\" fn leave(", "}"),
];

/// What the pages include by line numbers, from the root of the repository.
fn of_the_pages() -> BTreeSet<String> {
    let pages = files(&checkout().join("book")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut found = BTreeSet::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for directive in text.split("{{#").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(directive, _)| directive) {
            let Some(include) = directive.trim_start_matches("rustdoc_").strip_prefix("include ") else { continue };
            let Some((file, lines)) = include.trim().split_once(':') else { continue };
            let file = page.parent().unwrap().join(file).canonicalize().unwrap();
            found.insert(format!("{}:{lines}", file.strip_prefix(checkout()).unwrap().display()));
        }
    }
    found
}

#[test]
fn included_lines_are_those_that_the_page_speaks_of() {
    let known: BTreeSet<String> = INCLUDED.iter().map(|(include, ..)| (*include).to_owned()).collect();
    assert_eq!(of_the_pages(), known, "say in INCLUDED of each how it begins and ends");
    for (include, first, last) in INCLUDED {
        let (file, lines) = include.split_once(':').unwrap();
        let (from, to) = lines.split_once(':').unwrap_or((lines, lines));
        let text = fs::read_to_string(checkout().join(file)).unwrap();
        for (number, begins) in [(from, first), (to, last)] {
            let line = text.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap_or("").trim_start();
            assert!(
                line.starts_with(begins),
                "line {number} of {file} is {line:?} and not {begins:?}: give the page and INCLUDED the new numbers"
            );
        }
    }
}
