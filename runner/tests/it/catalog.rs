//! Mistakes in a course have a file and a line.

use crate::fixture::{Fixture, ID};

/// Breaks `lesson.toml` and expects an error that names the line of `at`.
#[track_caller]
fn broken(from: &str, to: &str, at: &str, message: &str) {
    let course = Fixture::new();
    let manifest = format!("lessons/{ID}/lesson.toml");
    course.edit(&manifest, from, to);
    let line = 1 + course.read(&manifest).lines().position(|line| line.contains(at)).unwrap();
    course.lesson(&["check", ID]).exits_with(3).says(&format!("lesson.toml:{line}: ")).says(message);
}

#[test]
fn an_unknown_key() {
    broken("minutes", "minuts", "minuts", "unknown field `minuts`");
}

#[test]
fn a_metric_that_is_not_measured() {
    broken(
        "\"handles.peak\"",
        "\"handles.peek\"",
        "handles.peek",
        "unknown variant `handles.peek`, expected one of `blocks.kept`",
    );
}

#[test]
fn a_bound_that_is_too_near() {
    let course = Fixture::new();
    let manifest = format!("lessons/{ID}/lesson.toml");
    let bound = course.read(&manifest).lines().find(|line| line.starts_with("at_most")).unwrap().to_owned();
    course.edit(&manifest, &bound, "at_most = 6");
    course.lesson(&["check", ID]).exits_with(3).says("lesson.toml:").says("is not a factor of 3 from both measured sides");
}

#[test]
fn a_law_that_names_no_check() {
    let course = Fixture::new();
    let manifest = format!("lessons/{ID}/lesson.toml");
    let text = course.read(&manifest);
    let shipped = text.find("[wrong.shipped]").unwrap();
    let fails = shipped + text[shipped..].find("fails").unwrap();
    let line = 1 + text[..fails].matches('\n').count();
    let end = fails + text[fails..].find('\n').unwrap();
    course.write(&manifest, &format!("{}fails = \"no-such-check\"{}", &text[..fails], &text[end..]));
    course.lesson(&["check", ID]).exits_with(3).says(&format!("lesson.toml:{line}: ")).says("names a check that is not there");
}

#[test]
fn a_check_that_has_no_id() {
    broken("id      = \"calls-arrive\"\n", "", "[[check]]", "a check needs an `id`");
}

#[test]
fn an_id_that_is_a_sentence() {
    broken("\"calls-arrive\"", "\"Every call arrives\"", "[[check]]", "is not a check's id");
}

#[test]
fn an_id_that_every_lesson_has() {
    broken("id      = \"calls-arrive\"", "id      = \"run-ends\"", "[[check]]", "give this one another");
}

#[test]
fn an_id_that_is_there_twice() {
    broken("id      = \"moves-counted\"", "id      = \"calls-arrive\"", "title", "two checks have the id `calls-arrive`");
}

#[test]
fn toml_that_is_none() {
    broken("[work]", "[work", "[work", "");
}

#[test]
fn a_file_that_is_missing() {
    let course = Fixture::new();
    std::fs::remove_file(course.path(&format!("lessons/{ID}/drive.mjs"))).unwrap();
    course.lesson(&["check", ID]).exits_with(3).says("lesson.toml:1: ").says("drive.mjs is missing");
}

#[test]
fn a_broken_lesson_is_listed_as_broken() {
    let course = Fixture::new();
    course.edit(&format!("lessons/{ID}/lesson.toml"), "minutes", "minuts");
    course.lesson(&["list"]).exits_with(0).says("broken").says("unknown field `minuts`");
}
