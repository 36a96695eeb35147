//! What the learner looks at, as text: for the screen with its escape sequences for colour, or without.

use std::fs;

use runner::catalog::Variant;
use runner::check::Checked;
use runner::grade::Verdict;
use runner::measure::Measured;
use runner::number::plural;
use runner::overview::Row;
use runner::report::paint::Paint;
use runner::report::width::wrap;
use runner::report::words::sentence;
use runner::report::{held, memory, printed, strip, verdict};
use runner::step::Phase;

use super::command::COMMANDS;
use super::state::{Checking, Question, View, Watch, Work};
use crate::cmd::standing;

/// The columns of prose.
const WIDTH: usize = 78;

/// The lesson, and how far the learner is.
pub(crate) fn title(watch: &Watch, paint: Paint) -> String {
    format!("{}  {}", paint.bold(&watch.lesson.id), watch.lesson.manifest.title)
}

pub(crate) fn done(watch: &Watch) -> String {
    let (done, all) = watch.done();
    format!("{done} of {all} done")
}

/// What is going on, or the verdict, in one line.
pub(crate) fn status(watch: &Watch, paint: Paint) -> String {
    match &watch.work {
        Work::Nothing => "stopped".into(),
        Work::Checking(checking) => phase(checking),
        Work::Unable(_) => paint.yellow("no verdict"),
        Work::Graded(checked) => {
            let outcome = &checked.outcome;
            let word = verdict::word(outcome.verdict, paint).replace("   ", "");
            let count = |of: Verdict| outcome.checks.iter().filter(|check| check.verdict == of).count();
            let all = plural(outcome.checks.len() as f64, "check");
            match outcome.verdict {
                _ if checked.compile_error.is_some() => format!("{word}  it does not compile"),
                Verdict::Passed => format!("{word}  all of {all}; `n` is the next lesson"),
                Verdict::Failed => format!("{word}  {} of {all}", count(Verdict::Failed)),
                Verdict::Undecided => format!("{word}  {} of {all}", count(Verdict::Undecided)),
            }
        }
    }
}

/// What a check does at the moment.
pub(crate) fn phase(checking: &Checking) -> String {
    match checking.phase {
        None => "Beginning".into(),
        Some(Phase::Waiting) => "Waiting for another `lesson` that is compiling".into(),
        Some(Phase::Fetching) => "Downloading the lessons' crates, first time only".into(),
        // The lesson itself is one of them.
        Some(Phase::Compiling) if checking.built > 1 => {
            format!("Building napi for the lessons, first time only: {} crates", checking.built)
        }
        Some(Phase::Compiling) => "Compiling".into(),
        Some(Phase::Running) => "Running".into(),
    }
}

/// The text of the view.
pub(crate) fn body(watch: &Watch, paint: Paint) -> String {
    match watch.view {
        View::Verdict => checks(watch, paint),
        View::Hints => hints(watch, paint),
        View::Memory => with_run(watch, |checked| checked.ran.as_ref().map(|(_, table)| memory::text(table, paint))),
        View::Why => with_run(watch, |checked| {
            let (recording, _) = checked.ran.as_ref()?;
            Some(held::text(Measured(recording).tracked(), &recording.held, &checked.holders, paint))
        }),
        View::Solution => solution(watch, paint),
        View::Help => help(paint),
    }
}

/// Memory at a glance, below the verdict.
pub(crate) fn bars(watch: &Watch, width: usize, paint: Paint) -> Vec<String> {
    match (watch.view, watch.graded()) {
        (View::Verdict, Some(Checked { ran: Some((_, table)), .. })) => strip::bars(table, width.min(100), paint),
        _ => Vec::new(),
    }
}

/// The same in words.
pub(crate) fn gauges(watch: &Watch) -> Vec<String> {
    let table = watch.graded().and_then(|checked| checked.ran.as_ref());
    table.map(|(_, table)| strip::words(table)).unwrap_or_default()
}

/// The whole table in words.
pub(crate) fn memory_in_words(watch: &Watch) -> String {
    with_run(watch, |checked| {
        let (_, table) = checked.ran.as_ref()?;
        Some(format!("{}\n{}", strip::words(table).join("\n"), wrap(&sentence(table), WIDTH)))
    })
}

