//! What the commands print and where they leave things.

use crate::fixture::{Fixture, ID};

#[test]
fn run_shows_handles_inside_the_call_and_not_after_it() {
    let course = Fixture::new();
    course.edit(&format!("lessons/{ID}/lesson.toml"), "= 200_000", "= 20_000");
    let broken = course.lesson(&["run", ID]).exits_with(0).says("retention, not a leak");
    let row = |stdout: &str| -> Vec<u64> {
        let row = stdout.lines().find(|line| line.starts_with("handles")).unwrap();
        // Cells are right-aligned in columns of 11 after a label of 22.
        (0..5).map(|cell| row[22 + cell * 11..33 + cell * 11].replace(' ', "").parse().unwrap()).collect()
    };
    let [before, inside, returned, gc, settled] = row(&broken.stdout)[..] else { panic!("five moments") };
    assert!(inside > 20_000, "{}", broken.stdout);
    assert_eq!((before, returned, gc), (settled, settled, settled), "{}", broken.stdout);
    let fixed = course.lesson(&["run", ID, "--variant", "solution"]).exits_with(0).says("however much work: flat");
    assert!(row(&fixed.stdout)[1] < 100, "{}", fixed.stdout);
    assert!(broken.stdout.lines().all(|line| line.chars().count() <= 80), "{}", broken.stdout);
}

#[test]
fn an_untouched_course_is_no_wall_of_red() {
    let course = Fixture::new();
    course.lesson(&["check", "--all"]).exits_with(1).says("0 of 1 solved");
    course.lesson(&["list"]).exits_with(0).says("0 of 1 solved");
    course.lesson(&[]).exits_with(0).says("cargo lesson run scopes/callback-loop");
}

#[test]
fn a_solved_exercise_is_listed_until_it_changes() {
    let course = Fixture::new();
    course.lesson(&["solution", ID]).exits_with(3).says("add --yes");
    course.exercise(&course.solution());
    course.lesson(&["check", ID]).exits_with(0).says("1 of 1 solved");
    course.lesson(&["list"]).exits_with(0).says("solved scopes/callback-loop");
    course.lesson(&["solution", ID]).exits_with(0).says("run_in_scope");
    course.exercise(&format!("{}\n// one more thought\n", course.solution()));
    course.lesson(&["list"]).exits_with(0).says("changed scopes/callback-loop");
}

#[test]
fn reset_keeps_what_the_learner_wrote() {
    let course = Fixture::new();
    let exercise = format!("lessons/{ID}/exercise.rs");
    course.lesson(&["reset", ID]).exits_with(0).says("nothing to reset");
    for number in 1..=3 {
        course.exercise(&format!("// attempt {number}\n"));
        course.lesson(&["reset", ID]).exits_with(0).says(&format!("backups/{ID}/exercise.{number}.rs"));
        assert_eq!(course.read(&exercise), course.read(&format!("lessons/{ID}/wrong/shipped.rs")));
        assert_eq!(course.read(&format!("backups/{ID}/exercise.{number}.rs")), format!("// attempt {number}\n"));
    }
}

#[test]
fn reset_brings_a_deleted_exercise_back() {
    let course = Fixture::new();
    std::fs::remove_file(course.path(&format!("lessons/{ID}/exercise.rs"))).unwrap();
    course.check().exits_with(3).says("cargo lesson reset scopes/callback-loop` brings it back");
    course.lesson(&["reset", ID]).exits_with(0);
    course.check().exits_with(1).says("FAIL handles stay bounded");
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let course = Fixture::new();
    course.lesson(&["run", "scopes/callbak-loop"]).exits_with(2).says("did you mean `scopes/callback-loop`?");
    course.lesson(&["hint", "callback-loop"]).exits_with(2).says("did you mean `scopes/callback-loop`?");
    course.lesson(&["run", "entirely/different"]).exits_with(2).says("there is no lesson `entirely/different`");
    course.lesson(&["check", ID, "--variant", "wrong:nothing"]).exits_with(2).says("has no wrong fix `nothing`");
    course.lesson(&["check", ID, "--variant", "other"]).exits_with(2).says("is not a variant");
    course.lesson(&["check"]).exits_with(2);
}

#[test]
fn hints_say_more_by_level() {
    let course = Fixture::new();
    course.lesson(&["hint", ID]).exits_with(0).says("Hint 1 of 3").says("--level 2");
    course.lesson(&["hint", ID, "--level", "3"]).exits_with(0).says("Hint 3 of 3").says("lesson solution");
    course.lesson(&["hint", ID, "--level", "4"]).exits_with(2);
}

#[test]
fn doctor_compiles_and_loads_an_add_on() {
    Fixture::new().lesson(&["doctor"]).exits_with(0).says("rustc 1.").says("an add-on compiles, loads and is graded");
}

#[test]
fn a_new_lesson_can_be_verified_at_once() {
    let course = Fixture::new();
    course.lesson(&["new", "wrap/first-try"]).exits_with(0).says("cargo lesson verify wrap/first-try").says("book/SUMMARY.md");
    course.edit("book/SUMMARY.md", "# Summary\n", "# Summary\n\n- [First try](wrap/first-try.md)\n");
    // Its solution passes; what is still to be written breaks the law.
    course.lesson(&["verify", "wrap/first-try"]).exits_with(1).says("ok solution: passes").says("fewer than two wrong fixes");
    course.write("lessons/wrap/first-try/wrong/nothing.rs", &course.read("lessons/wrap/first-try/wrong/shipped.rs"));
    course.lesson(&["new", "wrap/first-try"]).exits_with(0);
    assert!(course.read("lessons/wrap/first-try/Cargo.toml").contains("wrap-first-try-wrong-nothing"));
}

#[test]
fn prepare_builds_what_is_needed() {
    Fixture::new().lesson(&["prepare"]).exits_with(0).says("1 lessons are built");
}
