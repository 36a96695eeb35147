//! Mistakes of an author, while the book is served.

use std::fs;

use crate::course::Course;
use crate::server::{Server, command, refusal, wait_until};

const PAGE: &str = "/scopes/callback-loop.html";
const SOURCE: &str = "book/scopes/callback-loop.md";

#[test]
fn a_directive_is_shown_where_it_is_wrong() {
    let course = Course::new();
    let server = Server::start(&course);
    let lines = fs::read_to_string(course.path(SOURCE)).unwrap().lines().count();
    let old = course.append(SOURCE, "\n{{#lessn scopes/callback-loop}}\n");
    let message = format!("book/scopes/callback-loop.md:{}: there is no directive `lessn`", lines + 2);
    server.says(&message);
    wait_until(|| server.get(PAGE).text().contains("blockquote-tag-caution"), || server.get(PAGE).text());
    assert!(server.get(PAGE).text().contains("<section class=\"lesson\""), "the rest of the page is there");
    course.write(SOURCE, &old);
    wait_until(|| !server.get(PAGE).text().contains("blockquote-tag-caution"), || server.stderr());
}

#[test]
fn without_a_new_book_the_old_one_stays_and_says_why() {
    let course = Course::new();
    let server = Server::start(&course);
    let lines = fs::read_to_string(course.path("book/SUMMARY.md")).unwrap().lines().count();
    let old = course.append("book/SUMMARY.md", "\n- [A page that is not there](no-page.md)\n");
    server.says(&format!("error: book/SUMMARY.md:{}: there is no page `no-page.md`", lines + 2));
    server.says("The book stays as it was.");
    wait_until(|| server.get(PAGE).text().contains("role=\"alert\""), || server.stderr());
    let page = server.get(PAGE);
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("there is no page `no-page.md`") && page.text().contains("<section class=\"lesson\""),
        "{}",
        page.text()
    );
    assert!(!course.path("book/no-page.md").exists(), "nothing is written among the sources");
    course.write("book/SUMMARY.md", &old);
    wait_until(|| !server.get(PAGE).text().contains("role=\"alert\""), || server.stderr());
}

#[test]
fn a_mistake_in_book_toml_is_said_with_its_line() {
    let course = Course::new();
    let server = Server::start(&course);
    course.append("book.toml", "\n[book\n");
    server.says("The book stays as it was.");
    assert!(
        server.stderr().contains("failed to read book.toml: ") && server.stderr().contains("TOML parse error at line"),
        "{}",
        server.stderr()
    );
    assert_eq!(server.get(PAGE).status, 200);
}

#[test]
fn the_first_book_has_to_be_one() {
    let course = Course::new();
    course.append("book/SUMMARY.md", "\n- [A page that is not there](no-page.md)\n");
    let (code, said) = refusal(command(&course).args(["--port", "0"]));
    assert_eq!(code, Some(3));
    assert!(said.contains("error: the book can't be built: ") && said.contains("no-page.md"), "{said}");
    assert!(course.build_folders().is_empty());
}
