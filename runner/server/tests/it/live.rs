//! The book changes while it is read.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::course::Course;
use crate::http::Socket;
use crate::server::{Server, wait_until};

const PAGE: &str = "/scopes/callback-loop.html";
const SOURCE: &str = "book/scopes/callback-loop.md";

/// Listens as a page of an edition does.
fn listen(server: &Server, edition: u64) -> Socket {
    let (host, origin) = (format!("127.0.0.1:{}", server.port), format!("http://127.0.0.1:{}", server.port));
    Socket::open(server.port, &format!("/__live?edition={edition}"), &[("Host", &host), ("Origin", &origin)]).unwrap()
}

#[test]
fn an_edit_arrives() {
    let course = Course::new();
    let server = Server::start(&course);
    let mut socket = listen(&server, 1);
    course.append(SOURCE, "\nA new sentence.\n");
    assert_eq!(socket.message(), "reload");
    let page = server.get(PAGE).text();
    assert!(page.contains("A new sentence.") && page.contains("__live?edition=2\""));
    // A page that was loaded before the edit, and listens only now.
    assert_eq!(listen(&server, 1).message(), "reload");
}

#[test]
fn a_lesson_belongs_to_the_book() {
    let course = Course::new();
    let server = Server::start(&course);
    let mut socket = listen(&server, 1);
    let manifest = "lessons/scopes/callback-loop/lesson.toml";
    let old = course.append(manifest, "");
    course.write(manifest, &old.replacen("minutes = ", "minutes = 9", 1));
    assert_eq!(socket.message(), "reload");
}

#[test]
fn what_changes_no_page_loads_no_page_again() {
    let course = Course::new();
    let server = Server::start(&course);
    course.append("lessons/scopes/callback-loop/exercise.rs", "// an edit of the learner\n");
    course.append(SOURCE, "");
    // Long enough to see a book that is built for ever, for the reason that building reads it.
    thread::sleep(Duration::from_secs(3));
    assert!(!server.stderr().contains("Built again"), "{}", server.stderr());
    assert!(server.get(PAGE).text().contains("__live?edition=1\""));
}

#[test]
fn a_save_of_an_exercise_builds_nothing() {
    let course = Course::new();
    let server = Server::start(&course);
    let is_built = || {
        let begun = Instant::now();
        // A build has a folder for as long as it takes.
        std::iter::from_fn(|| (begun.elapsed() < Duration::from_secs(2)).then(|| !course.build_folders().is_empty()))
            .any(|built| built)
    };
    let exercise = "lessons/scopes/callback-loop/exercise.rs";
    let old = course.append(exercise, "// an edit of the learner\n");
    course.write(&format!("{exercise}.4711.new"), &old);
    fs::rename(course.path(&format!("{exercise}.4711.new")), course.path(exercise)).unwrap();
    assert!(!is_built());
    course.append("lessons/scopes/callback-loop/lesson.toml", "");
    assert!(is_built(), "a build is seen");
    drop(server);
}

#[test]
fn no_page_is_missing_or_half_while_the_book_is_built() {
    let course = Course::new();
    let server = Server::start(&course);
    let done = AtomicBool::new(false);
    let asked = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut asked = 0;
            while asked < 100 || !done.load(Ordering::Relaxed) {
                let answer = server.get(PAGE);
                assert_eq!(answer.status, 200, "after {asked}");
                assert!(answer.is_whole() && answer.text().trim_end().ends_with("</html>"), "after {asked}");
                asked += 1;
            }
            asked
        });
        for time in 1..=3 {
            course.append(SOURCE, &format!("\nSentence {time}.\n"));
            wait_until(|| server.get(PAGE).text().contains(&format!("Sentence {time}.")), || server.stderr());
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(asked >= 100, "{asked}");
}
