//! The exercises of a class: `check --from`, `--partition` and `--junit`.

use std::fs;
use std::os::unix::fs::symlink;

use roxmltree::{Document, Node};
use runner::event::Event;

use crate::fixture::{Done, Fixture, ID, finish};

/// A course, and beside its lessons a folder for each student.
fn class() -> Fixture {
    let course = Fixture::new();
    let shipped = course.read(&format!("lessons/{ID}/wrong/shipped.rs"));
    course.write(&format!("class/ann/lessons/{ID}/exercise.rs"), &course.solution());
    course.write(&format!("class/ben/{ID}/exercise.rs"), &shipped);
    course.write(&format!("class/cat/{ID}/exercise.rs"), "fn idle( {");
    fs::create_dir_all(course.path("class/dan")).unwrap();
    fs::create_dir_all(course.path("class/eve").join(ID)).unwrap();
    symlink(course.path("solutions").join(format!("{ID}.rs")), course.path("class/eve").join(ID).join("exercise.rs")).unwrap();
    course
}

/// Grades them from the course's folder.
fn grade(course: &Fixture, args: &[&str]) -> Done {
    finish(course.command(&[&["check", "--all"], args].concat()).current_dir(course.root()))
}

const ALL: [&str; 6] = ["--from", "class/ann", "class/ben", "class/cat", "class/dan", "class/eve"];

fn events(done: &Done) -> Vec<Event> {
    done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read<'a>(document: &'a Document<'a>, element: &str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name(element)).collect()
}

#[test]
fn a_class_is_graded_by_this_checkout_and_leaves_it_alone() {
    let course = class();
    // The teacher's own exercise is not even there, so it can't be what is graded.
    fs::remove_file(course.path(&format!("lessons/{ID}/exercise.rs"))).unwrap();
    // Nor do a student's own checks count.
    course.write(&format!("class/ben/{ID}/lesson.toml"), "");
    course.write(&format!("class/ben/{ID}/drive.mjs"), "export function round() {}");
    let done = grade(&course, &[&ALL[..], &["--junit", "out.xml"]].concat()).exits_with(1);
    let done = done.says("handles stay bounded inside the call: expected at most 100, measured");
    let done = done.says("class/dan has none of these").says("it is reached by a symbolic link");
    assert!(done.stdout.lines().all(|line| line.chars().count() <= 80), "{}", done.stdout);
    let rows: Vec<Vec<&str>> = done.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [
        ["class/ann", "1", "0", "0", "0", "P"],
        ["class/ben", "0", "1", "0", "0", "F"],
        ["class/cat", "0", "1", "0", "0", "F"],
        ["class/dan", "0", "0", "0", "1", "-"],
        ["class/eve", "0", "1", "0", "0", "R"],
    ] {
        assert!(rows.iter().any(|cells| *cells == row), "{row:?} is not in\n{}", done.stdout);
    }
    assert!(!course.path(&format!("lessons/{ID}/exercise.rs")).exists() && !course.path(".lesson").exists());

    let xml = course.read("out.xml");
    let document = Document::parse(&xml).unwrap();
    let suites: Vec<_> = read(&document, "testsuite").iter().map(|suite| suite.attribute("name").unwrap()).collect();
    assert_eq!(suites, ALL[1..]);
    let root = document.root_element();
    assert_eq!(
        (root.attribute("tests"), root.attribute("failures"), root.attribute("errors")),
        (Some("5"), Some("4"), Some("0"))
    );
    let failures = read(&document, "failure");
    let messages: Vec<_> = failures.iter().map(|failure| failure.attribute("message").unwrap()).collect();
    assert!(messages[0].starts_with("handles stay bounded inside the call: "), "{messages:?}");
    assert!(messages[1].starts_with("the add-on compiles: "), "{messages:?}");
    assert_eq!(messages[2..], ["not handed in", "refused: it is reached by a symbolic link"]);
    // What rustc says is there, without a terminal's colours.
    assert!(failures[1].text().unwrap().contains("exercise.rs:1:11"), "{:?}", failures[1].text());
    assert!(!xml.contains('\u{fffd}'));
}

#[test]
fn one_exercise_of_one_person_is_shown_as_ones_own_is() {
    let course = class();
    let done = grade(&course, &["--from", "class/ben"]).exits_with(1);
    done.says("failed scopes/callback-loop").says("where lessons/scopes/callback-loop/exercise.rs:");
}

