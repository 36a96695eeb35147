//! What a terminal gets, and what it does not get when output shall be plain.

use std::fs;
use std::process::{Command, Stdio};

use crate::fixture::{Done, Fixture, ID, OF_TERMINALS, finish, processes_of, write_script};
use crate::shutdown::wait_for;

/// Runs a command in a terminal of its own; stdout and stderr are one there.
fn in_terminal(course: &Fixture, args: &[&str], variables: &[(&str, &str)]) -> Done {
    let command = course.command(args);
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap().replace('\'', r"'\''"))).collect();
    let line = format!("echo $$ > \"$PID_FILE\"; exec {}", words.join(" "));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("PID_FILE", course.path("pid"));
    OF_TERMINALS.iter().for_each(|name| _ = script.env_remove(name));
    script.env("TERM", "xterm-256color").env("SHELL", "/bin/sh").envs(variables.iter().copied());
    let done = finish(script.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    let lesson = course.read("pid").trim().parse().unwrap();
    assert_eq!(processes_of(lesson), Vec::<u32>::new(), "processes are left:\n{}", done.stdout);
    done
}

#[test]
fn a_terminal_gets_colours_links_and_drawings() {
    let course = Fixture::new();
    course.edit(&format!("lessons/{ID}/lesson.toml"), "= 200_000", "= 2_000");
    let check = in_terminal(&course, &["check", ID], &[("FORCE_HYPERLINK", "1")]).exits_with(1).stdout;
    let file = course.path(&format!("lessons/{ID}/exercise.rs"));
    let link = format!("{}\u{1b}\\lessons/{ID}/exercise.rs:", file.display());
    assert!(check.contains(&link), "{check:?}");
    assert!(check.contains("\u{1b}[1;31mfailed"), "{check:?}");
    let run = in_terminal(&course, &["run", ID], &[]).exits_with(0).stdout;
    assert!(run.contains('█') && run.contains(" … 0."), "{run:?}");
    assert!(!run.contains("\u{1b}]8"), "not all terminals have links: {run:?}");
    // rustc's own lines are links too, whatever its colours.
    course.exercise("fn (");
    let rejected = in_terminal(&course, &["check", ID], &[("FORCE_HYPERLINK", "1")]).exits_with(1).stdout;
    assert!(rejected.contains("--> ") && rejected.contains(&link), "{rejected:?}");
    // Nothing of it comes into a pipe.
    let mut piped = course.command(&["check", ID]);
    let piped = finish(piped.env("FORCE_HYPERLINK", "1")).exits_with(1);
    assert!(!piped.stdout.contains('\u{1b}') && !piped.stderr.contains('\u{1b}'), "{}", piped.stdout);
}

#[test]
fn plain_output_is_lines_that_are_printed_once() {
    let course = Fixture::new();
    course.edit(&format!("lessons/{ID}/lesson.toml"), "= 200_000", "= 2_000");
    let asked = [(Some("--plain"), None), (None, Some(("LESSON_PLAIN", "1"))), (None, Some(("TERM", "dumb")))];
    for (option, variable) in asked {
        for command in ["check", "run"] {
            let args: Vec<&str> = option.into_iter().chain([command, ID]).collect();
            let variables: Vec<_> = [("FORCE_HYPERLINK", "1")].into_iter().chain(variable).collect();
            let said = in_terminal(&course, &args, &variables).stdout.replace("\r\n", "\n");
            let is_drawn = |c: char| ('\u{2580}'..='\u{259f}').contains(&c) || matches!(c, '\u{1b}' | '\r' | '\u{8}');
            assert!(!said.contains(is_drawn), "{args:?}: {said:?}");
            // It is said what goes on, and then what came of it.
            let mut lines = said.lines().filter(|line| !line.is_empty() && !line.ends_with(" …"));
            let first = if command == "check" { format!("failed     {ID}") } else { "8 009 handles lived".into() };
            assert!(lines.next().unwrap().starts_with(&first), "{said}");
            assert!(said.contains("Running"), "{said}");
        }
    }
    // What was remembered is asked as well, and what is typed is stronger.
    course.write(".lesson/progress.toml", "plain = true\n");
    assert!(!in_terminal(&course, &["list"], &[]).exits_with(0).stdout.contains('\u{1b}'));
    assert!(in_terminal(&course, &["list"], &[("LESSON_PLAIN", "0")]).exits_with(0).stdout.contains('\u{1b}'));
}

#[test]
fn a_plain_run_that_ends_badly_begins_with_that() {
    let course = Fixture::new();
    course.exercise_doing("if players == 200 { std::process::exit(5); }");
    course.edit(&format!("lessons/{ID}/lesson.toml"), "= 200_000", "= 200");
    let run = course.lesson(&["run", ID]).exits_with(1);
    assert!(run.stdout.starts_with("failed     scopes/callback-loop"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("failed     scopes/callback-loop").count(), 1, "{}", run.stdout);
}

#[test]
fn the_exercise_is_opened_in_the_learners_editor() {
    let course = Fixture::named("a course's");
    let exercise = course.path(&format!("lessons/{ID}/exercise.rs"));
    let seen = course.path("seen");
    // An editor that writes down how it was called.
    let editor = course.path("bin/my editor");
    let quoted = seen.display().to_string().replace('\'', r"'\''");
    write_script(&editor, &format!("printf '%s\\n' \"$@\" > '{quoted}'\nexit 7\n"));
    let quoted = format!("\"{}\"", editor.display());

    let mut nowhere = course.command(&["edit"]);
    finish(&mut nowhere).exits_with(2).says("you were at no lesson yet");
    // It takes the terminal, so its exit code is the command's.
    course.lesson(&["edit", ID, "--edit-cmd", &format!("{quoted} -x +{{line}} {{file}}")]).exits_with(7);
    assert_eq!(fs::read_to_string(&seen).unwrap(), format!("-x\n+1\n{}\n", exercise.display()));
    let mut visual = course.command(&["edit"]);
    finish(visual.env("VISUAL", &quoted).env("EDITOR", "nothing")).exits_with(7);
    assert_eq!(fs::read_to_string(&seen).unwrap(), format!("{}\n", exercise.display()));

    course.lesson(&["edit", ID]).exits_with(2).says("set $VISUAL or $EDITOR");
    course.lesson(&["edit", ID, "--edit-cmd", "/no/such/editor"]).exits_with(3).says("failed to start /no/such/editor");
    course.lesson(&["edit", ID, "--edit-cmd", "'vim"]).exits_with(2).says("--edit-cmd is no command");
}

#[test]
fn the_editor_around_the_terminal_opens_it_and_the_command_goes_on() {
    let course = Fixture::new();
    let seen = course.path("seen");
    let code = course.path("bin/code");
    write_script(&code, &format!("echo \"$@\" > '{0}.new'; mv '{0}.new' '{0}'\n", seen.display()));
    let path = format!("{}:{}", code.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = course.command(&["edit", ID]);
    finish(command.env("TERM_PROGRAM", "vscode").env("PATH", path).env("EDITOR", "vim")).exits_with(0).says("is opened by code");
    // It is a window's own program, which may take its time.
    wait_for("it was called", || seen.exists());
    let exercise = course.path(&format!("lessons/{ID}/exercise.rs"));
    assert_eq!(fs::read_to_string(&seen).unwrap(), format!("--goto {}:1\n", exercise.display()));
}
