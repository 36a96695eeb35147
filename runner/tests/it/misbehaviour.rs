//! Learners write programs that hang, fork, flood and crash. Each gets its own clear message, and
//! nothing is left of it: [`fixture::finish`](crate::fixture::finish) looks.

use crate::fixture::{Fixture, ID};

#[test]
fn an_endless_loop_is_proved_by_its_processor_time() {
    let course = Fixture::new();
    course.limits("cpu_s = 3");
    course.exercise_doing("loop { std::hint::spin_loop() }");
    course
        .check()
        .exits_with(1)
        .says("stopped after 3 s of processor time, inside the warm-up's work")
        .says("a loop that does not end");
}

#[test]
fn a_thread_that_waits_for_ever_is_proved_by_standing_still() {
    let course = Fixture::new();
    course.limits("deadline_s = 12");
    course.exercise_doing("std::thread::sleep(std::time::Duration::MAX);");
    course.check().exits_with(1).says("it waited and did not run").says("a thread waits for something that never comes");
}

#[test]
fn a_starved_run_is_undecided() {
    let course = Fixture::new();
    // Shorter than what makes standing still a proof.
    course.limits("deadline_s = 4");
    course.exercise_doing("std::thread::sleep(std::time::Duration::MAX);");
    course.check().exits_with(3).says("undecided").says("run it again on a quieter machine");
}

#[test]
fn a_flood_of_output_is_stopped() {
    let course = Fixture::new();
    course.exercise_doing("loop { println!(\"and another line that nobody will read\") }");
    course.check().exits_with(1).says("stopped after it had printed").says("a program that prints without end");
}

#[test]
fn memory_without_end_is_stopped_at_the_budget() {
    let course = Fixture::new();
    course.limits("memory_mib = 300");
    course.exercise_doing("let mut all = Vec::new();\n    loop { all.push(vec![1u8; 1 << 20]); }");
    course.check().exits_with(1).says("stopped at 300 MiB of resident memory");
}

#[test]
fn a_detached_grandchild_is_swept() {
    let course = Fixture::new();
    course.exercise_doing("std::process::Command::new(\"setsid\").args([\"sh\", \"-c\", \"sleep 1000 & sleep 1000\"]).spawn()?;");
    course.check().exits_with(0).says("passed");
}

#[test]
fn an_abort_is_named() {
    let course = Fixture::new();
    course.exercise_doing("std::process::abort();");
    course.check().exits_with(1).says("SIGABRT, inside the warm-up's work");
}

#[test]
fn a_wild_pointer_is_named() {
    let course = Fixture::new();
    course.exercise_doing("unsafe { std::ptr::null_mut::<u64>().add(1).write_volatile(1) };");
    // A debug build finds a null pointer itself, and aborts; either way the run ended badly.
    course.check().exits_with(1).says("inside the warm-up's work").says("FAIL the run ends by itself");
}

#[test]
fn a_panic_shows_its_message() {
    let course = Fixture::new();
    course.exercise_doing("if players > 0 { panic!(\"the player is gone\") }");
    course.check().exits_with(1).says("the player is gone");
}

#[test]
fn an_early_exit_is_not_a_pass() {
    let course = Fixture::new();
    course.exercise_doing("std::process::exit(0);");
    course.check().exits_with(1).says("exit code 0, inside the warm-up's work").says("the process ended before its work did");
}

#[test]
fn a_bad_exit_after_the_work_is_not_a_pass() {
    let course = Fixture::new();
    course.exercise_doing("env.add_env_cleanup_hook((), |()| std::process::exit(7))?;");
    let checked = course.check().exits_with(1).says("exit code 7, after all its work was done").says("a cleanup hook");
    assert!(!checked.stdout.contains("before its work did"), "{}", checked.stdout);
}

#[test]
fn a_handle_that_keeps_the_process_is_found() {
    let course = Fixture::new();
    course.exercise(
        "use napi::bindgen_prelude::*;\nuse napi_derive::napi;\n\n#[napi]\npub fn idle(players: u32, turn: Function<u32, u32>) -> \
         Result<u32> {\n    std::mem::forget(turn.build_threadsafe_function::<u32>().build()?);\n    Ok(players)\n}\n",
    );
    course.check().exits_with(1).says("the process did not exit").says("thread-safe functions were never released");
}

#[test]
fn a_source_that_does_not_compile_shows_what_rustc_says() {
    let course = Fixture::new();
    course.exercise_doing("let x: u32 = \"one\";");
    course.check().exits_with(1).says("error[E0308]: mismatched types").says("lessons/scopes/callback-loop/exercise.rs:");
}

#[test]
fn what_is_printed_is_no_evidence() {
    let course = Fixture::new();
    let forged = r#"{{\"at\":\"end\"}}"#;
    let shipped = course.read("lessons/scopes/callback-loop/wrong/shipped.rs");
    let start = "let mut moved = 0;";
    assert!(shipped.contains(start));
    course.exercise(&shipped.replace(start, &format!("println!(\"{forged}\"); eprintln!(\"{forged}\");\n    {start}")));
    course.check().exits_with(1).says("FAIL handles stay bounded");
}

#[test]
fn what_is_no_text_does_not_compile() {
    let course = Fixture::new();
    std::fs::write(course.path(&format!("lessons/{ID}/exercise.rs")), b"\xff\xfeu\0s\0e\0").unwrap();
    course.lesson(&["check", ID]).exits_with(1).says("exercise.rs is not UTF-8 text");
}

#[test]
fn an_empty_add_on_registers_nothing() {
    let course = Fixture::new();
    course.exercise("");
    course.lesson(&["check", ID]).exits_with(1).says("without a `#[napi]` registers nothing");
}
