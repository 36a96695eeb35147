//! Why a server can't start, and what to do.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use nix::sys::signal::Signal;

use crate::course::Course;
use crate::server::{Server, command, refusal, wait_until};

#[test]
fn a_port_that_is_taken() {
    let course = Course::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let (code, said) = refusal(command(&course).arg("--port").arg(port.to_string()));
    assert_eq!(code, Some(3));
    assert!(said.contains(&format!("error: port {port} is taken")) && said.contains("add `--port "), "{said}");
}

#[test]
fn no_book() {
    let course = Course::new();
    fs::remove_file(course.path("book.toml")).unwrap();
    let (code, said) = refusal(command(&course).args(["--port", "0"]));
    assert_eq!(code, Some(3));
    assert!(said.contains("book.toml is missing"), "{said}");
}

#[test]
fn no_place_to_build_in() {
    let course = Course::new();
    // A file in the place of a folder: a superuser may write everywhere else.
    fs::write(course.path("target"), "").unwrap();
    let (code, said) = refusal(command(&course).args(["--port", "0"]));
    assert_eq!(code, Some(3));
    assert!(said.contains("failed to make a folder for it in ") && said.contains("target/lessons/runs"), "{said}");
}

#[test]
fn a_browser_that_can_not_be_opened() {
    let course = Course::new();
    let server = Server::begin(command(&course).args(["--port", "0", "--open"]).env("PATH", ""));
    let instead = format!("open http://127.0.0.1:{}/", server.port);
    let says = |line: &str| line.starts_with("No browser") && line.contains(&instead);
    wait_until(|| server.stderr().lines().any(says), || server.stderr());
}

/// What a program is started with can be read by everybody on a machine.
#[test]
fn a_key_that_others_could_read() {
    let course = Course::new();
    let (tool, shown) = (course.path("tools/xdg-open"), course.path("shown"));
    fs::create_dir(course.path("tools")).unwrap();
    fs::write(&tool, "#!/bin/sh\nprintf %s \"$*\" >\"$SHOWN.new\" && mv \"$SHOWN.new\" \"$SHOWN\"\n").unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", course.path("tools").display(), std::env::var("PATH").unwrap());
    let mut command = command(&course);
    let server = Server::begin(command.args(["--port", "0", "--play", "--open"]).env("PATH", path).env("SHOWN", &shown));
    wait_until(|| shown.exists(), || format!("no browser was asked for: {}", server.stderr()));

    let page = PathBuf::from(fs::read_to_string(&shown).unwrap());
    let text = fs::read_to_string(&page).unwrap();
    let url = format!("http://127.0.0.1:{}/#t={}", server.port, server.token);
    assert!(text.contains(&format!("location.replace(\"{url}\")")), "{text}");
    assert!(!page.display().to_string().contains(&server.token));
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    server.signal(Signal::SIGINT);
    server.ended();
    assert!(!page.exists(), "the page is still there");
}

#[test]
fn two_at_once() {
    let course = Course::new();
    let (first, second) = (Server::start(&course), Server::start(&course));
    assert_eq!((first.get("/").status, second.get("/").status), (200, 200));
}
