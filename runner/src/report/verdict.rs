//! A verdict as `lesson check` shows it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::fault;
use super::paint::Paint;
use super::place;
use super::width::wrap;
use crate::catalog::{LessonId, Variant};
use crate::check::Checked;
use crate::grade::Verdict;
use crate::outcome::{CheckResult, Outcome};

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// All checks, and what is known of those that did not pass.
    Full,
    /// One line for each check that did not pass.
    Brief,
}

/// The verdict on one variant: a line for it, a line for each check, and for those that did not pass
/// what was expected, what was measured, and why it matters.
pub fn text(lesson: &LessonId, variant: &Variant, checked: &Checked, detail: Detail, paint: Paint) -> String {
    if let Some(messages) = &checked.compile_error {
        return format!("{}\n\n{}\n", heading(lesson, variant, &checked.outcome, paint), messages.trim_end());
    }
    let mut text = of_outcome(lesson, variant, &checked.outcome, detail, paint);
    // A run that ended badly has shown what it printed to stderr as its evidence.
    if let (Detail::Full, Some((recording, _))) = (detail, &checked.ran)
        && checked.outcome.checks.first().is_some_and(|check| check.verdict == Verdict::Passed)
    {
        text += &super::printed::text(&recording.exit, paint);
    }
    text
}

/// The same without what the add-on printed, for an outcome that was kept.
pub fn of_outcome(lesson: &LessonId, variant: &Variant, outcome: &Outcome, detail: Detail, paint: Paint) -> String {
    let mut text = heading(lesson, variant, outcome, paint) + "\n";
    let mut line = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    // Two checks may be about one line; its text is shown once.
    let mut shown = BTreeSet::new();
    for check in &outcome.checks {
        // What could not be measured any more says nothing beside the check that failed.
        let decides = check.verdict == outcome.verdict && check.verdict != Verdict::Passed;
        if detail == Detail::Full || decides {
            line(&format!("  {} {}", mark(check.verdict, paint), check.name));
        }
        if detail == Detail::Full && decides {
            explain(check, &mut shown).iter().for_each(|detail| line(detail));
        }
    }
    text
}

/// One line for each check.
pub fn checks(outcome: &Outcome, paint: Paint) -> Vec<String> {
    outcome.checks.iter().map(|check| format!("{} {}", mark(check.verdict, paint), check.name)).collect()
}

/// The first check that decides a verdict which is not *passed*.
pub fn decisive(outcome: &Outcome) -> Option<&CheckResult> {
    outcome.checks.iter().find(|check| check.verdict == outcome.verdict && check.verdict != Verdict::Passed)
}

/// What is known of a check that did not pass, the line that is the reason before all else about it: there
/// may be no room for the rest.
pub fn evidence(check: &CheckResult) -> Vec<String> {
    let mut lines = vec![label("measured", &format!("{}; expected {}", check.measured, check.expected))];
    let mut shown = BTreeSet::new();
    for place in &check.places {
        let heading = place::heading(place);
        let (at, about) = heading.split_at(1);
        lines.extend_from_slice(at);
        if shown.insert(place.at.line) {
            lines.extend(place::source(place));
        }
        lines.extend_from_slice(about);
    }
    lines.extend(holders(check));
    lines.extend(after_places(check));
    lines
}

fn heading(lesson: &LessonId, variant: &Variant, outcome: &Outcome, paint: Paint) -> String {
    let name = match variant {
        Variant::Exercise => lesson.to_string(),
        other => format!("{lesson} ({other})"),
    };
    format!("{}  {}", word(outcome.verdict, paint), paint.bold(name))
}

fn explain(check: &CheckResult, shown: &mut BTreeSet<u32>) -> Vec<String> {
    let mut lines = vec![label("expected", &check.expected), label("measured", &check.measured)];
    lines.extend(holders(check));
    for place in &check.places {
        lines.extend(place::heading(place));
        if shown.insert(place.at.line) {
            lines.extend(place::source(place));
        }
    }
    lines.extend(after_places(check));
    lines
}

fn holders(check: &CheckResult) -> Vec<String> {
    let held = super::held::lines(&check.holders, 62);
    let line = |(number, line): (usize, &String)| {
        let label = if number == 0 { "held by" } else { "" };
        format!("      {label:<9} {}", line.replace('\n', "\n                  "))
    };
    held.iter().enumerate().map(line).collect()
}

fn after_places(check: &CheckResult) -> Vec<String> {
    let mut lines: Vec<String> = check.fault.iter().flat_map(|incident| fault::lines(incident)).collect();
    // The learner's own lines come before what was printed, which may be long.
    lines.extend(check.evidence.iter().map(|evidence| format!("                {evidence}")));
    if !check.because.is_empty() {
        lines.push(label("why", &check.because));
    }
    lines
}

fn label(label: &str, text: &str) -> String {
    format!("      {label:<9} {}", wrap(text, 64).replace('\n', "\n                "))
}

/// The verdict as one word, first in its line.
pub fn word(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Passed => paint.green("passed   "),
        Verdict::Failed => paint.red("failed   "),
        Verdict::Undecided => paint.yellow("undecided"),
    }
}

fn mark(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Passed => paint.green("ok  "),
        Verdict::Failed => paint.red("FAIL"),
        Verdict::Undecided => paint.yellow("?   "),
    }
}
