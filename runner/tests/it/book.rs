//! `lesson book` and `lesson serve` build a server and become it. The server itself is tested in `runner/server`, and
//! is not built here: a script stands for it, and for cargo.

use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::fixture::{Fixture, finish, processes_of, shared_work, write_script};
use crate::shutdown::wait_for;

/// What stands for cargo, and does what a variable says.
const STAND_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stand-in");

/// A course that has the server's sources, as a checkout has them.
fn checkout() -> Fixture {
    let course = Fixture::new();
    course.write("runner/server/Cargo.toml", "");
    course
}

/// `lesson book` with a cargo that does this.
fn book(course: &Fixture, cargo: &str, args: &[&str]) -> Command {
    stand_in(course, cargo, &[&["book"], args].concat())
}

fn stand_in(course: &Fixture, cargo: &str, args: &[&str]) -> Command {
    let mut command = course.command(args);
    command.env("CARGO", STAND_IN).env("STAND_IN", cargo);
    command
}

/// A cargo that builds a server which prints its id and its arguments.
fn building() -> String {
    let artifact = r#"{"reason":"compiler-artifact","target":{"name":"lesson-server"},"executable":"'$0'","fresh":true}"#;
    format!("if [ $1 = build ]; then echo '{artifact}'; else echo $$ $@; exit 7; fi")
}

#[test]
fn the_command_becomes_the_server() {
    let course = checkout();
    let child = book(&course, &building(), &["--port", "4000", "--open"]).spawn().unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    let (root, work) = (course.root(), shared_work());
    let expected = format!("{pid} --root {} --work {} --port 4000 --open\n", root.display(), work.display());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn to_serve_is_to_let_it_play_with_the_same_node() {
    let course = checkout();
    let done = finish(&mut stand_in(&course, &building(), &["--node", "/opt/node", "serve", "--port", "4000"])).exits_with(7);
    assert!(done.stdout.ends_with("--port 4000 --play --node /opt/node\n"), "{}", done.stdout);
}

#[test]
fn a_server_that_can_not_be_built() {
    // Of this course, because most of its workspace is missing.
    let done = checkout().lesson(&["book"]).exits_with(3);
    done.says("error: cargo could not build lesson-server:").says("The first build needs a network");
    let course = checkout();
    let offline = "echo 'error: failed to download from the registry' >&2; exit 101";
    finish(&mut book(&course, offline, &[])).exits_with(3).says("failed to download from the registry");
}

#[test]
fn a_course_that_is_no_checkout_needs_a_server_that_is_installed() {
    let course = Fixture::new();
    let installed = course.path("bin/lesson");
    std::fs::create_dir(course.path("bin")).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_lesson"), &installed).unwrap();
    let book = || {
        let mut command = Command::new(&installed);
        command.arg("--root").arg(course.root()).args(["book", "--port", "4000"]);
        finish(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    };
    book().exits_with(3).says("bin/lesson-server is missing");
    write_script(&course.path("bin/lesson-server"), "echo $@; exit 7\n");
    assert_eq!(book().exits_with(7).stdout, format!("--root {} --port 4000\n", course.root().display()));
}

#[test]
fn without_cargo() {
    let course = checkout();
    let mut command = course.command(&["book"]);
    finish(command.env("CARGO", "/no/such/cargo")).exits_with(3).says("failed to start `/no/such/cargo`");
}

#[test]
fn ctrl_c_while_it_is_built() {
    let course = checkout();
    let child = book(&course, "sleep 60 & sleep 60", &[]).spawn().unwrap();
    let pid = child.id();
    wait_for("cargo runs", || processes_of(pid).len() >= 3);
    kill(Pid::from_raw(pid as i32), Signal::SIGINT).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(processes_of(pid), Vec::<u32>::new());
}