/// One line for each check, and what is known of the first that did not pass.
fn checks(watch: &Watch, paint: Paint) -> String {
    let checked = match &watch.work {
        Work::Unable(reason) => return wrap_lines(reason),
        Work::Graded(checked) => checked,
        Work::Nothing | Work::Checking(_) => {
            let names = watch.lesson.manifest.checks.iter().map(|check| format!("  ·    {}\n", check.name));
            return format!("{}\n\n{}", paint.dim(wrap(&watch.lesson.manifest.goal, WIDTH)), names.collect::<String>());
        }
    };
    if let Some(messages) = &checked.compile_error {
        return messages.trim_end().to_owned();
    }
    let mut lines: Vec<String> = verdict::checks(&checked.outcome, paint).iter().map(|check| format!("  {check}")).collect();
    if let Some(check) = verdict::decisive(&checked.outcome) {
        let as_bad = checked.outcome.checks.iter().filter(|other| other.verdict == check.verdict);
        if as_bad.count() > 1 {
            lines.push(format!("  {}:", paint.bold(&check.name)));
        }
        lines.extend(verdict::evidence(check));
    }
    let text = lines.join("\n");
    match &checked.ran {
        Some((recording, _)) if checked.outcome.checks[0].verdict == Verdict::Passed => {
            format!("{text}\n{}", printed::text(&recording.exit, paint))
        }
        _ => text,
    }
}

fn hints(watch: &Watch, paint: Paint) -> String {
    let hints = &watch.lesson.manifest.hints;
    let one = |(level, hint): (usize, &String)| {
        format!("{}\n{}\n", paint.bold(format!("Hint {level} of {}", hints.len())), wrap(hint, WIDTH))
    };
    let shown: Vec<String> = (1..).zip(hints).take(watch.hints.into()).map(one).collect();
    let more = if usize::from(watch.hints) < hints.len() { "`h` shows the next one.\n" } else { "There are no more.\n" };
    format!("{}\n{}", shown.join("\n"), paint.dim(more))
}

/// What only a run knows, or why there is none.
fn with_run(watch: &Watch, text: impl Fn(&Checked) -> Option<String>) -> String {
    match &watch.work {
        Work::Checking(_) => "This needs a run. It is on its way.".into(),
        Work::Nothing => "This needs a run: `r` begins one.".into(),
        Work::Unable(reason) => wrap_lines(reason),
        Work::Graded(checked) => {
            text(checked).unwrap_or_else(|| "This needs a run, and what does not compile can't be run.".into())
        }
    }
}

fn solution(watch: &Watch, paint: Paint) -> String {
    let read = watch.lesson.source(&Variant::Solution).map(|path| (fs::read_to_string(&path), path));
    match read {
        Ok((Ok(text), path)) => format!("{}\n\n{text}", paint.dim(watch.lesson.relative(&path).display())),
        Ok((Err(error), path)) => format!("{} can't be read: {error}.", path.display()),
        Err(error) => error.to_string(),
    }
}

fn help(paint: Paint) -> String {
    let what = [
        "check again; a save does so by itself",
        "a hint; again for the next level",
        "the whole table of memory of the run that was graded",
        "who holds the objects that should be gone",
        "the solution",
        "open the exercise in your editor",
        "put the exercise back to how it was; yours is kept",
        "all lessons: filter, search, jump",
        "the next lesson",
        "the lesson before",
        "end; what you have done is remembered",
    ];
    let lines = COMMANDS.iter().zip(what).map(|((key, word, _), what)| format!("  {}  {word:<9} {what}\n", paint.bold(key)));
    let more = "  v  verdict   back to the verdict; Esc and Enter do the same\n  \
                Arrows and Page Up, Page Down move the text.\n  \
                In lines: `go ID` or `go NUMBER` jumps, `list WORDS` or `/WORDS` searches.\n";
    lines.collect::<String>() + more
}

/// What is asked.
pub(crate) fn question(question: &Question) -> String {
    match question {
        Question::Reset(id) => format!("Put the exercise of {id} back? Yours is kept in backups/. (y/n)"),
        Question::Solution => "It is not solved yet. Show the solution? (y/n)".into(),
    }
}

/// What is in the columns of a lesson's line.
pub(crate) const COLUMNS: &str = "  state    lesson                         min attempts  title";

/// A lesson's line in the list.
pub(crate) fn row(row: &Row, paint: Paint) -> String {
    let (state, attempts) = standing(row, paint);
    format!("{state}  {:<30} {:>3} {attempts:>8}  {}", row.lesson.as_str(), row.minutes, row.title)
}

/// Breaks each line of a text at blanks.
fn wrap_lines(text: &str) -> String {
    text.lines().map(|line| wrap(line, WIDTH)).collect::<Vec<_>>().join("\n")
}
