//! What the commands print and where they leave things.

use crate::fixture::{Fixture, ID, write_script};

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
    course.lesson(&["list"]).exits_with(0).says("0 of 1 done");
    course.lesson(&[]).exits_with(0).says("cargo lesson run scopes/callback-loop");
}

#[test]
fn a_solved_exercise_is_listed_until_it_changes() {
    let course = Fixture::new();
    course.lesson(&["solution", ID]).exits_with(3).says("add --yes");
    course.exercise(&course.solution());
    course.lesson(&["check", ID]).exits_with(0).says("1 of 1 solved");
    course.lesson(&["list"]).exits_with(0).says("done 15 1 scopes/callback-loop");
    course.lesson(&["solution", ID]).exits_with(0).says("run_in_scope");
    course.exercise(&format!("{}\n// one more thought\n", course.solution()));
    course.lesson(&["list"]).exits_with(0).says("changed 15 1 scopes/callback-loop");
}

#[test]
fn lists_show_where_the_learner_stands() {
    let course = Fixture::new();
    course.lesson(&["new", "wrap/first-try"]).exits_with(0);
    course.lesson(&["new", "wrap/second-try"]).exits_with(0);
    course.write("lessons/wrap/second-try/lesson.toml", "title = 5");
    let summary = format!(
        "# Summary\n\n# Loops\n\n- [L]({ID}.md)\n\n# Wrapping up\n\n- [F](wrap/first-try.md)\n- [S](wrap/second-try.md)\n"
    );
    course.write("book/SUMMARY.md", &summary);
    course.exercise(&course.solution());
    course.check().exits_with(0);
    course.write("lessons/wrap/first-try/exercise.rs", "// nothing yet");

    let list = course.lesson(&["list"]).exits_with(0).says("Loops, 1 of 1 done").says("Wrapping up, 0 of 1 done");
    let list = list
        .says("edited 15 wrap/first-try")
        .says("broken wrap/second-try")
        .says("1 of 2 done, 30 minutes in all, about 15 left");
    assert!(
        !list.stdout.contains('\u{1b}') && list.stdout.lines().all(|line| line.chars().count() <= 80 || line.contains("broken"))
    );
    // Words filter: all of them must occur, wherever it is.
    let found = |words: &[&str]| -> Vec<String> {
        let done = course.lesson(&[&["list", "--format", "json"], words].concat()).exits_with(0);
        let rows = done.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        rows.map(|row| format!("{} {} {}", row["lesson"].as_str().unwrap(), row["state"].as_str().unwrap(), row["attempts"]))
            .collect()
    };
    assert_eq!(found(&[]), [format!("{ID} done 1"), "wrap/first-try edited 0".into()]);
    assert_eq!(found(&["wrapping", "TRY"]), ["wrap/first-try edited 0"]);
    assert_eq!(found(&["node-addon-api#1472"]), [format!("{ID} done 1")]);
    assert_eq!(found(&["loop", "try"]), Vec::<String>::new());
    course.lesson(&["list", "loop", "try"]).exits_with(0).says("No lesson has `loop` and `try`");

    let text = course.lesson(&["progress"]).exits_with(0).says("1 of 2 lessons done").says("1 edited, not done yet");
    text.says("Last scopes/callback-loop").says("Next wrap/first-try").says("about 15 of 30 minutes left");
    let json = course.lesson(&["progress", "--format", "json"]).exits_with(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let topic =
        |index: usize| (json["topics"][index]["topic"].as_str().unwrap(), json["topics"][index]["done"].as_u64().unwrap());
    assert_eq!((topic(0), topic(1)), (("Loops", 1), ("Wrapping up", 0)));
    assert_eq!((&json["current"], &json["next"], &json["minutes_left"]), (&ID.into(), &"wrap/first-try".into(), &15.into()));
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
    let course = Fixture::new();
    course.renew(&format!("solutions/{ID}.rs"));
    course.lesson(&["doctor"]).exits_with(0).says("rustc 1.").says("an add-on compiles, loads and is graded");
}

#[test]
fn doctor_repeats_what_a_node_says_that_does_not_start() {
    let course = Fixture::new();
    let node = course.path("bin/node");
    write_script(&node, "echo 'node: version `GLIBC_2.99` not found' >&2; exit 1\n");
    let doctor = course.lesson(&["--node", node.to_str().unwrap(), "doctor"]).exits_with(3);
    doctor.says("--version` failed: node: version `GLIBC_2.99` not found install Node");
}

#[test]
fn a_new_lesson_can_be_verified_at_once() {
    let course = Fixture::new();
    course.lesson(&["new", "wrap/first-try"]).exits_with(0).says("cargo lesson verify wrap/first-try").says("book/SUMMARY.md");
    course.lesson(&["verify", "wrap/first-try"]).exits_with(2).says("give it a line in book/SUMMARY.md");
    course.edit("book/SUMMARY.md", "# Summary\n", "# Summary\n\n- [First try](wrap/first-try.md)\n");
    // Its solution passes; what is still to be written breaks the law.
    course.lesson(&["verify", "wrap/first-try"]).exits_with(1).says("ok solution: passes").says("fewer than two wrong fixes");
    course.write("lessons/wrap/first-try/wrong/nothing.rs", &course.read("lessons/wrap/first-try/wrong/shipped.rs"));
    course.lesson(&["verify", "wrap/first-try"]).exits_with(1).says("has no table [wrong.nothing] in lesson.toml");
}

#[test]
fn prepare_builds_what_is_needed() {
    let course = Fixture::new();
    course.renew(&format!("lessons/{ID}/wrong/shipped.rs"));
    course.lesson(&["prepare"]).exits_with(0).says("1 lessons are built");
}
