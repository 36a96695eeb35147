//! The block of a lesson: all that a reader needs to do the exercise, and what not to see too early.

use std::fmt::Write as _;

use runner::catalog::Variant;
use runner::outcome::CheckResult;
use runner::record::shipped;

use crate::markup::{Format, escape, fence, folded, program, table, value, words};
use crate::shelf::Shelved;

pub(crate) fn text(shelved: &Shelved, format: Format) -> Result<String, String> {
    let manifest = &shelved.lesson.manifest;
    let content = [
        format!("**{}** · {} minutes · `{}`\n\n", words(&manifest.title), manifest.minutes, shelved.lesson.id),
        format!("**Goal.** {}\n\n", words(&manifest.goal)),
        exercise(shelved, format),
        commands(shelved),
        checks(shelved, format)?,
        hints(shelved, format),
        folded(format, "A solution", &program(manifest.edits, &shelved.solution)),
        folded(format, "Why other fixes are wrong", &wrong(shelved, format)?),
    ]
    .concat();
    Ok(match format {
        Format::Html => {
            let (id, title) = (&shelved.lesson.id, escape(&manifest.title));
            // The id is for the script that a server adds to the page.
            format!("<section class=\"lesson\" data-lesson=\"{id}\" aria-label=\"Exercise: {title}\">\n\n{content}</section>\n")
        }
        Format::Plain => content,
    })
}

/// The learner's file with its lines numbered, as a verdict names them. The numbers are no part of the
/// text: they are not selected, copied, searched or read out.
fn exercise(shelved: &Shelved, format: Format) -> String {
    let path = shelved.lesson.exercise();
    let path = shelved.lesson.relative(&path).display().to_string();
    let code = program(shelved.lesson.manifest.edits, &shelved.shipped);
    match format {
        Format::Html => {
            let mut numbers = String::new();
            for number in 1..=shelved.shipped.lines().count() {
                let separator = if number > 1 { "&#10;" } else { "" };
                let _ = write!(numbers, "{separator}{number}");
            }
            format!("`{path}`\n\n<div class=\"lesson-code\" data-lines=\"{numbers}\">\n\n{code}\n</div>\n\n")
        }
        Format::Plain => format!("`{path}`\n\n{code}\n"),
    }
}

fn commands(shelved: &Shelved) -> String {
    let id = &shelved.lesson.id;
    let width = id.as_str().len();
    let commands = format!(
        "cargo lesson run {id:width$}     # its memory at five moments\n\
         cargo lesson check {id:width$}   # the verdict on your exercise\n\
         cargo lesson serve {:width$}   # edit and run it in this page\n",
        ""
    );
    fence("sh", &commands) + "\n"
}

fn hints(shelved: &Shelved, format: Format) -> String {
    let hints = shelved.lesson.manifest.hints.iter().zip(1..);
    hints.map(|(hint, level)| folded(format, &format!("Hint {level}"), &words(hint))).collect()
}

fn checks(shelved: &Shelved, format: Format) -> Result<String, String> {
    let broken = shelved.verdict(&shipped())?;
    let solved = shelved.verdict(&Variant::Solution)?;
    let row = |(solved, broken): (&CheckResult, &CheckResult)| {
        let because = if solved.because.is_empty() { &broken.because } else { &solved.because };
        vec![words(&solved.name), value(format, &solved.expected), value(format, &broken.measured), words(because)]
    };
    let rows: Vec<Vec<String>> = solved.checks.iter().zip(&broken.checks).map(row).collect();
    Ok(table(&["check", "expected", "as shipped", "why"], false, &rows) + "\n")
}

fn wrong(shelved: &Shelved, format: Format) -> Result<String, String> {
    let mut text = String::new();
    for (name, wrong) in shelved.wrong() {
        let outcome = shelved.verdict(&Variant::Wrong(name.clone()))?;
        let fails = wrong.fails.get_ref();
        let check = outcome.checks.iter().find(|check| check.id == *fails);
        let (name, measured) = check.map_or((fails.as_str(), "nothing"), |check| (&check.name, &check.measured));
        let _ = writeln!(
            text,
            "**{}.** {} It fails “{}”: {}.\n",
            words(&wrong.title),
            words(&wrong.why),
            words(name),
            value(format, measured)
        );
    }
    Ok(text)
}
