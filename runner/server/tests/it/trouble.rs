//! Why a server can't start, and what to do.

use std::fs;
use std::net::TcpListener;

use crate::course::Course;
use crate::server::{Server, command, refusal};

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
    let mut child = command(&course).args(["--port", "0", "--open"]).env("PATH", "").spawn().unwrap();
    let said = std::io::BufReader::new(child.stderr.take().unwrap());
    let line = std::io::BufRead::lines(said).map(Result::unwrap).find(|line| line.starts_with("No browser"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.unwrap().contains("open http://127.0.0.1:"));
}

#[test]
fn two_at_once() {
    let course = Course::new();
    let (first, second) = (Server::start(&course), Server::start(&course));
    assert_eq!((first.get("/").status, second.get("/").status), (200, 200));
}
