//! From a recording to a verdict. Pure: what a run showed is all that counts. The lines and the holders that explain
//! it are found in the next stage, [`crate::explain`].

mod ending;
mod fault;

use serde::{Deserialize, Serialize};

use crate::catalog::{Bound, COMPILES, Check, Evidence, Manifest, Metric};
use crate::holders::Holder;
use crate::measure::Measured;
use crate::number::{metric_value, plain, plural};
use crate::run::Recording;
use crate::sites::Place;
use crate::sites::fault::Incident;
pub(crate) use ending::left_open;

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The check's id.
    pub id: String,
    /// What must hold. It is the manifest's, so a record leaves it out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether it does.
    pub verdict: Verdict,
    /// What was expected, in words.
    pub expected: String,
    /// What was measured, in words; why it was not, for an undecided check.
    pub measured: String,
    /// Why it matters.
    pub because: String,
    /// What a person can look at: lines of output, the round and the answer that were wrong.
    pub evidence: Vec<String>,
    /// Lines of the source that explain the number, the worst first.
    #[serde(default)]
    pub places: Vec<Place>,
    /// The bad access that it failed for, with its places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Box<Incident>>,
    /// Who holds the objects that should be gone, the most first.
    #[serde(default)]
    pub holders: Vec<Holder>,
}

/// All checks of one run, and the verdict that follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Failed if a check failed; else undecided if one is undecided; else passed.
    pub verdict: Verdict,
    /// The checks, in the lesson's order. The first is always [`crate::catalog::ENDS`].
    pub checks: Vec<CheckResult>,
}

impl Outcome {
    fn of(checks: Vec<CheckResult>) -> Outcome {
        let any = |verdict| checks.iter().any(|check| check.verdict == verdict);
        let verdict = match (any(Verdict::Failed), any(Verdict::Undecided)) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Passed,
        };
        Outcome { verdict, checks }
    }

    /// The outcome of a source that rustc rejects.
    pub fn rejected() -> Outcome {
        Outcome::of(vec![CheckResult {
            id: COMPILES.into(),
            name: "the add-on compiles".into(),
            verdict: Verdict::Failed,
            expected: "rustc accepts it".into(),
            measured: "rustc rejects it".into(),
            because: "an add-on that does not compile can't be run".into(),
            evidence: Vec::new(),
            places: Vec::new(),
            fault: None,
            holders: Vec::new(),
        }])
    }

    /// The ids of the checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter(|check| check.verdict == Verdict::Failed).map(|check| check.id.as_str())
    }
}

/// Grades a run by the lesson's checks.
pub fn grade(manifest: &Manifest, recording: &Recording) -> Outcome {
    let ending = ending::check(manifest, recording);
    let checks = manifest.checks.iter().map(|check| decide(check, recording));
    Outcome::of([ending].into_iter().chain(checks).collect())
}

fn decide(check: &Check, recording: &Recording) -> CheckResult {
    let (verdict, expected, measured, evidence) = match &check.evidence {
        Evidence::Answer(name) => decide_answer(name, recording),
        Evidence::Metric(metric, bound) => {
            let measured = Measured(recording);
            let show = |value: f64| metric_value(*metric, value);
            let expected = match bound {
                Bound::Equals(value) => format!("exactly {}", show(*value)),
                Bound::EqualsWork => format!("exactly {}, one for each piece of work", show(measured.work())),
                Bound::AtLeastWork => format!("at least {}, one for each piece of work", show(measured.work())),
                Bound::AtMost(value) => format!("at most {}", show(*value)),
                Bound::AtLeast(value) => format!("at least {}", show(*value)),
            };
            match measured.metric(*metric) {
                Ok(value) => {
                    let holds = match bound {
                        Bound::Equals(wanted) => value == *wanted,
                        Bound::EqualsWork => value == measured.work(),
                        Bound::AtLeastWork => value >= measured.work(),
                        Bound::AtMost(most) => value <= *most,
                        Bound::AtLeast(least) => value >= *least,
                    };
                    let fault = recording.fault().filter(|_| *metric == Metric::GuardFaults);
                    let measured =
                        fault.map_or_else(|| show(value), |fault| format!("{}: {}", show(value), fault::sentence(fault)));
                    (verdict_of(holds), expected, measured, Vec::new())
                }
                Err(reason) => (Verdict::Undecided, expected, format!("not measured: {reason}"), Vec::new()),
            }
        }
    };
    CheckResult {
        id: check.id.clone(),
        name: check.name.clone(),
        verdict,
        expected,
        measured,
        because: check.because.clone(),
        evidence,
        places: Vec::new(),
        fault: None,
        holders: Vec::new(),
    }
}

fn decide_answer(name: &str, recording: &Recording) -> (Verdict, String, String, Vec<String>) {
    let answers = Measured(recording).answers(name);
    let wrong: Vec<_> = answers.iter().filter(|answer| answer.actual != answer.expected).collect();
    if let Some(first) = wrong.first() {
        let place = if first.round < 1 { "in the warm-up".to_owned() } else { format!("in round {}", first.round) };
        let evidence =
            format!("`{name}` was wrong in {} of {}, first {place}", wrong.len(), plural(answers.len() as f64, "round"));
        return (Verdict::Failed, plain(first.expected), plain(first.actual), vec![evidence]);
    }
    let measured_rounds = answers.iter().filter(|answer| answer.round >= 1).count() as u64;
    let Some(last) = answers.last().filter(|_| measured_rounds >= recording.rounds) else {
        let reason = format!("not measured: `{name}` was answered in {} of {} rounds", measured_rounds, recording.rounds);
        return (Verdict::Undecided, "the right answer in every round".into(), reason, Vec::new());
    };
    (Verdict::Passed, plain(last.expected), plain(last.actual), Vec::new())
}

fn verdict_of(holds: bool) -> Verdict {
    if holds { Verdict::Passed } else { Verdict::Failed }
}
