//! How a server ends, and what is left of it.

use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::course::Course;
use crate::server::{Server, command, wait_until};

#[test]
fn ctrl_c_ends_it() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let course = Course::new();
        let server = Server::start(&course);
        let port = server.port;
        assert!(course.build_folders().is_empty(), "the book is in memory");
        // A connection that is open does not hold it.
        let _open = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        server.signal(signal);
        assert_eq!(server.ended().code(), Some(130), "{signal}");
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}

#[test]
fn nothing_is_left_of_a_build_that_was_under_way() {
    let course = Course::new();
    for time in 0..10 {
        let server = Server::start(&course);
        course.append("book/introduction.md", "\nMore.\n");
        // At another moment of the build each time.
        thread::sleep(Duration::from_millis(40 * time));
        server.signal(Signal::SIGINT);
        assert_eq!(server.ended().code(), Some(130));
        assert!(course.build_folders().is_empty(), "{time}");
    }
}

#[test]
fn ctrl_c_ends_the_first_build() {
    let course = Course::new();
    let mut child = command(&course).args(["--port", "0"]).spawn().unwrap();
    wait_until(|| is_building(&course), || "it does not build".into());
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(course.build_folders().is_empty());
}

fn is_building(course: &Course) -> bool {
    course.build_folders().iter().any(|folder| folder.join("book").exists())
}

#[test]
fn the_next_start_removes_what_a_killed_one_left() {
    let course = Course::new();
    let server = Server::start(&course);
    course.append("book/introduction.md", "\nMore.\n");
    wait_until(|| is_building(&course), || server.stderr());
    server.signal(Signal::SIGKILL);
    server.ended();
    assert_eq!(course.build_folders().len(), 1);
    let _next = Server::start(&course);
    assert!(course.build_folders().is_empty());
}
