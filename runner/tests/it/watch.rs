//! `lesson watch` as its users have it: on a terminal, with an editor that saves.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::fixture::{Fixture, ID, OF_TERMINALS, processes_of, write_script};
use crate::terminal::Terminal;

/// Another lesson, so that there is a next one.
const OTHER: &str = "wrap/lost-finalizer";

fn course() -> Fixture {
    let course = Fixture::new();
    course.add(OTHER);
    course
}

fn start(course: &Fixture, args: &[&str], columns: u16, rows: u16) -> Terminal {
    Terminal::start(course.command(args), columns, rows)
}

fn wrong(course: &Fixture) -> String {
    course.read(&format!("lessons/{ID}/wrong/one-scope.rs"))
}

fn session(columns: u16, rows: u16) {
    let course = course();
    let mut terminal = start(&course, &[], columns, rows);
    // The first time it says what will happen.
    terminal.wait(&["Type plain for lines", ID, "Press Enter to begin."]);
    terminal.press("\r");
    // The shipped bug fails, with the line that is the reason and the memory in the same screen.
    let failed = terminal.wait(&[
        "failed  1 of 5 checks",
        "FAIL handles stay bounded inside the call",
        "0 of 2 done",
        "turn.call(player)?",
        "^^^^",
        "exercise.rs:9",
        "before",
        "inside   █",
        "after gc",
        "q quit",
    ]);
    assert_eq!(failed.lines().next().unwrap().split("  ").next(), Some(ID));

    // A wrong fix fails as well.
    let verdicts = failed;
    course.exercise(&wrong(&course));
    terminal.wait_until("the wrong fix has its verdict", |shown| {
        shown.contains("failed") && *shown != *verdicts && shown.contains("FAIL")
    });

    // The solution is saved while another version is being compiled or runs: that one is given up.
    course.exercise_doing(&format!("{} std::thread::sleep(std::time::Duration::MAX);", course.unique()));
    terminal.wait_until("it compiles", |shown| shown.contains("Compiling") || shown.contains("Running"));
    course.exercise(&course.solution());
    terminal.wait_until("the solution has passed, and nothing is left of the verdict before", |shown| {
        ["passed  all of 5 checks", "`n` is the next lesson", "1 of 2 done", "after gc"].iter().all(|text| shown.contains(text))
            && !shown.contains("FAIL")
    });

    // A pass does not go on by itself.
    terminal.press("n");
    terminal.wait(&[OTHER, "failed", "FAIL each native half is freed"]);
    terminal.press("n");
    terminal.wait(&["This is the last lesson."]);
    terminal.press("h");
    terminal.wait(&["Hint 1 of 3", "`h` shows the next one."]);
    terminal.press("h");
    terminal.wait(&["Hint 2 of 3"]);
    terminal.press("m");
    terminal.wait(&["settled", "native blocks", "heapUsed", "rounds of"]);
    terminal.press("\x1b");
    terminal.wait(&["FAIL each native half is freed"]);

    // The list: where each lesson stands, a filter, a search, a jump.
    terminal.press("l");
    let list = terminal.wait(&["Lessons", "scopes", "wrap", "Enter go"]);
    let row =
        |of: &str| list.lines().find(|line| line.contains(of)).unwrap_or_else(|| panic!("{of} is not in\n{list}")).to_owned();
    assert!(row(ID).trim_start().starts_with("done"), "{list}");
    assert!(row(OTHER).starts_with("> pending"), "{list}");
    terminal.press("d");
    terminal.wait_until("only what is done is shown", |shown| shown.contains("done only") && !shown.contains(OTHER));
    terminal.press("d/LOOP");
    terminal
        .wait_until("the search has found one", |shown| shown.contains("/LOOP") && shown.contains(ID) && !shown.contains(OTHER));
    terminal.press("\r\r");
    terminal.wait(&["passed  all of 5 checks", ID]);

    // Reset asks, keeps a backup, and what is on the screen follows.
    terminal.press("x");
    terminal.wait(&["Put the exercise of scopes/callback-loop back?"]);
    terminal.press("n");
    terminal.wait(&["Nothing was changed."]);
    assert_eq!(course.read(&format!("lessons/{ID}/exercise.rs")), course.solution());
    terminal.press("xy");
    terminal.wait(&["failed  1 of 5 checks", "FAIL handles stay bounded inside the call"]);
    assert_eq!(course.read(&format!("backups/{ID}/exercise.1.rs")), course.solution());

    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    terminal.is_restored();
    assert_eq!(processes_of(terminal.child.id()), Vec::<u32>::new());
    assert!(course.read(".lesson/progress.toml").contains("current = \"scopes/callback-loop\""));
}

#[test]
fn a_whole_session_on_a_small_screen() {
    session(80, 24);
}

#[test]
fn a_whole_session_on_a_large_screen() {
    session(120, 40);
}

