//! `lesson completions` and `lesson man`, read by the programs that they are for.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::fixture::{Done, Fixture, ID};

/// Gives a text to a program, and answers with what it prints.
#[track_caller]
fn feed(program: &mut Command, text: &str) -> Done {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn bash_completes_commands_options_and_lessons() {
    let course = Fixture::new();
    let script = course.lesson(&["completions", "bash"]).exits_with(0).stdout;
    let complete = |words: &[&str]| -> Vec<String> {
        let (last, previous) = (words[words.len() - 1], words[words.len() - 2]);
        let ask =
            format!("COMP_WORDS=({}); COMP_CWORD={}; _lesson lesson '{last}' '{previous}'", words.join(" "), words.len() - 1);
        let done = feed(&mut Command::new("bash"), &format!("{script}\n{ask}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"));
        let done = done.exits_with(0);
        assert_eq!(done.stderr, "");
        done.stdout.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    assert_eq!(complete(&["lesson", "pro"]), ["progress"]);
    assert_eq!(complete(&["lesson", "run", "sco"]), [ID]);
    assert_eq!(complete(&["lesson", "check", "--jun"]), ["--junit"]);
    // A new lesson has a name that is not there yet.
    assert_eq!(complete(&["lesson", "new", "sco"]), Vec::<String>::new());
    feed(Command::new("bash").arg("-n"), &script).exits_with(0);
    course.lesson(&["completions", "zsh"]).exits_with(0).says(ID);
    course.lesson(&["completions", "fish"]).exits_with(0).says("junit");
    course.lesson(&["completions", "tcsh"]).exits_with(2).says("possible values");
}

#[test]
fn the_manual_can_be_read() {
    let course = Fixture::new();
    let text = |command: &[&str]| {
        let roff = course.lesson(&[&["man"], command].concat()).exits_with(0).stdout;
        assert!(roff.contains("\n.TH lesson"), "{roff}");
        // Where there is a reader of manuals, it has nothing to say against it.
        match Command::new("man").arg("--version").output() {
            Ok(_) => {
                let done = feed(Command::new("man").args(["--warnings=w", "-l", "-"]).env("MANWIDTH", "80"), &roff);
                let done = done.exits_with(0);
                assert_eq!(done.stderr, "");
                done.stdout
            }
            Err(_) => roff.replace('\\', ""),
        }
    };
    let manual = text(&[]);
    assert!(manual.contains("Exit codes") && manual.contains("lesson-check(1)"), "{manual}");
    assert!(!manual.contains("supervise"), "{manual}");
    assert!(text(&["check"]).contains("--junit"));
    course.lesson(&["man", "chek"]).exits_with(2).says("there is no command `chek`");
    course.lesson(&["man", "supervise"]).exits_with(2);
}
