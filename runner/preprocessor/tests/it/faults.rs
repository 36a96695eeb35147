//! Each mistake is caught by name, with its file and line.

use std::fs;

use crate::course::{BUILD, Call, Course, RECORDING, SERVE};

const LESSON: &str = "{{#lesson scopes/callback-loop}}";

#[test]
fn an_id_that_is_none() {
    let fault = Course::new().fault("# A\n\n{{#lesson scopes/callback-lop}}\n");
    assert!(fault.contains("book/page-1.md:3: there is no lesson `scopes/callback-lop`; did you mean `scopes/callback-loop`?"));
}

#[test]
fn a_directive_that_is_none() {
    let fault = Course::new().fault("A\n{{#lessn scopes/callback-loop}}\n");
    assert!(fault.contains("book/page-1.md:2: there is no directive `lessn`"), "{fault}");
}

#[test]
fn a_directive_that_does_not_close() {
    let fault = Course::new().fault("{{#lesson scopes/callback-loop}\n");
    assert!(fault.contains("book/page-1.md:1: a directive is not closed"), "{fault}");
}

#[test]
fn a_block_inside_of_other_text() {
    for page in [
        format!("Do this: {LESSON}\n"),
        format!("- {LESSON}\n"),
        format!("> {LESSON}\n"),
        format!("# {LESSON}\n"),
        format!("<b>{LESSON}</b>\n"),
    ] {
        let fault = Course::new().fault(&page);
        assert!(fault.contains("book/page-1.md:1: `lesson scopes/callback-loop` makes a block"), "{fault}");
    }
}

#[test]
fn a_name_that_the_lesson_has_not() {
    let course = Course::new();
    for (page, message) in [
        ("{{#verdict scopes/callback-loop wrong:nothing}}", "has no wrong fix `nothing`"),
        ("{{#verdict scopes/callback-loop exercise}}", "the exercise is the learner's"),
        ("{{#measured scopes/callback-loop solution no-check}}", "has no check `no-check`; it has run-ends, calls-arrive"),
        ("{{#measured scopes/callback-loop solution blcks settled}}", "`blcks` is not a gauge"),
        ("{{#measured scopes/callback-loop wrong:one-scope blocks settled}}", "has the memory of wrong:shipped and of solution"),
        ("{{#fixes scopes/callback-loop no-check}}", "has no check `no-check`"),
    ] {
        let fault = course.fault(&format!("\r\n\r\n{page}\r\n"));
        assert!(fault.contains("book/page-1.md:3: ") && fault.contains(message), "{fault}");
    }
}

#[test]
fn the_same_lesson_twice() {
    let done = Course::new().preprocess(&[LESSON, &format!("\n{LESSON}")], BUILD);
    assert_eq!(done.code, Some(1));
    let twice = "book/page-2.md:2: the lesson scopes/callback-loop is in the book twice: it is at book/page-1.md:1 already";
    assert!(done.stderr.contains(twice), "{}", done.stderr);
}

#[test]
fn a_record_that_is_missing() {
    let course = Course::new();
    fs::remove_file(course.path(RECORDING)).unwrap();
    let fault = course.fault(LESSON);
    assert!(fault.contains("recording.json is missing: run `cargo lesson record scopes/callback-loop`"), "{fault}");
}

#[test]
fn a_record_that_is_broken() {
    let course = Course::new();
    course.write(RECORDING, &course.read(RECORDING).replacen("\"node\"", "\"nod\"", 1));
    let fault = course.fault(LESSON);
    assert!(fault.contains("recording.json:") && fault.contains("missing field `node`"), "{fault}");
}