#[test]
fn it_is_drawn_again_in_another_size() {
    let course = course();
    let mut terminal = start(&course, &["watch", ID], 80, 24);
    terminal.press("\r");
    terminal.wait(&["FAIL handles stay bounded", "q quit"]);
    terminal.resize(120, 40);
    let large = terminal.wait_until("all keys are in one line", |shown| {
        shown.lines().any(|line| line.contains("r run") && line.contains("q quit"))
    });
    assert_eq!(large.lines().count(), 40, "{large}");
    terminal.resize(40, 12);
    terminal.wait_until("the screen is small", |shown| shown.lines().count() <= 12 && shown.contains("failed"));
}

#[test]
fn a_syntax_error_is_shown_in_the_compilers_colours() {
    let course = course();
    course.exercise("use napi::bindgen_prelude::*;\nfn broken( {\n");
    let mut terminal = start(&course, &["watch", ID], 80, 24);
    terminal.press("\r");
    terminal.wait(&["failed  it does not compile", "error", "exercise.rs:2"]);
    assert_ne!(terminal.colour_of("error"), vt100::Color::Default);
    // A fix takes the errors away.
    course.exercise(&course.solution());
    terminal.wait(&["passed"]);
}

#[test]
fn an_exercise_that_is_missing_can_be_reset() {
    let course = course();
    fs::remove_file(course.path(&format!("lessons/{ID}/exercise.rs"))).unwrap();
    let mut terminal = start(&course, &["watch", ID], 80, 24);
    terminal.press("\r");
    terminal.wait(&["no verdict", "exercise.rs"]);
    terminal.press("xy");
    terminal.wait(&["FAIL handles stay bounded"]);
}

#[test]
fn it_goes_on_by_itself_where_that_is_wanted() {
    let course = course();
    let mut terminal = start(&course, &["watch", ID, "--keep-going"], 80, 24);
    terminal.press("\r");
    terminal.wait(&["FAIL handles stay bounded"]);
    course.exercise(&course.solution());
    terminal.wait(&[OTHER, "failed"]);
    terminal.press("p");
    terminal.wait(&[ID, "1 of 2 done"]);
}

/// Starts watching a version that never ends, and waits until this is on the screen.
fn waiting(course: &Fixture, phase: &str) -> Terminal {
    course.exercise_doing(&format!("{} std::thread::sleep(std::time::Duration::MAX);", course.unique()));
    let mut terminal = start(course, &["watch", ID], 80, 24);
    terminal.press("\r");
    terminal.wait(&[phase]);
    terminal
}

#[test]
fn each_way_to_end_gives_the_terminal_back() {
    for phase in ["Compiling", "Running"] {
        for way in ["q", "\x03", "TERM", "HUP"] {
            let course = course();
            let mut terminal = waiting(&course, phase);
            let pid = terminal.child.id();
            match way {
                "TERM" => kill(Pid::from_raw(pid as i32), Signal::SIGTERM).unwrap(),
                "HUP" => kill(Pid::from_raw(pid as i32), Signal::SIGHUP).unwrap(),
                key => terminal.press(key),
            }
            let code = if way == "q" { 0 } else { 130 };
            assert_eq!(terminal.end().code(), Some(code), "{way:?} while {phase}");
            terminal.is_restored();
            assert_eq!(processes_of(pid), Vec::<u32>::new(), "{way:?} while {phase}");
            assert_eq!(runs_of(pid), Vec::<String>::new(), "{way:?} while {phase}");
        }
    }
}

#[test]
fn a_killed_watcher_leaves_nothing() {
    for phase in ["Compiling", "Running", "failed"] {
        let course = course();
        let mut terminal = if phase == "failed" {
            let mut terminal = start(&course, &["watch", ID], 80, 24);
            terminal.press("\r");
            terminal.wait(&[phase]);
            terminal
        } else {
            waiting(&course, phase)
        };
        let pid = terminal.child.id();
        // Before there is a supervisor nobody else can tidy up; what was begun then is swept by the next start.
        terminal.wait_until("its programs run", |_| phase == "failed" || !processes_of(pid).is_empty());
        kill(Pid::from_raw(pid as i32), Signal::SIGKILL).unwrap();
        terminal.end();
        let begun = std::time::Instant::now();
        while !(processes_of(pid).is_empty() && runs_of(pid).is_empty()) {
            assert!(begun.elapsed().as_secs() < 30, "{phase}: {:?} {:?} are left", processes_of(pid), runs_of(pid));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // What is remembered is whole, and so is the next start.
        let left = fs::read_dir(course.path(".lesson")).unwrap().flatten().map(|entry| entry.file_name());
        assert!(left.into_iter().all(|name| name == "progress.toml" || name == "lock"), "{phase}");
        course.lesson(&["list"]).exits_with(0).says(ID);
    }
}

/// The folders of the runs of a `lesson` with this id.
fn runs_of(pid: u32) -> Vec<String> {
    let runs = crate::fixture::shared_work().join("after-gc/runs");
    let names = fs::read_dir(runs).unwrap().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.trim_start_matches("new-").starts_with(&format!("{pid}-"))).collect()
}

