//! `runner/preprocessor/run`, which book.toml calls.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

fn run(target: &Path, args: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("run");
    Command::new(script).env("CARGO_TARGET_DIR", target).args(args).output().unwrap()
}

fn put(target: &Path, profile: &str, age: u64) {
    let program = target.join(profile).join("mdbook-lesson");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    // A process writes it that nobody forks: while a copy of this one has it open, it can't be run.
    let write = "printf '#!/bin/sh\\necho %s $1\\n' \"$2\" > \"$1\" && chmod +x \"$1\"";
    assert!(Command::new("sh").args(["-c", write, "sh"]).arg(&program).arg(profile).status().unwrap().success());
    let time = SystemTime::now() - Duration::from_secs(age);
    fs::File::open(&program).unwrap().set_modified(time).unwrap();
}

#[test]
fn without_a_build_it_says_so() {
    let target = TempDir::new().unwrap();
    let output = run(target.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "mdbook-lesson is not built: run cargo build\n");
    // mdBook would take a failure for "not this renderer" and build a book without lessons.
    assert!(run(target.path(), &["supports", "html"]).status.success());
}

#[test]
fn the_newer_build_is_taken() {
    let target = TempDir::new().unwrap();
    let said = |args| String::from_utf8(run(target.path(), args).stdout).unwrap();
    put(target.path(), "debug", 10);
    assert_eq!(said(&["supports"]), "debug supports\n");
    put(target.path(), "release", 5);
    assert_eq!(said(&[]), "release\n");
    put(target.path(), "debug", 1);
    assert_eq!(said(&[]), "debug\n");
}

#[test]
fn every_renderer_is_supported() {
    for renderer in ["html", "test", "epub"] {
        let status = Command::new(env!("CARGO_BIN_EXE_mdbook-lesson")).args(["supports", renderer]).status().unwrap();
        assert!(status.success());
    }
}
