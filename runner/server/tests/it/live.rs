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
    course.write(manifest, old.replacen("minutes = ", "minutes = 9", 1));
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
    // A build has a folder for as long as it takes.
    let is_built = || !course.build_folders().is_empty();
    // In place, and as a new file that takes the name of the old one.
    let exercise = "lessons/scopes/callback-loop/exercise.rs";
    let old = course.read(exercise);
    fs::write(course.path(exercise), format!("{old}// an edit of the learner\n")).unwrap();
    course.write(&format!("{exercise}.4711.new"), &old);
    fs::rename(course.path(&format!("{exercise}.4711.new")), course.path(exercise)).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        assert!(!is_built(), "{}", server.stderr());
        thread::sleep(Duration::from_millis(5));
    }
    course.append("lessons/scopes/callback-loop/lesson.toml", "");
    wait_until(is_built, || "no build is seen".into());
}

/// Says when it is dropped that something is over.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
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
        // The reader comes to its end also when this does not.
        let over = Over(&done);
        for time in 1..=3 {
            course.append(SOURCE, &format!("\nSentence {time}.\n"));
            wait_until(|| server.get(PAGE).text().contains(&format!("Sentence {time}.")), || server.stderr());
        }
        drop(over);
        reader.join().unwrap()
    });
    assert!(asked >= 100, "{asked}");
}
