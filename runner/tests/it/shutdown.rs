//! Ctrl-C in every phase, and a runner that is killed.

use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::fixture::{Fixture, ID, processes_of};

pub(crate) fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn signal(name: &str, pid: u32) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

/// Starts a check and waits until one of its processes has `name` as its program.
fn start_until(course: &Fixture, name: &str) -> Child {
    let child = course.command(&["check", ID]).spawn().unwrap();
    let program = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    wait_for(&format!("{name} runs"), || processes_of(child.id()).iter().any(|pid| program(pid).ends_with(name)));
    child
}

/// The processes that any thread of a process has started.
fn children_of(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// A source that no other run has built, which makes cargo run, and then waits.
fn waiting(course: &Fixture) {
    course.exercise_doing(&format!("{} std::thread::sleep(std::time::Duration::MAX);", course.unique()));
}

#[test]
fn ctrl_c_while_compiling() {
    let course = Fixture::new();
    waiting(&course);
    let mut child = start_until(&course, "cargo");
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(processes_of(child.id()).is_empty());
}

#[test]
fn ctrl_c_while_running() {
    let course = Fixture::new();
    waiting(&course);
    let mut child = start_until(&course, "node");
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(processes_of(child.id()).is_empty());
}

#[test]
fn ctrl_c_while_waiting_for_another_runner() {
    let course = Fixture::new();
    waiting(&course);
    let work = course.path("work");
    fs::create_dir_all(work.join("after-gc")).unwrap();
    let lock = fs::File::create(work.join("after-gc/lock")).unwrap();
    lock.lock().unwrap();
    let mut child = course.command_working_in(&work, &["check", ID, "--format", "json"]).spawn().unwrap();
    let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut said, &mut line).unwrap(), 0, "it ended before it waited");
    }
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_killed_runner_leaves_nothing() {
    let course = Fixture::new();
    waiting(&course);
    let mut child = start_until(&course, "node");
    signal("-KILL", child.id());
    child.wait().unwrap();
    wait_for("the supervisor has swept", || processes_of(child.id()).is_empty());
}

#[test]
fn the_next_run_sweeps_what_a_killed_supervisor_left() {
    let course = Fixture::new();
    waiting(&course);
    let mut child = start_until(&course, "node");
    let supervisors = children_of(child.id());
    assert_ne!(supervisors, Vec::<u32>::new(), "a supervisor is there");
    // It must not sweep in the moment between the two.
    supervisors.iter().for_each(|supervisor| signal("-STOP", *supervisor));
    signal("-KILL", child.id());
    supervisors.iter().for_each(|supervisor| signal("-KILL", *supervisor));
    child.wait().unwrap();
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(0);
    assert!(processes_of(child.id()).is_empty());
    let runs = crate::fixture::shared_work().join("after-gc/runs");
    let left = fs::read_dir(runs)
        .unwrap()
        .flatten()
        .filter(|run| run.file_name().to_string_lossy().starts_with(&format!("{}-", child.id())));
    assert_eq!(left.count(), 0);
}
