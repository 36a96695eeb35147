//! Lessons in which a learner writes JavaScript, and the add-on stays as it is.

use runner::compile;
use runner::event::Event;

use crate::fixture::Fixture;

const ID: &str = "gauges/doubles";
const EXERCISE: &str = "lessons/gauges/doubles/exercise.mjs";
const RIGHT: &str = "export function double(addon, number) {\n  return addon.double(number);\n}\n";
const DRIVE: &str = "export function round(addon, t) {\n  t.answer('double', t.exercise.double(addon, t.size), 2 * t.size);\n}\n";
const LESSON: &str = "title = 'Doubles'\nminutes = 1\ngoal = 'Double.'\nhints = ['1', '2', '3']\ngauge = 'blocks'\nedits = 'exercise.mjs'\n\n\
    [work]\nunit = 'numbers'\nrun = 4\ncheck = 3\n\n\
    [[check]]\nid = 'doubles'\nname = 'it doubles'\nanswer = 'double'\nbecause = 'that is what it is for'\n\n\
    [wrong.shipped]\ntitle = 'x'\nfails = 'doubles'\nwhy = 'x'\n\
    [wrong.half]\ntitle = 'x'\nfails = 'doubles'\nwhy = 'x'\n\
    [wrong.throws]\ntitle = 'x'\nfails = 'run-ends'\nwhy = 'x'\n";

/// A course that has such a lesson, beside the one that all fixtures have.
fn course() -> Fixture {
    let course = Fixture::new();
    let wrong = |result: &str| RIGHT.replace("addon.double(number)", result);
    course.write("lessons/gauges/doubles/lesson.toml", LESSON);
    course.write("lessons/gauges/doubles/drive.mjs", DRIVE);
    course.write("solutions/gauges/doubles.mjs", RIGHT);
    for (name, result) in [("shipped", "number"), ("half", "number / 2"), ("throws", "number.nothing.at.all")] {
        course.write(&format!("lessons/gauges/doubles/wrong/{name}.mjs"), &wrong(result));
    }
    course.write(EXERCISE, &wrong("number"));
    course.edit("book/SUMMARY.md", "# Summary\n", "# Summary\n\n- [Doubles](gauges/doubles.md)\n");
    course
        .lesson(&["new", ID])
        .exits_with(0)
        .says("there lessons/gauges/doubles/exercise.mjs")
        .says("wrote book/gauges/doubles.md");
    course
}

#[test]
fn its_variants_are_held_to_the_law_with_one_add_on() {
    let course = course();
    let record = course.lesson(&["record", ID]).exits_with(0);
    record.says("4 programs");
    course
        .lesson(&["verify", ID])
        .exits_with(0)
        .says("ok solution: passes 2 checks")
        .says("ok wrong:half: fails \"it doubles\"")
        .says("ok wrong:shipped: fails \"it doubles\"")
        .says("ok wrong:throws: fails \"the run ends by itself\"");
    course.edit("lessons/gauges/doubles/addon.rs", "number * 2", "number + number");
    course.lesson(&["verify", ID]).exits_with(1).says("addon.rs has changed");
}

#[test]
fn what_the_learner_wrote_is_graded_remembered_and_kept() {
    let course = course();
    course.lesson(&["check", ID]).exits_with(1).says("FAIL it doubles").says("Edit lessons/gauges/doubles/exercise.mjs");
    course.write(EXERCISE, RIGHT);
    let passed = course.lesson(&["check", ID, "--format", "json"]).exits_with(0);
    let hashes = passed.stdout.lines().filter_map(|line| match serde_json::from_str(line).unwrap() {
        Event::Verdict { source_sha256, .. } => Some(source_sha256),
        _ => None,
    });
    assert_eq!(hashes.collect::<Vec<_>>(), [compile::hash(RIGHT.as_bytes())]);
    course.lesson(&["list"]).exits_with(0).says("1 of 1 done");

    course.lesson(&["reset", ID]).exits_with(0).says("backups/gauges/doubles/exercise.1.mjs");
    assert_eq!(course.read("backups/gauges/doubles/exercise.1.mjs"), RIGHT);
    assert_eq!(course.read(EXERCISE), course.read("lessons/gauges/doubles/wrong/shipped.mjs"));

    std::fs::remove_file(course.path(EXERCISE)).unwrap();
    course.lesson(&["check", ID]).exits_with(3).says("cargo lesson reset gauges/doubles` brings it back");
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    let course = course();
    course.write(EXERCISE, &RIGHT.replace("return addon", "const = addon"));
    course.lesson(&["check", ID]).exits_with(1).says("FAIL the run ends by itself").says("lessons/gauges/doubles/exercise.mjs:2");
    course.write(EXERCISE, &RIGHT.replace("number);", "nobody);"));
    course.lesson(&["check", ID]).exits_with(1).says("nobody is not defined").says("lessons/gauges/doubles/exercise.mjs:2:");
    course.write(EXERCISE, "export const something = 1;\n");
    course.lesson(&["check", ID]).exits_with(1).says("double is not a function");
}

#[test]
fn a_byte_that_is_not_utf_8_is_part_of_the_version() {
    let course = course();
    let latin = [b"// caf\xe9\n", RIGHT.as_bytes()].concat();
    std::fs::write(course.path(EXERCISE), &latin).unwrap();
    course.lesson(&["check", ID]).exits_with(0);
    course.lesson(&["list"]).exits_with(0).says("1 of 1 done");
    assert!(course.read(".lesson/progress.toml").contains(&compile::hash(&latin)));
}