#[test]
fn a_record_of_other_code() {
    for (file, from, to, message) in [
        ("lessons/scopes/callback-loop/wrong/one-scope.rs", "fn idle", "fn  idle", "wrong/one-scope.rs has changed"),
        ("lessons/scopes/callback-loop/drive.mjs", "calls += 1", "calls += 2", "drive.mjs has changed"),
        ("lessons/scopes/callback-loop/lesson.toml", "check  = 200", "check  = 201", "lesson.toml has changed"),
        ("solutions/scopes/callback-loop.rs", "fn idle", "fn  idle", "solutions/scopes/callback-loop.rs has changed"),
        ("Cargo.lock", "name = \"napi\"\nversion = \"3", "name = \"napi\"\nversion = \"4", "napi was 3"),
    ] {
        let course = Course::new();
        let text = course.read(file);
        assert!(text.contains(from), "{file}");
        course.write(file, &text.replacen(from, to, 1));
        // However often the lesson is used.
        let fault = course.fault("{{#memory scopes/callback-loop}}\n\n{{#lesson scopes/callback-loop}}\n");
        assert!(fault.contains("page-1.md:1: ") && fault.contains("is out of date") && fault.contains(message), "{fault}");
        assert!(fault.contains("run `cargo lesson record scopes/callback-loop`"), "{fault}");
    }
}

#[test]
fn a_mistake_of_its_own_beside_an_old_record() {
    let course = Course::new();
    let file = "lessons/scopes/callback-loop/drive.mjs";
    course.write(file, &course.read(file).replacen("calls += 1", "calls += 2", 1));
    let pages = ["{{#fixes scopes/callback-loop nothing}}\n", "{{#fixes scopes/callback-loop nothing}}\n"];
    let done = course.preprocess(&pages, BUILD);
    let faults: Vec<&str> = done.stderr.lines().collect();
    let said = |line: usize, page: &str, message: &str| faults[line].contains(page) && faults[line].contains(message);
    assert!(faults.len() == 3, "{faults:#?}");
    assert!(said(0, "page-1.md:1", "has no check `nothing`"), "{faults:#?}");
    assert!(said(1, "page-1.md:1", "is out of date"), "once in the book: {faults:#?}");
    assert!(said(2, "page-2.md:1", "has no check `nothing`"), "{faults:#?}");
}

#[test]
fn better_words_make_no_record_old() {
    let course = Course::new();
    let file = "lessons/scopes/callback-loop/lesson.toml";
    let better = [
        ("`idle` promises one turn", "Idle promises one turn"),
        ("minutes = 15", "minutes = 16"),
        ("\"every call arrives\"", "\"each call arrives\""),
    ];
    let text = better.iter().fold(course.read(file), |text, (from, to)| text.replace(from, to));
    course.write(file, &text);
    let page = course.page(LESSON);
    assert!(page.contains("Idle promises one turn") && page.contains("16 minutes"), "{page}");
}

#[test]
fn all_mistakes_are_said_at_once() {
    let pages = ["{{#lesson a/b}}\n\n{{#lessn}}\n", "\n{{#versions a/b}}\n"];
    let done = Course::new().preprocess(&pages, BUILD);
    assert_eq!(done.code, Some(1));
    let places: Vec<&str> = done.stderr.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["ERROR book/page-1.md:1", "ERROR book/page-1.md:3", "ERROR book/page-2.md:2"]);
}

#[test]
fn a_page_that_is_being_written_shows_its_mistakes() {
    let page = "# A\n\nFirst.\n\nIt is {{#versions a/b}} here.\n\n{{#lesson scopes/callback-loop}}\n";
    let done = Course::new().preprocess(&[page], SERVE);
    assert_eq!(done.code, Some(0));
    assert!(done.stderr.contains("book/page-1.md:5: there is no lesson `a/b`"), "{}", done.stderr);
    let caution = "First.\n\n> [!CAUTION]\n> book/page-1.md:5: there is no lesson `a/b`";
    assert!(done.pages[0].contains(caution), "{}", done.pages[0]);
    assert!(done.pages[0].contains("It is `{{#versions a/b}}` here."), "{}", done.pages[0]);
    assert!(done.pages[0].contains("<section class=\"lesson\""), "the rest is there: {}", done.pages[0]);
}

#[test]
fn a_build_over_the_pages_is_refused() {
    for build in ["book", "book/out", "./target/../book"] {
        let done = Course::new().preprocess(&["text"], Call { build, ..BUILD });
        assert_eq!(done.code, Some(1));
        assert!(done.stderr.contains("a build would erase them"), "{}", done.stderr);
    }
}
