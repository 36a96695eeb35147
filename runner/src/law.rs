//! The law of the lessons: a solution passes, and each program of `wrong/` fails the check that
//! `lesson.toml` names for it.

use crate::ahead::{Program, Row};
use crate::catalog::{Lesson, Variant};
use crate::check::{CheckError, Checked};
use crate::event::Event;
use crate::grade::Verdict;
use crate::outcome::CheckResult;

/// How a program breaks the law.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Breach {
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error("it does not compile:\n{messages}")]
    Rejected { messages: String },
    #[error("it should pass, and {}", describe(.not_passed))]
    ShouldPass { not_passed: Vec<CheckResult> },
    #[error("it should fail \"{check}\", and that check {verdict:?}: measured {measured}")]
    ShouldFail { check: String, verdict: Verdict, measured: String },
}

fn describe(checks: &[CheckResult]) -> String {
    let one = |check: &CheckResult| {
        let evidence = check.evidence.join("\n  ");
        format!("\"{}\" {:?}: expected {}, measured {}\n  {evidence}", check.name, check.verdict, check.expected, check.measured)
    };
    checks.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Checks one program and holds the verdict against the law. Answers with the fact that decided.
///
/// # Errors
/// When the law is broken, or when there is no verdict.
pub fn hold(
    row: &mut Row,
    (lesson, variant): Program,
    next: &[Program],
    events: &mut dyn FnMut(Event),
) -> Result<String, Breach> {
    let checked = row.check((lesson, variant), next, events)?;
    judge(lesson, variant, &checked)
}

/// The law alone, for a verdict that is there.
///
/// # Errors
/// When the law is broken.
pub fn judge(lesson: &Lesson, variant: &Variant, checked: &Checked) -> Result<String, Breach> {
    if let Some(messages) = &checked.compile_error {
        return Err(Breach::Rejected { messages: messages.clone() });
    }
    let outcome = &checked.outcome;
    let wrong = match variant {
        Variant::Wrong(name) => lesson.manifest.wrong.get(name),
        Variant::Exercise | Variant::Solution => None,
    };
    let Some(wrong) = wrong else {
        let not_passed: Vec<_> = outcome.checks.iter().filter(|check| check.verdict != Verdict::Passed).cloned().collect();
        return match not_passed.is_empty() {
            true => Ok(format!("passes {} checks", outcome.checks.len())),
            false => Err(Breach::ShouldPass { not_passed }),
        };
    };
    let named = wrong.fails.get_ref();
    let check = outcome.checks.iter().find(|check| check.id == *named);
    let check = check.expect("the manifest was read with this check in it");
    match check.verdict {
        Verdict::Failed => Ok(format!("fails \"{}\": measured {}", check.name, check.measured)),
        verdict => Err(Breach::ShouldFail { check: check.name.clone(), verdict, measured: check.measured.clone() }),
    }
}
