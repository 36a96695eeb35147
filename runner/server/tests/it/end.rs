//! How a server ends, and what is left of it.

use std::fs::{self, File, OpenOptions};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::course::Course;
use crate::server::{Server, command, end_of, wait_until};

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

/// Makes a page of the book a pipe, so that a build waits for what is written to it.
fn hold_builds(course: &Course) {
    course.append("book/SUMMARY.md", "\n[A pipe](pipe.md)\n");
    mkfifo(&course.path("book/pipe.md"), Mode::S_IRWXU).unwrap();
}

/// Waits until a build waits, which goes on when the answer is dropped. Later ones do not wait.
fn wait_for_build(course: &Course) -> File {
    let mut pipe = None;
    let mut open = OpenOptions::new();
    open.write(true).custom_flags(OFlag::O_NONBLOCK.bits());
    wait_until(
        || {
            // There is an error as long as nobody reads.
            pipe = open.open(course.path("book/pipe.md")).ok();
            pipe.is_some()
        },
        || "nothing is built".into(),
    );
    course.write("book/new.md", "# No pipe\n");
    fs::rename(course.path("book/new.md"), course.path("book/pipe.md")).unwrap();
    pipe.unwrap()
}

#[test]
fn ctrl_c_ends_the_first_build() {
    let course = Course::new();
    hold_builds(&course);
    let mut child = command(&course).args(["--port", "0"]).spawn().unwrap();
    let build = wait_for_build(&course);
    assert_eq!(course.build_folders().len(), 1);
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    drop(build);
    assert_eq!(end_of(&mut child).expect("it has to end").code(), Some(130));
    assert!(course.build_folders().is_empty());
}

#[test]
fn the_next_start_removes_what_a_killed_one_left() {
    let course = Course::new();
    let server = Server::start(&course);
    hold_builds(&course);
    let build = wait_for_build(&course);
    server.signal(Signal::SIGKILL);
    server.ended();
    drop(build);
    assert_eq!(course.build_folders().len(), 1);
    let _next = Server::start(&course);
    assert!(course.build_folders().is_empty());
}
