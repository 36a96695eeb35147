//! A run that can't be evidence is refused, never graded.

use crate::fixture::{Fixture, ID};

#[test]
fn an_add_on_without_the_probe_is_refused() {
    let course = Fixture::new();
    let manifest = format!("lessons/{ID}/Cargo.toml");
    course.edit(&manifest, "napi = { path = \"../../../runner/probe\", package = \"probe\" }", "napi = { workspace = true }");
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(3).says("the add-on carries no probe");
}

#[test]
fn an_add_on_whose_calls_are_not_seen_is_refused() {
    let course = Fixture::new();
    course.edit("lessons/build.rs", "println!(\"cargo:rustc-link-arg=-Wl,--wrap=napi_{name}\");", "let _ = name;");
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(3).says("its ledger is blind");
}

#[test]
fn a_checker_that_can_not_fail_is_caught() {
    // The law is what holds the checker: with a bound that nothing reaches, the shipped bug passes, and
    // the law must say so.
    let course = Fixture::new();
    let lesson = format!("lessons/{ID}/lesson.toml");
    course.lesson(&["verify", ID]).exits_with(0);
    let bounds = course
        .read(&lesson)
        .lines()
        .filter(|line| line.starts_with("at_most") || line.starts_with("broken"))
        .map(str::to_owned)
        .collect::<Vec<_>>();
    assert_eq!(bounds.len(), 2, "one bounded check is expected");
    course.edit(&lesson, &bounds[0], "at_most = 1_000_000");
    course.edit(&lesson, &bounds[1], "broken = 9_000_000");
    course.lesson(&["verify", ID]).exits_with(1).says("wrong:shipped: it should fail \"handles stay bounded");
}

#[test]
fn a_gauge_that_stands_still_is_caught() {
    // The same for the apparatus: a probe that forgets to look at the handles lets the shipped bug pass.
    let course = Fixture::new();
    course.edit("runner/probe/src/handles.rs", "raise(Counter::PeakHandles, handles);", "raise(Counter::PeakHandles, 0);");
    course.lesson(&["verify", ID]).exits_with(1).says("wrong:shipped: it should fail \"handles stay bounded");
}

#[test]
fn a_node_that_is_not_there_has_a_remedy() {
    let course = Fixture::new();
    course.lesson(&["--node", "./no/such/node", "check", ID]).exits_with(3).says("no/such/node").says("cargo lesson doctor");
    course.lesson(&["--node", "./no/such/node", "doctor"]).exits_with(3).says("install Node 20.13 or later");
}