#[test]
fn ctrl_z_and_fg() {
    let course = course();
    // A shell of its own, as the one that gets the terminal back.
    let mut shell = std::process::Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ").current_dir(course.root());
    OF_TERMINALS.iter().for_each(|name| _ = shell.env_remove(name));
    let mut terminal = Terminal::start(shell, 80, 24);
    terminal.wait(&["ready>"]);
    let lesson = Path::new(env!("CARGO_BIN_EXE_lesson"));
    let work = crate::fixture::shared_work();
    terminal.press(&format!("{} --work {} watch {ID}\r", lesson.display(), work.display()));
    terminal.wait(&["Press Enter"]);
    terminal.press("\r");
    terminal.wait(&["FAIL handles stay bounded"]);
    terminal.press("\x1a");
    terminal.wait(&["Stopped"]);
    assert!(terminal.is_on_main_screen());
    terminal.press("fg\r");
    terminal.wait(&["FAIL handles stay bounded", "q quit"]);
    terminal.press("q");
    terminal.wait_until("the shell is back", |shown| shown.trim_end().ends_with("ready>"));
    terminal.press("exit\r");
    terminal.end();
}

#[test]
fn lines_say_the_verdict_first() {
    let course = course();
    let mut terminal = Terminal::start(
        {
            let mut command = course.command(&["watch", ID]);
            command.env("LESSON_PLAIN", "1");
            command
        },
        80,
        40,
    );
    terminal.wait(&["After GC, in plain lines", "Press Enter"]);
    terminal.press("\r");
    terminal.wait(&["failed  1 of 5 checks", "handles: before 8, inside", "FAIL handles stay bounded"]);
    course.exercise(&course.solution());
    let passed = terminal.wait(&["passed  all of 5 checks"]);
    assert!(!passed.contains(['█', '▁', '▏']) && !passed.contains('\x1b'), "{passed}");
    terminal.press("list loop\r");
    terminal.wait(&["1 done", "go NUMBER"]);
    terminal.press("go 2\r");
    terminal.wait(&[&format!("{OTHER}  "), "each native half is freed"]);
    terminal.press("frobnicate\r");
    terminal.wait(&["`frobnicate` is no command"]);
    terminal.press("q\r");
    assert_eq!(terminal.end().code(), Some(0));
    terminal.is_restored();
}

/// A program that is called like an editor: it says so, and waits for a line.
fn editor(course: &Fixture) -> String {
    let path = course.path("bin/nano");
    write_script(&path, "trap '' INT; echo \"EDITING $*\"; read line; echo \"$line\" > \"$(dirname \"$0\")/typed\"\n");
    path.display().to_string()
}

#[test]
fn an_editor_has_the_terminal_until_it_ends() {
    let course = course();
    let mut command = course.command(&["watch", ID]);
    command.env("VISUAL", editor(&course)).env("FORCE_HYPERLINK", "1");
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.press("\r");
    terminal.wait(&["FAIL handles stay bounded", "q quit"]);
    let exercise = course.path(&format!("lessons/{ID}/exercise.rs"));
    terminal.press("o");
    // It begins in the line that the verdict names, and gets every key.
    terminal.wait(&[&format!("EDITING +9 {}", exercise.display())[..40]]);
    assert!(terminal.is_on_main_screen());
    course.exercise(&course.solution());
    // In an editor this ends nothing.
    terminal.press("\x03");
    terminal.wait(&["^C"]);
    terminal.press("quit now\r");
    terminal.wait(&["passed  all of 5 checks"]);
    assert_eq!(course.read("bin/typed"), "quit now\n");
    // The files on the screen are links.
    assert!(terminal.has_written("\x1b]8;;file://"));
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    terminal.is_restored();
}

#[test]
fn plain_lines_are_chosen_once() {
    let course = course();
    let mut terminal = start(&course, &[], 80, 40);
    let welcome = terminal.wait(&["Press Enter to begin."]);
    assert!(welcome.starts_with("After GC draws a screen. Type plain for lines"), "{welcome}");
    assert!(welcome.lines().all(|line| line.chars().count() <= 80) && welcome.lines().count() <= 14, "{welcome}");
    terminal.press("plain\r");
    terminal.wait(&["failed  1 of 5 checks", "handles: before 8, inside"]);
    assert!(terminal.is_on_main_screen() && !terminal.has_written("\x1b["), "nothing is drawn");
    terminal.press("q\r");
    assert_eq!(terminal.end().code(), Some(0));
    // The next time it is not asked again.
    let mut terminal = start(&course, &[], 80, 40);
    terminal.wait(&["failed  1 of 5 checks", "handles: before 8, inside"]);
    terminal.press("q\r");
    terminal.end();
    // Until it is taken back.
    let mut terminal = start(&course, &["--plain=false"], 80, 24);
    terminal.wait(&["failed  1 of 5 checks", "q quit"]);
    assert!(!terminal.is_on_main_screen());
    terminal.press("q");
    terminal.end();
    assert!(course.read(".lesson/progress.toml").contains("plain = false"));
}

#[test]
fn lines_from_a_pipe_are_commands_too() {
    let course = course();
    let mut command = course.command(&["watch", ID]);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The end of the lines is no reason to leave before there is a verdict.
    drop(child.stdin.take());
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("failed  1 of 5 checks") && !said.contains('\x1b'), "{said}");
    assert_eq!(done.status.code(), Some(0));
}
