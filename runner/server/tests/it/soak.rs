//! Whatever is asked, and whenever it is cut off: nothing is left, and no file has changed that nobody has saved.
//! This takes minutes; `.ci/run` does it. The seed is printed, and `SEED` sets another one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use runner::compile::hash;
use serde_json::{Value, json};

use crate::course::{Course, ID, OTHER};
use crate::http::{self, exchange};
use crate::page::{folders_of, next_after, nothing_is_left_of};
use crate::server::{Server, wait_until};

const REQUESTS: usize = 1000;
const RUNS: u64 = 200;

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn new() -> Random {
        let seed = std::env::var("SEED").map_or(20_261_124, |seed| seed.parse().unwrap());
        println!("SEED={seed}");
        Random(seed)
    }

    /// A number below this.
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// All files of the course, but those in which a server keeps something.
fn files(course: &Course) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(course.root(), "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        match entry.file_type().unwrap() {
            _ if [".lesson", "backups"].contains(&name.as_str()) => {}
            kind if kind.is_dir() => collect(&entry.path(), &format!("{name}/"), files),
            _ => drop(files.insert(name, hash(&fs::read(entry.path()).unwrap()))),
        }
    }
}

/// A body as a page would send it, or nearly; and what the exercise has in it when that is done.
fn body(random: &mut Random, now: &str, shipped: &str) -> (Value, Option<String>) {
    let text = format!("// {}\n", "ü\n\"".repeat(random.below(3000) as usize));
    let base = if random.below(3) > 0 { Some(hash(now.as_bytes())) } else { None };
    let lesson = random.pick(&[ID, ID, ID, ID, OTHER, "no/such", "../x"]);
    let action =
        random.pick(&["save", "replace", "back_up", "reset", "hint", "diff", "stop", "run", "check", "guard", "why", "x"]);
    let mut body = json!({ "lesson": lesson, "action": action });
    let mut after = None;
    match action {
        "save" | "replace" => {
            body["text"] = text.clone().into();
            body["base"] = base.into();
            after = Some(text);
        }
        "back_up" => body["text"] = text.into(),
        "reset" => after = Some(shipped.to_owned()),
        "hint" => body["level"] = random.below(5).into(),
        "stop" => body["run"] = random.below(50).into(),
        _ => {}
    }
    if random.below(10) == 0 {
        body["more"] = 1.into();
    }
    (body, after.filter(|_| lesson == ID))
}

#[test]
#[ignore = "takes a minute or more: .ci/run does it"]
fn random_requests_leave_nothing_and_change_nothing() {
    let (mut random, begun) = (Random::new(), Instant::now());
    let course = Course::to_run();
    let (server, before) = (Server::play(&course), files(&course));
    let exercise = format!("lessons/{ID}/exercise.rs");
    let shipped = course.read(&exercise);
    let mut now = shipped.clone();
    let mut answers: BTreeMap<u16, usize> = BTreeMap::new();
    let headers = server.headers();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for number in 0..REQUESTS {
        let (body, after) = body(&mut random, &now, &shipped);
        let body = body.to_string().into_bytes();
        let status = match random.below(10) {
            // As a page does it.
            0..6 => {
                let status = server.post(&body).status;
                if let Some(after) = after.filter(|_| status == 200) {
                    now = after;
                }
                status
            }
            // Without one of its headers.
            6 => {
                let mut headers = headers.clone();
                let (missing, _) = headers.remove(random.below(headers.len() as u64) as usize);
                if missing == "Sec-Fetch-Site" {
                    continue;
                }
                http::request(server.port, "POST", "/api/do", &headers, &body).status
            }
            // Cut off, so that it is not JSON.
            7 => server.post(&body[..random.below(body.len() as u64) as usize]).status,
            // Cut off on the way: the rest never comes.
            8 => {
                let whole = http::message("POST", "/api/do", &headers, &format!("Content-Length: {}\r\n", body.len() + 1));
                let whole = [whole.as_bytes(), &body].concat();
                drop(http::begin(server.port, &whole[..random.below(whole.len() as u64) as usize]));
                continue;
            }
            // A page that goes away at once.
            _ => {
                let page = server.listen(random.pick(&[ID, OTHER]));
                drop(page);
                continue;
            }
        };
        assert!(status < 500, "{number}: {status} for {}", String::from_utf8_lossy(&body));
        *answers.entry(status).or_default() += 1;
        assert_eq!(course.read(&exercise), now, "after {number}: {}", String::from_utf8_lossy(&body));
    }
    println!("{answers:?} in {:.0} s", begun.elapsed().as_secs_f64());
    for status in [200, 202, 400, 401, 403, 404, 409, 415, 422, 429] {
        assert!(answers.contains_key(&status), "no request was answered with {status}");
    }
    assert_eq!(exchange(server.port, b"GET / HTTP/1.0\r\n\r\n").status, 400, "it is still there");
    let pid = server.pid();
    server.signal(Signal::SIGINT);
    assert_eq!(server.ended().code(), Some(130));
    nothing_is_left_of(pid);
    let mut after = files(&course);
    assert_eq!(after.insert(exercise.clone(), before[&exercise].clone()), Some(hash(now.as_bytes())));
    assert_eq!(after, before);
}