#[test]
fn events_say_whose_exercise_they_are_about() {
    let course = class();
    let done = grade(&course, &[&ALL[..], &["--format", "json"]].concat()).exits_with(1);
    let events = events(&done);
    let hand_ins = events.iter().enumerate().filter_map(|(index, event)| match event {
        Event::HandIn { folder, refused, .. } => Some((index, folder.as_str(), refused.as_deref())),
        _ => None,
    });
    let hand_ins: Vec<_> = hand_ins.collect();
    assert_eq!(hand_ins.iter().map(|(_, folder, _)| *folder).collect::<Vec<_>>(), ALL[1..]);
    for (index, folder, refused) in hand_ins {
        let is_graded = matches!(&events[index + 1], Event::Start { .. });
        assert_eq!(is_graded, refused.is_none(), "{folder}");
    }
    assert!(matches!(events.last(), Some(Event::Outcome { passed: 1, failed: 4, undecided: 0, exit_code: 1 })));
}

#[test]
fn the_parts_of_a_class_are_the_class() {
    let course = class();
    let mut graded = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let done = grade(&course, &[&ALL[..], &["--format", "json", "--partition", part]].concat());
        let folders = events(&done).into_iter().filter_map(|event| match event {
            Event::HandIn { folder, .. } => Some(folder),
            _ => None,
        });
        let folders: Vec<String> = folders.collect();
        assert!(folders.len() < 3, "{part} is no third: {folders:?}");
        graded.extend(folders);
    }
    graded.sort();
    assert_eq!(graded, ALL[1..]);
    // A part in which nothing is has nothing to fail.
    grade(&course, &["--from", "class/ben", "--partition", "2/2"]).exits_with(0);
    grade(&course, &["--partition", "2/2"]).exits_with(0);
    grade(&course, &["--partition", "1/2"]).exits_with(1);
}

#[test]
fn ones_own_verdicts_are_written_as_junit() {
    let course = Fixture::new();
    course.write("book/SUMMARY.md", &format!("# Summary\n\n# Loops & \"scopes\"\n\n- [The loop]({ID}.md)\n"));
    // An add-on may print what XML can't hold.
    course.exercise_doing("eprintln!(\"]]> <b> & \\u{1b}[31m \\u{1} \\u{ffff}\");");
    let run =
        |args: &[&str]| finish(course.command(&[&["check", ID, "--junit", "a b.xml"], args].concat()).current_dir(course.root()));
    run(&[]).exits_with(0);
    let passed = course.read("a b.xml");
    let document = Document::parse(&passed).unwrap();
    let (suite, case) = (read(&document, "testsuite")[0], read(&document, "testcase")[0]);
    assert_eq!(suite.attribute("name"), Some("Loops & \"scopes\""));
    assert_eq!((case.attribute("classname"), case.attribute("name")), (suite.attribute("name"), Some(ID)));
    assert!(case.attribute("time").unwrap().parse::<f64>().unwrap() > 0.0);
    assert!(!case.has_children());

    let source = course.read(&format!("lessons/{ID}/exercise.rs"));
    course.exercise(&source.replacen("let mut moved = 0;", "let mut moved = 1;", 1));
    run(&[]).exits_with(1);
    let failed = course.read("a b.xml");
    let failure = Document::parse(&failed).unwrap();
    let failure = read(&failure, "failure")[0];
    assert!(failure.attribute("message").unwrap().starts_with("the moves are counted: "), "{failed}");
    assert!(failure.text().unwrap().contains("]]> <b> & "), "{failed}");

    // What is the machine's fault is no failure of the source.
    run(&["--node", "./nothing"]).exits_with(3);
    let error = course.read("a b.xml");
    assert_eq!(read(&Document::parse(&error).unwrap(), "error").len(), 1, "{error}");
    assert_eq!(read(&Document::parse(&error).unwrap(), "failure").len(), 0, "{error}");
}

#[test]
fn a_report_that_can_not_be_written_is_refused_before_the_work() {
    let course = Fixture::new();
    let done = course.lesson(&["check", ID, "--junit", "/no/such/folder/out.xml"]).exits_with(3).says("failed to write /no/such");
    assert_eq!(done.stdout, "");
}

#[test]
fn wrong_usage_is_told_before_the_work() {
    let course = class();
    grade(&course, &["--from", "class/nobody"]).exits_with(2).says("class/nobody: No such file");
    grade(&course, &["--from", "class/ann", "class/ann/"]).exits_with(2).says("class/ann was named twice");
    course.write("class/roster.csv", "ann\n");
    grade(&course, &["--from", "class/ann", "class/roster.csv"]).exits_with(2).says("`class/*/` with the slash at its end");
    grade(&course, &["--from", "class/ann", "--variant", "solution"]).exits_with(2);
    grade(&course, &["--partition", "4/3"]).exits_with(2).says("a part is i/n");
}
