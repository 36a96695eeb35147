//! `lesson record`: what the book shows of a lesson.

use std::fs;

use crate::fixture::{Fixture, ID};

fn recording() -> String {
    format!("lessons/{ID}/recording.json")
}

#[test]
fn a_record_is_of_this_code_and_of_no_machine() {
    let course = Fixture::new();
    fs::remove_file(course.path(&recording())).unwrap();
    course.lesson(&["record", ID]).exits_with(0).says("ok scopes/callback-loop: 8 programs on Node");
    let record = course.read(&recording());
    for local in [course.root().to_str().unwrap(), "/tmp/", "file://", "node[1"] {
        assert!(!record.contains(local), "{local} is in\n{record}");
    }
    course.lesson(&["verify", ID]).exits_with(0);
}

#[test]
fn a_record_that_is_missing_or_old_is_a_fault() {
    let course = Fixture::new();
    let drive = format!("lessons/{ID}/drive.mjs");
    course.write(&drive, &format!("{}// Another line.\n", course.read(&drive)));
    course.lesson(&["verify", ID]).exits_with(1).says("recording.json is out of date: drive.mjs has changed").says("1 fault,");
    fs::remove_file(course.path(&recording())).unwrap();
    course
        .lesson(&["verify", ID])
        .exits_with(1)
        .says("recording.json is missing: run `cargo lesson record scopes/callback-loop`");
}

#[test]
fn what_breaks_the_law_is_not_recorded() {
    let course = Fixture::new();
    let before = course.read(&recording());
    let solution = format!("solutions/{ID}.rs");
    course.write(&solution, &course.read(&format!("lessons/{ID}/wrong/shipped.rs")));
    course.lesson(&["record", ID]).exits_with(1).says("scopes/callback-loop (solution) breaks the law");
    assert_eq!(course.read(&recording()), before);
}
