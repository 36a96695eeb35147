//! The workspace of all programs, as cargo itself reads it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::fixture::{Fixture, ID, finish};

/// The command, working where an editor expects its workspace.
fn lesson(course: &Fixture, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson"));
    command.arg("--root").arg(course.root()).args(args);
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    finish(&mut command).exits_with(0).stdout
}

/// The packages of a workspace, by their names, each with the files of its targets from the root of the course.
#[track_caller]
fn packages(course: &Fixture, manifest: &Path) -> Vec<(String, Vec<String>)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let from_root = |path: &str| Path::new(path).strip_prefix(course.root()).unwrap().to_string_lossy().into_owned();
    let targets = |package: &Value| {
        let targets = package["targets"].as_array().unwrap().iter().filter(|target| target["kind"][0] != "custom-build");
        targets.map(|target| from_root(target["src_path"].as_str().unwrap())).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|package| (text(&package["name"]), targets(package))).collect()
}

#[test]
fn cargo_finds_all_programs_that_are_there() {
    let course = Fixture::new();
    // Neither is a lesson.
    std::fs::create_dir_all(course.path("lessons/scopes/nothing-yet")).unwrap();
    course.write("lessons/notes.txt", "not a topic");
    let printed = lesson(&course, &["workspace"]);
    let manifest = course.path("target/lessons/editor/Cargo.toml");
    assert_eq!(Path::new(printed.trim()), manifest);
    let found = packages(&course, &manifest);
    let [(name, programs)] = &found[..] else { panic!("one lesson is expected: {found:?}") };
    assert_eq!(name, "scopes-callback-loop");
    for program in [format!("lessons/{ID}/exercise.rs"), format!("lessons/{ID}/wrong/shipped.rs"), format!("solutions/{ID}.rs")] {
        assert!(programs.contains(&program), "{program} is not in {programs:?}");
    }

    // A program more, one less, and a lesson that the book does not know yet: the next command tells the editor.
    course.write(&format!("lessons/{ID}/wrong/another.rs"), "");
    std::fs::remove_file(course.path(&format!("solutions/{ID}.rs"))).unwrap();
    lesson(&course, &["new", "wrap/first-try"]);
    let found = packages(&course, &manifest);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["scopes-callback-loop", "wrap-first-try"]);
    let [another, solution] = [format!("lessons/{ID}/wrong/another.rs"), format!("solutions/{ID}.rs")];
    assert!(found[0].1.contains(&another) && !found[0].1.contains(&solution), "{found:?}");
}

#[test]
fn the_editor_is_told_where_it_is() {
    let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/../.vscode/settings.json");
    let settings: Value = serde_json::from_str(&std::fs::read_to_string(settings).unwrap()).unwrap();
    let projects = settings["rust-analyzer.linkedProjects"].as_array().unwrap();
    assert!(projects.contains(&"target/lessons/editor/Cargo.toml".into()), "{projects:?}");
}