#[test]
#[ignore = "takes minutes: .ci/run does it"]
fn runs_that_are_cut_off_leave_nothing_and_change_nothing() {
    let (mut random, begun) = (Random::new(), Instant::now());
    let course = Course::to_run();
    let mut before = files(&course);
    let mut server = Server::play(&course);
    let exercise = format!("lessons/{ID}/exercise.rs");
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..RUNS {
        if number % 5 == 0 {
            // It has to be compiled, and does not come to its end.
            let text = course.waiting().replace("Duration::MAX", &format!("Duration::from_secs(1{number:04})"));
            server.saves(&course, &text);
            before.insert(exercise.clone(), hash(text.as_bytes()));
        }
        let mut page = server.listen(ID);
        page.until(|line| matches!(line["type"].as_str(), Some("idle" | "ended")));
        let action = random.pick(&["run", "check", "guard", "why"]);
        let run = server.does(action)["run"].clone();
        page.until(|line| line["type"] == "run" && line["run"] == run);
        thread::sleep(Duration::from_millis(random.below(1000)));
        let pid = server.pid();
        let end = match random.below(20) {
            0 => Some(Signal::SIGKILL),
            1 => Some(random.pick(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP])),
            _ => None,
        };
        if let Some(signal) = end {
            server.signal(signal);
            server.ended();
            if signal == Signal::SIGKILL {
                server = next_after(pid, &course);
            } else {
                nothing_is_left_of(pid);
                server = Server::play(&course);
            }
            *ends.entry(format!("server {signal}")).or_default() += 1;
        } else {
            let stopped = server.ask(&json!({ "lesson": ID, "action": "stop", "run": run })).1["stopped"].clone();
            let ended = page.until_ended().pop().unwrap();
            *ends.entry(format!("{} {stopped}", ended["how"])).or_default() += 1;
            assert_eq!((server.processes(), folders_of(pid)), (vec![], vec![]), "after {number}");
        }
        assert_eq!(files(&course), before, "after {number}");
    }
    println!("{ends:?} in {:.0} s", begun.elapsed().as_secs_f64());
    assert!(ends.len() > 3, "{ends:?}");
}

#[test]
#[ignore = "takes a minute: .ci/run does it"]
fn a_page_that_never_reads_loses_its_connection() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let unread = server.listen(ID);
    let mut page = server.listen(ID);
    let sockets = || {
        let links = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().flatten();
        links.filter(|link| fs::read_link(link.path()).is_ok_and(|link| link.to_string_lossy().starts_with("socket:"))).count()
    };
    // Before anything is written: from then on, the one that does not read has a time.
    let with_both = sockets();
    // More than the system keeps for it.
    for number in 0..200 {
        let text = format!("// {number}\n").repeat(6000);
        server.saves(&course, &text);
        page.until(|line| line["text"] == text);
    }
    wait_until(|| sockets() < with_both, || "it is kept".into());
    server.saves(&course, "// more\n");
    page.until(|line| line["text"] == "// more\n");
    drop(unread);
}
