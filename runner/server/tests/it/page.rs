//! What a page does on a server that runs exercises: it asks for things, and listens.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::course::{Course, ID};
use crate::http::{self, Answer, Lines};
use crate::server::{PATIENCE, Server, command, wait_until};

/// All tests build in one folder, so that napi is built once.
pub(crate) fn work() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("work")
}

impl Server {
    /// Starts one that runs exercises.
    pub(crate) fn play(course: &Course) -> Server {
        Server::begin(command(course).args(["--port", "0", "--play", "--work"]).arg(work()))
    }

    /// The headers of a page of this server that has the key.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let host = format!("127.0.0.1:{}", self.port);
        vec![
            ("Origin", format!("http://{host}")),
            ("Host", host),
            ("Sec-Fetch-Site", "same-origin".into()),
            ("Authorization", format!("Bearer {}", self.token)),
            ("Content-Type", "application/json".into()),
        ]
    }

    /// Asks for one thing.
    pub(crate) fn ask(&self, body: &Value) -> (u16, Value) {
        let answer = self.post(body.to_string().as_bytes());
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{answer:?}")))
    }

    pub(crate) fn post(&self, body: &[u8]) -> Answer {
        let headers = self.headers();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        http::request(self.port, "POST", "/api/do", &headers, body)
    }

    /// Asks for one thing that needs no more than its name, with the lesson that most tests are about.
    #[track_caller]
    pub(crate) fn does(&self, action: &str) -> Value {
        let (status, answer) = self.ask(&json!({ "lesson": ID, "action": action }));
        assert!(matches!(status, 200 | 202), "{action}: {status} {answer}");
        answer
    }

    /// Saves a text over what the page has seen last.
    #[track_caller]
    pub(crate) fn saves(&self, course: &Course, text: &str) {
        let base = runner::saves::look(&course.exercise());
        let (status, answer) = self.ask(&json!({ "lesson": ID, "action": "save", "text": text, "base": base }));
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) fn listen(&self, lesson: &str) -> Listener {
        let headers = self.headers();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/api/events?lesson={}", lesson.replace('/', "%2F"));
        Listener(http::open(self.port, &path, &headers).unwrap_or_else(|answer| panic!("{answer:?}")))
    }

    /// The processes of its runs, found by the run's id in their environment.
    pub(crate) fn processes(&self) -> Vec<u32> {
        processes_of(self.pid())
    }
}

/// A page that listens to a lesson.
pub(crate) struct Listener(Lines);

impl Listener {
    /// Waits for the next line; none when the server has ended.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Option<Value> {
        self.next_after(&[])
    }

    /// Where nothing happens for a while, the stream says that it lives. No test counts on that or on its absence, but
    /// it ends a wait for what does not come.
    #[track_caller]
    fn next_after(&mut self, lines: &[Value]) -> Option<Value> {
        let begun = Instant::now();
        loop {
            let line: Value = serde_json::from_str(&self.0.next()?).unwrap();
            if line["type"] != "alive" {
                return Some(line);
            }
            assert!(begun.elapsed() < 3 * PATIENCE, "nothing has come after {lines:#?}");
        }
    }

    /// Waits for a line like this, and answers with all up to it.
    #[track_caller]
    pub(crate) fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let (begun, mut lines) = (Instant::now(), Vec::new());
        loop {
            let Some(line) = self.next_after(&lines) else { panic!("the stream has ended after {lines:#?}") };
            assert!(begun.elapsed() < 3 * PATIENCE, "it has not come after {lines:#?}");
            lines.push(line);
            if is_it(&lines[lines.len() - 1]) {
                return lines;
            }
        }
    }

    /// Waits for the end of a run, and answers with all of it.
    #[track_caller]
    pub(crate) fn until_ended(&mut self) -> Vec<Value> {
        self.until(|line| line["type"] == "ended")
    }

    /// What is in the file when it is told next.
    #[track_caller]
    pub(crate) fn file(&mut self) -> Value {
        self.until(|line| line["type"] == "file").pop().unwrap()
    }
}

/// An event of a run.
pub(crate) fn is_event(line: &Value, name: &str) -> bool {
    line["event"]["event"] == name
}

/// The events of this name, in order.
pub(crate) fn events(lines: &[Value], name: &str) -> Vec<Value> {
    lines.iter().filter(|line| is_event(line, name)).map(|line| line["event"].clone()).collect()
}

pub(crate) fn processes_of(server: u32) -> Vec<u32> {
    let wanted = format!("LESSON_RUN={server}-");
    let environment = |pid: &u32| fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let pids = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| environment(pid).split(|byte| *byte == 0).any(|variable| variable.starts_with(wanted.as_bytes()))).collect()
}

/// The folders of a server's runs.
pub(crate) fn folders_of(server: u32) -> Vec<PathBuf> {
    let folders = fs::read_dir(work().join("runs")).into_iter().flatten().flatten().map(|folder| folder.path());
    let is_its = |folder: &PathBuf| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name.trim_start_matches("new-").starts_with(&format!("{server}-"))
    };
    folders.filter(is_its).collect()
}

/// Starts the next server when one was killed, and waits until nothing is left of that. Its processes need nobody to
/// end them. A folder that no process had been told of yet is removed by the next start.
#[track_caller]
pub(crate) fn next_after(killed: u32, course: &Course) -> Server {
    wait_until(|| processes_of(killed).is_empty(), || format!("{:?} are left", processes_of(killed)));
    let next = Server::play(course);
    nothing_is_left_of(killed);
    next
}

/// Waits until nothing is left of a server that is gone.
#[track_caller]
pub(crate) fn nothing_is_left_of(server: u32) {
    let left = || (processes_of(server), folders_of(server));
    wait_until(|| left() == (vec![], vec![]), || format!("{:?} are left", left()));
}
