//! A machine in trouble: nothing of it may become a verdict, and nothing of the user's may be lost.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::fixture::{Fixture, ID, finish, processes_of, shared_work, write_script};

#[test]
fn an_answer_of_undefined_is_wrong() {
    let course = Fixture::new();
    course.exercise(
        "use napi::bindgen_prelude::*;\nuse napi_derive::napi;\n\n#[napi]\npub fn idle(players: u32, turn: Function<u32, \
         Object>) -> Result<()> {\n    for player in 0..players {\n        turn.call(player)?;\n    }\n    Ok(())\n}\n",
    );
    course.check().exits_with(1).says("FAIL the moves are counted").says("measured \"undefined\"");
}

#[test]
fn a_clock_that_was_set_back_serves_no_old_build() {
    let course = Fixture::new();
    let work = course.path("work");
    let check = || finish(&mut course.command_working_in(&work, &["check", ID]));
    course.exercise(&course.solution());
    check().exits_with(0);
    // What cargo compares is from the future now.
    let build = work.join("after-gc/build/debug");
    let later = SystemTime::now() + Duration::from_secs(3600);
    let mut folders = vec![build.join(".fingerprint"), build.join("deps")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains("callback") {
                fs::File::options().append(true).open(path).unwrap().set_modified(later).unwrap();
            }
        }
    }
    course.exercise(&format!("{}// the bug again\n", course.read(&format!("lessons/{ID}/wrong/shipped.rs"))));
    check().exits_with(1).says("FAIL handles stay bounded");
}

#[test]
fn a_program_that_kills_its_supervisor_leaves_nothing() {
    let course = Fixture::new();
    course.exercise_doing(
        "let _ = std::process::Command::new(\"sh\").args([\"-c\", \"kill -9 $(ps -o ppid= -p $PPID)\"]).status();\n    \
         std::thread::sleep(std::time::Duration::MAX);",
    );
    let mut command = course.command(&["check", ID]);
    let child = command.spawn().unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(processes_of(pid).is_empty());
}

#[test]
fn a_verdict_stands_when_it_can_not_be_remembered() {
    let course = Fixture::new();
    course.exercise(&course.solution());
    course.write(".lesson", "not a folder");
    course.check().exits_with(0).says("1 of 1 solved").says("warning: failed to remember");
}

#[test]
fn files_of_the_user_in_the_work_folder_are_left_alone() {
    let course = Fixture::new();
    let work = course.path("work");
    for file in ["runs/thesis/results.csv", "runs/2024-05-01-experiment/data", "lock", "after-gc/runs/mine/notes"] {
        course.write(&format!("work/{file}"), "precious");
    }
    finish(&mut course.command_working_in(&work, &["check", ID, "--variant", "solution"])).exits_with(0);
    for file in ["runs/thesis/results.csv", "runs/2024-05-01-experiment/data", "lock", "after-gc/runs/mine/notes"] {
        assert_eq!(course.read(&format!("work/{file}")), "precious");
    }
}

#[test]
fn a_linker_that_fails_is_no_verdict_on_the_source() {
    let course = Fixture::new();
    course.exercise_doing(&course.unique());
    let fake = course.path("bin");
    write_script(&fake.join("cc"), "echo 'ld: final link failed: No space left on device' >&2\nexit 1\n");
    let path = format!("{}:{}", fake.display(), std::env::var("PATH").unwrap());
    finish(course.command(&["check", ID]).env("PATH", path))
        .exits_with(3)
        .says("not because of its source")
        .says("No space left");
}

#[test]
fn a_full_disk_is_no_verdict_on_the_source() {
    let course = Fixture::new();
    // From here on, evidence goes to a device that is always full.
    course.exercise_doing(
        "for open in std::fs::read_dir(\"/proc/self/fd\").unwrap().flatten() {
            if std::fs::read_link(open.path()).is_ok_and(|file| file.ends_with(\"evidence\")) {
                unsafe extern \"C\" {
                    fn dup2(from: i32, to: i32) -> i32;
                }
                let full = std::fs::File::options().write(true).open(\"/dev/full\").unwrap();
                let number = open.file_name().into_string().unwrap().parse().unwrap();
                unsafe { dup2(std::os::fd::AsRawFd::as_raw_fd(&full), number) };
            }
        }",
    );
    course.check().exits_with(3).says("its evidence could not be written: ENOSPC");
}

#[test]
fn a_broken_lesson_stops_no_other() {
    let course = Fixture::new();
    course.lesson(&["new", "wrap/other"]).exits_with(0);
    course.edit("book/SUMMARY.md", "# Summary\n", "# Summary\n\n- [Other](wrap/other.md)\n");
    course.edit("lessons/wrap/other/lesson.toml", "minutes", "minuts");
    course.lesson(&["check", "--all"]).exits_with(1).says("unknown field `minuts`").says("FAIL handles stay bounded");
    course.lesson(&["verify", "--all"]).exits_with(1).says("unknown field `minuts`");
    course.lesson(&["check", "wrap/other"]).exits_with(3);
}

#[test]
fn a_book_without_lessons_is_no_pass() {
    let course = Fixture::new();
    course.write("book/SUMMARY.md", "# Summary\n");
    course.lesson(&["check", "--all"]).exits_with(3).says("names no lesson");
    course.lesson(&["verify", "--all"]).exits_with(3);
}

#[test]
fn without_node_a_law_is_unknown_and_not_broken() {
    let course = Fixture::new();
    course.lesson(&["--node", "./nothing", "verify", ID]).exits_with(3).says("0 faults").says("without a verdict");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let course = Fixture::new();
    let mut child = course.command(&["solution", ID, "--yes"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}

#[test]
fn what_the_add_on_prints_is_shown() {
    let course = Fixture::new();
    course.exercise_doing("if players > 0 { println!(\"{players} players\"); eprintln!(\"to stderr\"); }");
    course
        .check()
        .exits_with(0)
        .says("The add-on printed to stdout: 200 players")
        .says("The add-on printed to stderr: to stderr");
}

#[test]
fn two_runners_with_one_work_folder_do_not_sweep_each_other() {
    let course = Fixture::new();
    course.exercise_doing(&format!("{} std::thread::sleep(std::time::Duration::from_millis(300));", course.unique()));
    let long = course.command(&["check", ID]).spawn().unwrap();
    for _ in 0..5 {
        course.lesson(&["check", ID, "--variant", "solution"]).exits_with(0);
    }
    let output = long.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(shared_work().join("after-gc/runs").is_dir());
}
