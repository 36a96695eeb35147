//! An event for a page in a browser: what `--format json` says of it, and beside that the words of the terminal,
//! so that they are written once.

use serde_json::{Value, json};

use super::memory::{cells, collections, label, shown_rows, span};
use super::{fault, held, place};
use crate::event::Event;
use crate::measure::Table;
use crate::outcome::CheckResult;
use crate::sites::fault::Incident;

/// The event as an object. A check has `held`, its places, its fault and the scenes of that have `says`; the memory
/// of a run has `table` and `about`.
pub fn json(event: &Event) -> Value {
    // Its types have nothing that JSON can't say.
    let mut value = serde_json::to_value(event).unwrap_or_default();
    match event {
        Event::Check(check) => add_to_check(&mut value, check),
        Event::Verdict { outcome, .. } => {
            for (index, check) in outcome.checks.iter().enumerate() {
                add_to_check(&mut value["outcome"]["checks"][index], check);
            }
        }
        Event::Memory { table, .. } => add_to_table(&mut value, table),
        _ => {}
    }
    value
}

fn add_to_check(value: &mut Value, check: &CheckResult) {
    value["held"] = json!(held::lines(&check.holders, usize::MAX));
    for (index, place) in check.places.iter().enumerate() {
        value["places"][index]["says"] = json!(place::says(place));
    }
    if let Some(incident) = &check.fault {
        add_to_fault(&mut value["fault"], incident);
    }
}

fn add_to_fault(value: &mut Value, incident: &Incident) {
    value["says"] = json!(fault::name(incident.kind));
    for (label, scene, what) in fault::scenes(incident) {
        value[label]["says"] = json!(fault::says(scene, &what));
    }
}

fn add_to_table(value: &mut Value, table: &Table) {
    let rows: Vec<Value> = shown_rows(table)
        .map(|row| json!({ "label": label(row.gauge), "cells": cells(row), "story": row.gauge == table.gauge }))
        .collect();
    value["table"] = json!(rows);
    let span = span(table).map(|span| format!("{} {span}", label(table.gauge)));
    value["about"] = json!(span.into_iter().chain([collections(table)]).collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of `runner/events.md` that has this in it.
    fn example(part: &str) -> Event {
        let lines = include_str!("../../events.md").lines();
        let line = lines.into_iter().find(|line| line.starts_with('{') && line.contains(part)).unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{part}: {error}"))
    }

    #[test]
    fn a_place_says_what_the_terminal_says() {
        let told = json(&example("callback-loop/drive.mjs"));
        let says = &told["places"][0]["says"];
        assert_eq!(says[0], "409 handles at once, made in `idle`");
        assert_eq!(says[2], "asked for by `thrown` in drive.mjs:20, 9 of them");
    }

    #[test]
    fn a_fault_tells_its_scenes() {
        let told = json(&example("used_after_free"));
        assert_eq!(told["fault"]["says"], "used after it was freed");
        assert_eq!(told["fault"]["allocated"]["says"], json!(["in `read_all`, on the main thread: 1 024 bytes"]));
        assert_eq!(told["fault"]["touched"]["says"][0], "in `read_all`, on thread 7489 (`reader`): read of byte 0");
    }

    #[test]
    fn a_table_is_as_lesson_run_shows_it() {
        let told = json(&example("\"memory\""));
        assert_eq!(told["table"][0], json!({ "label": "handles", "cells": ["8", "2 009", "8", "8", "8"], "story": true }));
        assert_eq!(told["about"][0], "handles from 8 to 2 005, in 1 round of 500 calls");
    }

    #[test]
    fn a_verdict_tells_as_much_of_its_checks() {
        let Event::Check(check) = example("references/listener") else { panic!("it is no check") };
        let event = Event::Verdict {
            lesson: "references/listener".parse().expect("an id"),
            variant: crate::catalog::Variant::Exercise,
            outcome: crate::outcome::Outcome { verdict: check.verdict, checks: vec![check] },
            source_sha256: String::new(),
            node: None,
            compile_error: None,
            diagnostics: Vec::new(),
        };
        let held = json(&event)["outcome"]["checks"][0]["held"][0].to_string();
        assert!(held.contains("created at exercise.rs:31 in `subscribe`"), "{held}");
    }
}
