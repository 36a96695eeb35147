//! From a recording to a verdict. Pure: what a run showed is all that counts. The lines and the holders that explain
//! it are found in the next stage, [`crate::explain`], and [`crate::report`] has the words.

mod ending;
mod finding;

use serde::{Deserialize, Serialize};

use crate::catalog::{Bound, COMPILES, Check, Evidence, Manifest, Metric};
use crate::holders::Holder;
use crate::measure::Measured;
use crate::run::Recording;
use crate::sites::Place;
use crate::sites::fault::Incident;
pub(crate) use ending::left_open;
pub use finding::{Blame, Cause, Clue, Ending, Expected, Finding, Keeper, NoLine, Reached};

/// What is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed,
    /// Neither is certain: the evidence is missing.
    Undecided,
}

/// One check, decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The check's id.
    pub id: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was expected, and what was measured.
    pub finding: Finding,
    /// What a person can look at.
    pub clues: Vec<Clue>,
    /// Lines of the source that explain the number, the worst first.
    pub places: Vec<Place>,
    /// The bad access that it failed for, with its places.
    pub fault: Option<Box<Incident>>,
    /// Who holds the objects that should be gone, the most first.
    pub holders: Vec<Holder>,
}

impl Decision {
    fn new(id: &str, verdict: Verdict, finding: Finding, clues: Vec<Clue>) -> Decision {
        Decision { id: id.to_owned(), verdict, finding, clues, places: Vec::new(), fault: None, holders: Vec::new() }
    }
}

/// All checks of one run, and the verdict that follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Graded {
    /// Failed if a check failed; else undecided if one is undecided; else passed.
    pub verdict: Verdict,
    /// The checks, in the lesson's order. The first is always [`crate::catalog::ENDS`].
    pub checks: Vec<Decision>,
}

impl Graded {
    fn of(checks: Vec<Decision>) -> Graded {
        let any = |verdict| checks.iter().any(|check| check.verdict == verdict);
        let verdict = match (any(Verdict::Failed), any(Verdict::Undecided)) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Passed,
        };
        Graded { verdict, checks }
    }

    /// What a source gets that rustc rejects.
    pub fn rejected() -> Graded {
        Graded::of(vec![Decision::new(COMPILES, Verdict::Failed, Finding::Rejected, Vec::new())])
    }

    /// The ids of the checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter(|check| check.verdict == Verdict::Failed).map(|check| check.id.as_str())
    }
}

/// Grades a run by the lesson's checks.
pub fn grade(manifest: &Manifest, recording: &Recording) -> Graded {
    let ending = ending::check(manifest, recording);
    let checks = manifest.checks.iter().map(|check| decide(check, recording));
    Graded::of([ending].into_iter().chain(checks).collect())
}

fn decide(check: &Check, recording: &Recording) -> Decision {
    let (verdict, finding, clues) = match &check.evidence {
        Evidence::Answer(name) => decide_answer(name, recording),
        Evidence::Metric(metric, bound) => decide_metric(*metric, bound, recording),
    };
    Decision::new(&check.id, verdict, finding, clues)
}

fn decide_metric(metric: Metric, bound: &Bound, recording: &Recording) -> (Verdict, Finding, Vec<Clue>) {
    let work = Measured(recording).work();
    let expected = match bound {
        Bound::Equals(value) => Expected::Exactly(*value),
        Bound::EqualsWork => Expected::ExactlyWork(work),
        Bound::AtLeastWork => Expected::AtLeastWork(work),
        Bound::AtMost(value) => Expected::AtMost(*value),
        Bound::AtLeast(value) => Expected::AtLeast(*value),
    };
    let measured = Measured(recording).metric(metric);
    let verdict = match &measured {
        Ok(value) if expected.allows(*value) => Verdict::Passed,
        Ok(_) => Verdict::Failed,
        Err(_) => Verdict::Undecided,
    };
    let fault = recording.fault().filter(|_| metric == Metric::GuardFaults).cloned().map(Box::new);
    (verdict, Finding::Metric { metric, expected, measured, fault }, Vec::new())
}

fn decide_answer(name: &str, recording: &Recording) -> (Verdict, Finding, Vec<Clue>) {
    let answers = Measured(recording).answers(name);
    let finding = |expected: &serde_json::Value, actual: &serde_json::Value| Finding::Answer {
        expected: expected.clone(),
        actual: actual.clone(),
    };
    let wrong: Vec<_> = answers.iter().filter(|answer| answer.actual != answer.expected).collect();
    if let Some(first) = wrong.first() {
        let (answer, wrong) = (name.to_owned(), wrong.len());
        let clue = Clue::WrongRounds { answer, wrong, answered: answers.len(), first: first.round };
        return (Verdict::Failed, finding(first.expected, first.actual), vec![clue]);
    }
    let answered = answers.iter().filter(|answer| answer.round >= 1).count() as u64;
    match answers.last().filter(|_| answered >= recording.rounds) {
        Some(last) => (Verdict::Passed, finding(last.expected, last.actual), Vec::new()),
        None => {
            let unanswered = Finding::Unanswered { answer: name.to_owned(), answered, rounds: recording.rounds };
            (Verdict::Undecided, unanswered, Vec::new())
        }
    }
}
