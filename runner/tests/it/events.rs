//! `--format json` is what `runner/events.md` says.

use std::collections::BTreeSet;

use runner::compile::Diagnostic;
use runner::event::Event;

use crate::fixture::{Fixture, ID};

const DOCUMENT: &str = include_str!("../../events.md");

/// Reads a line with the types that wrote it, and sees that nothing in it was ignored.
#[track_caller]
fn read(line: &str) -> (String, Event) {
    let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let written: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), written);
    (written["event"].as_str().unwrap().to_owned(), event)
}

#[test]
fn the_documents_examples_are_events() {
    let mut examples: Vec<_> = DOCUMENT.split("```json\n").skip(1).map(|rest| read(rest.lines().next().unwrap()).0).collect();
    for name in &examples {
        assert!(DOCUMENT.contains(&format!("**`{name}`**")), "{name} has no explanation");
    }
    let all =
        ["hand_in", "start", "source", "phase", "built", "node", "sample", "memory", "check", "verdict", "error", "outcome"];
    // Several checks are shown: with lines of the source, with a bad access, with holders.
    examples.dedup();
    assert_eq!(examples, all);
}

#[test]
fn real_runs_print_events_and_the_outcome_last() {
    let course = Fixture::new();
    course.exercise_doing(&course.unique());
    let run = course.lesson(&["check", "--all", "--format", "json"]).exits_with(0);
    let rejected = {
        course.exercise_doing("let () = 1;");
        course.lesson(&["check", ID, "--format", "json"]).exits_with(1)
    };
    let error = course.lesson(&["--node", "./nothing", "check", ID, "--variant", "solution", "--format", "json"]).exits_with(3);
    let mut seen = BTreeSet::new();
    for done in [&run, &rejected, &error] {
        let events: Vec<_> = done.stdout.lines().map(read).collect();
        assert_eq!(events.first().unwrap().0, "start");
        assert!(matches!(events.last().unwrap().1, Event::Outcome { exit_code, .. } if Some(i32::from(exit_code)) == done.code));
        seen.extend(events.into_iter().map(|(name, _)| name));
    }
    let all = ["built", "check", "error", "memory", "node", "outcome", "phase", "sample", "source", "start", "verdict"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn an_error_of_rustc_has_its_place_in_the_file() {
    let course = Fixture::new();
    course.exercise_doing("let ü: u32 = \"é\"; let _: u8 = vec![1_u8];\n    ü.none();");
    let done = course.lesson(&["check", ID, "--format", "json"]).exits_with(1);
    let events = done.stdout.lines().map(|line| read(line).1);
    let diagnostics =
        events.filter_map(|event| if let Event::Verdict { diagnostics, .. } = event { Some(diagnostics) } else { None });
    let text = course.read(&format!("lessons/{ID}/exercise.rs"));
    let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let mut said: Vec<(String, String)> = diagnostics
        .flatten()
        .map(|Diagnostic { line, column, end_line, end_column, message }| {
            assert_eq!(line, end_line, "{message}");
            (lines[line as usize - 1][column as usize - 1..end_column as usize - 1].iter().collect(), message)
        })
        .collect();
    said.sort();
    let places: Vec<&str> = said.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["\"é\"", "none", "vec![1_u8]"]);
    assert_eq!(said[0].1, "mismatched types: expected `u32`, found `&str`");
}
