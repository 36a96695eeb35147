//! A run that can't be evidence is refused, never graded; and a probe that is broken on purpose is found out.

use crate::fixture::{Fixture, ID, node, probe_with, write_script};

/// Where the probe writes a slot.
const SET: &str = "slot.set(entry.function);";

#[test]
fn a_run_without_the_probe_is_refused() {
    let course = Fixture::new();
    let script = course.path("node-without-preload");
    write_script(&script, &format!("unset LD_PRELOAD\nexec {} \"$@\"\n", node().display()));
    let node = script.to_string_lossy().into_owned();
    let refused = course.lesson(&["--node", &node, "check", ID, "--variant", "solution"]);
    refused.exits_with(3).says("the probe was not loaded into Node");
}

#[test]
fn an_add_on_whose_calls_are_not_seen_is_refused() {
    let probe = probe_with(&[("loader/slots.rs", SET, "if entry.kind != Kind::NodeApi { slot.set(entry.function) }")]);
    let course = Fixture::new();
    course.lesson_with_probe(&probe, &["check", ID, "--variant", "solution"]).exits_with(3).says("its ledger is blind");
}

#[test]
fn a_function_that_is_not_replaced_is_caught() {
    let course = Fixture::new();
    course.add("tsfn/queue-full");
    // What is allocated is not seen. Rust's own allocator is entered by name, so that has to go as well.
    let malloc = "if name != b\"malloc\" { slot.set(entry.function) }";
    let unseen = probe_with(&[("loader/slots.rs", SET, malloc), ("rust.rs", "if !table::wants_sites() {", "if true {")]);
    // What is freed is not seen.
    let taken = "if let Some(block) = shadow::take(pointer.addr()) {\n        uncount(block);\n    }\n";
    let kept = probe_with(&[("heap.rs", taken, ""), ("rust.rs", "if !table::wants_sites() {", "if true {")]);
    for probe in [unseen, kept] {
        course.lesson_with_probe(&probe, &["verify", "tsfn/queue-full"]).exits_with(1);
    }
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
    let probe = probe_with(&[("handles.rs", "raise(Counter::PeakHandles, handles);", "raise(Counter::PeakHandles, 0);")]);
    let course = Fixture::new();
    let verified = course.lesson_with_probe(&probe, &["verify", ID]);
    verified.exits_with(1).says("wrong:shipped: it should fail \"handles stay bounded");
}

#[test]
fn a_node_that_is_not_there_has_a_remedy() {
    let course = Fixture::new();
    course.lesson(&["--node", "./no/such/node", "check", ID]).exits_with(3).says("no/such/node").says("cargo lesson doctor");
    course.lesson(&["--node", "./no/such/node", "doctor"]).exits_with(3).says("install Node 20.13 or later");
}

/// What a probe is made to lack, and what `doctor` and a verdict say of that.
#[track_caller]
fn lacking(file: &str, from: &str, to: &str, doctor: (i32, &str), check: (i32, &str)) {
    let probe = probe_with(&[(file, from, to)]);
    let course = Fixture::new();
    course.lesson_with_probe(&probe, &["doctor"]).exits_with(doctor.0).says(doctor.1);
    course.lesson_with_probe(&probe, &["check", ID]).exits_with(check.0).says(check.1);
}

#[test]
fn a_node_that_does_not_count_handles_leaves_their_checks_open() {
    let says = "checks of `handles.peak` stay undecided";
    let undecided = "not measured: this Node does not export v8::HandleScope::NumberOfHandles";
    // The other checks of the shipped bug pass, so nothing is certain.
    lacking("v8.rs", "NumberOfHandlesE", "NumberOfSpoonsE", (3, says), (3, undecided));
}

#[test]
fn a_processor_whose_stacks_are_not_known_has_no_lines_and_the_same_verdict() {
    let (says, loop_over) = ("verdicts name no line", "while self.this.steps.len() < self.this.steps.capacity() {");
    lacking("unwind/walker.rs", loop_over, "while false {", (0, says), (1, says));
}

#[test]
fn a_node_that_does_not_name_callers_has_the_lines_of_the_add_on_alone() {
    lacking(
        "v8.rs",
        "StackTrace13GetFrameCountEv",
        "StackTrace13GetSpoonCountEv",
        (0, "this Node does not export v8::StackTrace"),
        (1, "exercise.rs:9"),
    );
}

#[test]
fn a_system_that_has_no_room_for_the_guard_leaves_its_checks_open() {
    let probe = probe_with(&[("guard.rs", "!arena::reserve()", "true")]);
    let course = Fixture::new();
    course.lesson_with_probe(&probe, &["doctor"]).exits_with(3).says("checks of `guard.faults` stay undecided");
    course.edit(
        &format!("lessons/{ID}/lesson.toml"),
        "[[check]]\nid      = \"calls-arrive\"",
        "[[check]]\nid = 'guarded'\nname = 'guarded'\nmetric = 'guard.faults'\nequals = 0\nbecause = 'x'\n\n[[check]]\nid      = \"calls-arrive\"",
    );
    course.edit(&format!("lessons/{ID}/lesson.toml"), "[work]", "[work]\nguard = true");
    let says = "nothing was guarded: the system refused the address space for it";
    course.lesson_with_probe(&probe, &["check", ID, "--variant", "solution"]).exits_with(3).says(says);
}
