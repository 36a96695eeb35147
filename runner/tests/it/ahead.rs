//! Of many lessons the next one is checked while one runs, and what is said is said in the lessons' order.

use std::fs;
use std::path::Path;

use runner::catalog::ENDS;
use runner::event::Event;
use runner::grade::Verdict;
use runner::step::Phase;

use crate::fixture::{Fixture, ID, processes_of};
use crate::shutdown::{signal, wait_for};

const NEXT: &str = "wrap/lost-finalizer";

/// Who waits takes no processor time, which is limited.
const HELPERS: &str = "import { existsSync, writeFileSync } from 'node:fs';
const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
";

/// Two lessons. The first one does what `waits` says in its work, the second one writes a file in its.
fn two_lessons(waits: impl Fn(&Path) -> String) -> Fixture {
    let course = Fixture::new();
    course.add(NEXT);
    // The first one waits for the second one's build.
    course.limits("deadline_s = 120");
    let begun = course.path("begun");
    for (id, does) in [(ID, waits(&begun)), (NEXT, format!("writeFileSync({begun:?}, '');"))] {
        let drive = format!("lessons/{id}/drive.mjs");
        let work = "export function round(addon, t) {";
        course.edit(&drive, work, &format!("{HELPERS}{work}\n  {does}"));
        // Neither was ever compiled.
        let exercise = format!("lessons/{id}/exercise.rs");
        course.write(&exercise, &format!("{}\npub fn unique() {{\n    {}\n}}\n", course.read(&exercise), course.unique()));
    }
    course
}

#[test]
fn the_next_lesson_runs_meanwhile_and_is_told_in_its_turn() {
    let course = two_lessons(|begun| format!("while (!existsSync({begun:?})) sleep(10);"));
    let run = course.lesson(&["check", "--all", "--format", "json"]).exits_with(1);
    let events: Vec<Event> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends = events.iter().find_map(|event| match event {
        Event::Check(check) if check.id == ENDS => Some(check.verdict),
        _ => None,
    });
    assert_eq!(ends, Some(Verdict::Passed), "the first lesson has waited for the second one in vain");
    let told: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Start { lesson, .. } => Some(format!("start {lesson}")),
            Event::Phase { phase: phase @ (Phase::Compiling | Phase::Running) } => Some(format!("{phase:?}")),
            Event::Verdict { lesson, .. } => Some(format!("verdict {lesson}")),
            _ => None,
        })
        .collect();
    let of = |id: &str| [format!("start {id}"), "Compiling".into(), "Running".into(), format!("verdict {id}")];
    assert_eq!(told, [of(ID), of(NEXT)].concat());
}

#[test]
fn ctrl_c_ends_both() {
    let course = two_lessons(|_| "sleep();".into());
    course.edit(&format!("lessons/{NEXT}/drive.mjs"), ", '');", ", '');\n  sleep();");
    let mut child = course.command(&["check", "--all"]).spawn().unwrap();
    let program = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let nodes = || processes_of(child.id()).iter().filter(|pid| program(pid).ends_with("node")).count();
    wait_for("two lessons run", || nodes() == 2);
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(processes_of(child.id()).is_empty());
}
