//! One run at a time, and what is left of it.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::course::{Course, ID, OTHER};
use crate::page::{Listener, events, folders_of, is_event, next_after, work};
use crate::server::{Server, command};

/// Begins a check that does not come to its end, and waits for this event of it.
fn begin(course: &Course, server: &Server, event: &str) -> Listener {
    let mut page = server.listen(ID);
    server.saves(course, &course.waiting());
    assert_eq!(server.does("check"), json!({ "run": 1 }));
    page.until(|line| is_event(line, event));
    page
}

#[test]
fn one_at_a_time() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut other = server.listen(OTHER);
    other.until(|line| line["type"] == "idle");
    let mut page = begin(&course, &server, "node");
    assert_eq!(other.next().unwrap(), json!({ "type": "busy", "lesson": ID, "action": "check" }));
    for lesson in [ID, OTHER] {
        let refused = server.ask(&json!({ "lesson": lesson, "action": "run" }));
        assert_eq!(refused, (429, json!({ "error": format!("{ID} is running: wait for it or stop it") })));
    }
    // A page that comes now is told so, and has no run of its own.
    let begun = server.listen(OTHER).until(|line| line["type"] == "busy");
    assert_eq!((begun.len(), &begun[2]["type"], &begun[3]["lesson"]), (4, &json!("idle"), &json!(ID)));

    let stop = |lesson: &str, run: u64| server.ask(&json!({ "lesson": lesson, "action": "stop", "run": run }));
    assert_eq!(stop(ID, 2), (200, json!({ "stopped": false })));
    assert_eq!(stop(OTHER, 1), (200, json!({ "stopped": false })));
    assert_eq!(stop(ID, 1), (200, json!({ "stopped": true })));
    assert_eq!(page.until_ended().last().unwrap()["how"], "stopped");
    assert_eq!(other.next().unwrap(), json!({ "type": "busy", "lesson": null }));
    assert_eq!(stop(ID, 1), (200, json!({ "stopped": false })), "it is over");
    assert_eq!(server.ask(&json!({ "lesson": OTHER, "action": "check" })), (202, json!({ "run": 2 })));
    assert_eq!(other.until_ended().last().unwrap()["how"], "graded");
}

#[test]
fn stopped_at_any_moment_nothing_is_left() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    for (number, event) in (1..).zip(["source", "phase", "node", "sample"]) {
        // Each is compiled anew, so that there is something to stop.
        server.saves(&course, &course.waiting().replace("Duration::MAX", &format!("Duration::from_secs({number}000)")));
        server.does("check");
        if event == "phase" {
            page.until(|line| line["event"]["phase"] == "compiling");
        } else {
            page.until(|line| is_event(line, event));
        }
        let stop = json!({ "lesson": ID, "action": "stop", "run": number });
        assert_eq!(server.ask(&stop), (200, json!({ "stopped": true })), "{event}");
        assert_eq!(page.until_ended().last().unwrap()["how"], "stopped", "{event}");
        assert_eq!((server.processes(), folders_of(server.pid())), (vec![], vec![]), "{event}");
    }
}

#[test]
fn two_pages_see_the_same() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let (mut one, mut other) = (server.listen(ID), server.listen(ID));
    server.does("check");
    let all = one.until_ended();
    let of_run =
        |lines: &[serde_json::Value]| -> Vec<_> { lines.iter().filter(|line| line["type"] == "event").cloned().collect() };
    assert!(of_run(&all).len() > 10);
    assert_eq!(of_run(&other.until_ended()), of_run(&all));
}

#[test]
fn a_page_that_does_not_read_delays_nobody() {
    let course = Course::to_run();
    let server = Server::play(&course);
    // More than the system takes for each of them.
    let unread: Vec<Listener> = (0..20).map(|_| server.listen(ID)).collect();
    let mut page = server.listen(ID);
    for number in 0..60 {
        let text = format!("// {number}\n").repeat(6000);
        server.saves(&course, &text);
        page.until(|line| line["text"] == text);
    }
    server.saves(&course, &course.solution());
    server.does("check");
    assert_eq!(page.until_ended().last().unwrap()["how"], "graded");
    drop(unread);
}

#[test]
fn nothing_is_left_of_a_server_that_ends_in_the_middle() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        for event in ["source", "node"] {
            let course = Course::to_run();
            let server = Server::play(&course);
            let (pid, port) = (server.pid(), server.port);
            let mut page = begin(&course, &server, event);
            server.signal(signal);
            let status = server.ended();
            while page.next().is_some() {}
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
            if signal == Signal::SIGKILL {
                next_after(pid, &course);
            } else {
                assert_eq!(status.code(), Some(130), "{signal}");
                assert_eq!((crate::page::processes_of(pid), folders_of(pid)), (vec![], vec![]), "{signal} at {event}");
            }
        }
    }
}

#[test]
fn without_node_it_is_said_at_once_and_when_something_is_run() {
    let course = Course::to_run();
    let server = Server::begin(command(&course).args(["--port", "0", "--play", "--node", "/no/such/node", "--work"]).arg(work()));
    server.says("warning: exercises can't be run: failed to start `/no/such/node`");
    server.says("install Node 20.13 or later");
    assert_eq!(server.get("/scopes/callback-loop.html").status, 200, "it can be read");
    let mut page = server.listen(ID);
    server.does("check");
    let run = page.until_ended();
    let message = events(&run, "error")[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("failed to start `/no/such/node`") && message.contains("cargo lesson doctor"), "{message}");
    assert_eq!(run.last().unwrap()["how"], "failed");
    assert_eq!(server.does("check"), json!({ "run": 2 }), "it is not busy for ever");
}

#[test]
fn without_cargo_the_book_can_be_read() {
    let course = Course::to_run();
    let server = Server::begin(
        command(&course)
            .args(["--port", "0", "--play", "--work"])
            .arg(course.path("work"))
            .env("CARGO", "/no/such/cargo")
            .env("PATH", ""),
    );
    server.says("warning: exercises can't be run: failed to start `rustc`");
    let mut page = server.listen(ID);
    server.does("check");
    let run = page.until_ended();
    assert!(events(&run, "error")[0]["message"].as_str().unwrap().contains("failed to start"), "{run:?}");
}

#[test]
fn a_connection_is_cut_and_the_run_goes_on() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let page = begin(&course, &server, "node");
    drop(page);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(server.ask(&json!({ "lesson": ID, "action": "run" })).0, 429);
    assert!(!server.processes().is_empty());
}
