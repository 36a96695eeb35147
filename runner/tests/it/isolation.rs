//! Whatever else is going on, a verdict belongs to the source that was there when it was asked for.

use std::io::{BufRead, BufReader};
use std::process::Command;

use crate::fixture::{Fixture, ID, finish};

const EXERCISE: &str = "lessons/scopes/callback-loop/exercise.rs";
const SOLUTION: &str = "solutions/scopes/callback-loop.rs";

#[test]
fn two_terminals_get_their_own_verdicts() {
    let course = Fixture::new();
    for _ in 0..5 {
        course.exercise(&course.solution());
        course.renew(EXERCISE);
        let mut first = course.command(&["check", ID, "--format", "json"]).spawn().unwrap();
        let mut said = BufReader::new(first.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains(r#""event":"source""#)));
        course.exercise(&course.read(&format!("lessons/{ID}/wrong/shipped.rs")));
        course.renew(EXERCISE);
        let second = course.command(&["check", ID]).spawn().unwrap();
        let said: Vec<String> = said.map(Result::unwrap).collect();
        let codes = (first.wait().unwrap().code(), second.wait_with_output().unwrap().status.code());
        assert_eq!(codes, (Some(0), Some(1)), "{said:#?}");
    }
}

#[test]
fn different_sources_at_once_do_not_meet_in_one_build() {
    let course = [Fixture::new(), Fixture::new()];
    course[0].exercise(&course[0].solution());
    course.iter().for_each(|course| course.renew(EXERCISE));
    let mut children: Vec<_> =
        (0..8).map(|index| (index % 2, course[index % 2].command(&["check", ID]).spawn().unwrap())).collect();
    for (expected, child) in children.drain(..) {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(expected as i32), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_users_settings_change_nothing() {
    let course = Fixture::named("a course in Ærøskøbing, 日本");
    course.renew(EXERCISE);
    course.renew(SOLUTION);
    let with_settings = |args: &[&str]| -> Command {
        let mut command = course.command(args);
        command
            .env("RUSTFLAGS", "--cfg broken -Cno-such-flag")
            .env("CARGO_ENCODED_RUSTFLAGS", "-Cno-such-flag")
            .env("CARGO_TARGET_DIR", course.path("somewhere else"))
            .env("CARGO_BUILD_TARGET", "no-such-target")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "3")
            .env("NODE_OPTIONS", "--max-old-space-size=1 --no-such-option");
        command
    };
    finish(&mut with_settings(&["check", ID])).exits_with(1).says("FAIL handles stay bounded");
    finish(&mut with_settings(&["check", ID, "--variant", "solution"])).exits_with(0);
    assert!(!course.path("somewhere else").exists());
}

#[test]
fn nothing_is_compiled_when_nothing_has_changed() {
    let course = Fixture::new();
    course.exercise_doing(&course.unique());
    let compiling = r#"{"event":"phase","phase":"compiling"}"#;
    let first = course.lesson(&["check", ID, "--format", "json"]).exits_with(0);
    assert!(first.stdout.contains(compiling));
    let second = course.lesson(&["check", ID, "--format", "json"]).exits_with(0);
    assert!(!second.stdout.contains(compiling));
}

#[test]
fn a_broken_exercise_stops_no_other_lesson() {
    let course = Fixture::new();
    course.exercise("this is no Rust");
    course.renew(SOLUTION);
    course.lesson(&["check", ID]).exits_with(1);
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(0);
    // A folder without a manifest would break every cargo command in the course itself.
    course.renew(SOLUTION);
    std::fs::create_dir_all(course.path("lessons/scopes/left-behind")).unwrap();
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(0);
}
