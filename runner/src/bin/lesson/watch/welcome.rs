//! The first time: what will happen, and a choice that is remembered.

use std::io::{BufRead, Write, stdin, stdout};

use anyhow::Result;
use runner::catalog::Lesson;
use runner::pack::Pack;

/// What a learner says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Begin,
    /// Begin, in plain lines.
    Plain,
    Leave,
}

/// Says it, and waits for the answer.
pub(super) fn ask(pack: &Pack, lesson: &Lesson, plain: bool) -> Result<Answer> {
    print!("{}", text(&pack.title().name, lesson, plain));
    stdout().flush()?;
    let mut line = String::new();
    // The end of the input is no wish to begin.
    if stdin().lock().read_line(&mut line)? == 0 {
        return Ok(Answer::Leave);
    }
    Ok(match line.trim() {
        "plain" | "p" => Answer::Plain,
        "quit" | "q" => Answer::Leave,
        _ => Answer::Begin,
    })
}

fn text(name: &str, lesson: &Lesson, plain: bool) -> String {
    let first = if plain {
        format!("{name}, in plain lines; --plain=false draws a screen.")
    } else {
        format!("{name} draws a screen. Type plain for lines instead, as a screen reader needs.")
    };
    let exercise = lesson.exercise();
    format!(
        "{first}\n\
         \n\
         Each lesson is a small add-on with a bug that real add-ons shipped.\n\
         This is {}, {} ({} minutes).\n\
         Your cargo compiles it now, your Node runs it. The first time, napi is fetched\n\
         and built, which may take a minute. Later a verdict takes about a second.\n\
         You will see which check fails, which line is the reason, and the memory.\n\
         Edit {}: each save is checked.\n\
         To read its page: `cargo lesson book --open`, in another terminal.\n\
         \n\
         Press Enter to begin. ",
        lesson.id,
        lesson.manifest.title,
        lesson.manifest.minutes,
        lesson.relative(&exercise).display(),
    )
}
