//! Where the commands look for a course: by its own files, and nothing of the program has to be in it.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::fixture::{Done, Fixture, ID, finish};

/// Lists the lessons as somebody does who is in this folder.
fn list(folder: &Path, args: &[&str], cargo: Option<&Path>) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson"));
    command.args(args).arg("list").current_dir(folder).env_remove("CARGO_MANIFEST_DIR");
    if let Some(folder) = cargo {
        command.env("CARGO_MANIFEST_DIR", folder);
    }
    finish(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
}

#[test]
fn a_course_is_found_around_the_current_folder() {
    let course = Fixture::new();
    list(&course.path("lessons/scopes"), &[], None).exits_with(0).says(ID);
    // It is preferred to the one that the program was built in.
    list(&course.root(), &[], Some(Path::new(env!("CARGO_MANIFEST_DIR")))).exits_with(0).says("0 of 1 done");
}

#[test]
fn elsewhere_there_is_the_one_that_cargo_has_built() {
    let (course, elsewhere) = (Fixture::new(), TempDir::new().unwrap());
    list(elsewhere.path(), &[], None).exits_with(3).says("there is no course in").says("name one with --root");
    list(elsewhere.path(), &[], Some(&course.path("lessons"))).exits_with(0).says(ID);
}

#[test]
fn what_is_named_has_to_be_one() {
    let (course, elsewhere) = (Fixture::new(), TempDir::new().unwrap());
    list(elsewhere.path(), &["--root", course.root().to_str().unwrap()], None).exits_with(0).says(ID);
    let inside = course.path("lessons");
    let done = list(&course.root(), &["--root", inside.to_str().unwrap()], None).exits_with(3);
    done.says("lessons is not a course: it has no book/SUMMARY.md and lessons/");
}

#[test]
fn a_course_needs_no_manifest_of_its_own() {
    let course = Fixture::new();
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::remove_file(course.path(file)).unwrap();
    }
    course.renew(&format!("solutions/{ID}.rs"));
    course.lesson(&["check", ID, "--variant", "solution"]).exits_with(0);
}
