//! The sentences for what the stages have found: they make none of their own, so that there can be another language.
//! The labels of what is laid out are in the modules beside this one.

mod ending;
mod fault;
mod holder;
mod reading;

use crate::catalog::{COMPILES, ENDS, Manifest, Metric};
use crate::grade::{Clue, Decision, Expected, Finding, Graded, NoLine};
use crate::measure::Missing;
use crate::number::{count, metric_value, plain, plural};
use crate::outcome::{CheckResult, Outcome};

pub use holder::holders;
pub use reading::sentence;

/// A verdict in words.
pub fn outcome(graded: Graded, manifest: &Manifest) -> Outcome {
    let checks = graded.checks.into_iter().map(|decision| check(decision, manifest)).collect();
    Outcome { verdict: graded.verdict, checks }
}

fn check(decision: Decision, manifest: &Manifest) -> CheckResult {
    let Decision { id, verdict, finding, clues, places, fault, holders } = decision;
    CheckResult {
        name: name(manifest, &id).to_owned(),
        verdict,
        expected: expected(&finding),
        measured: measured(&finding),
        because: because(&finding, manifest, &id),
        evidence: clues.iter().map(clue).collect(),
        places,
        fault,
        holders: self::holders(holders),
        id,
    }
}

/// What must hold by the check of this id: the manifest's name for it, or that of a check which every lesson has.
pub fn name<'a>(manifest: &'a Manifest, id: &'a str) -> &'a str {
    match id {
        ENDS => "the run ends by itself",
        COMPILES => "the add-on compiles",
        id => manifest.checks.iter().find(|check| check.id == id).map_or(id, |check| &check.name),
    }
}

/// What was expected.
fn expected(finding: &Finding) -> String {
    match finding {
        Finding::Rejected => "rustc accepts it".into(),
        Finding::Ending(_) => ending::WELL.into(),
        Finding::Answer { expected, .. } => plain(expected),
        Finding::Unanswered { .. } => "the right answer in every round".into(),
        Finding::Metric { metric, expected, .. } => bound(*metric, *expected),
    }
}

fn bound(metric: Metric, expected: Expected) -> String {
    let show = |value: f64| metric_value(metric, value);
    match expected {
        Expected::Exactly(value) => format!("exactly {}", show(value)),
        Expected::ExactlyWork(work) => format!("exactly {}, one for each piece of work", show(work)),
        Expected::AtLeastWork(work) => format!("at least {}, one for each piece of work", show(work)),
        Expected::AtMost(value) => format!("at most {}", show(value)),
        Expected::AtLeast(value) => format!("at least {}", show(value)),
    }
}

/// What was measured, or why nothing was.
fn measured(finding: &Finding) -> String {
    match finding {
        Finding::Rejected => "rustc rejects it".into(),
        Finding::Ending(ending) => ending::measured(ending),
        Finding::Answer { actual, .. } => plain(actual),
        Finding::Unanswered { answer, answered, rounds } => {
            format!("not measured: `{answer}` was answered in {answered} of {rounds} rounds")
        }
        Finding::Metric { measured: Err(reason), .. } => format!("not measured: {}", missing(*reason)),
        Finding::Metric { metric, measured: Ok(value), fault: Some(fault), .. } => {
            format!("{}: {}", metric_value(*metric, *value), fault::sentence(fault))
        }
        Finding::Metric { metric, measured: Ok(value), fault: None, .. } => metric_value(*metric, *value),
    }
}

/// Why a metric could not be measured, as a fragment.
pub fn missing(reason: Missing) -> String {
    match reason {
        Missing::OwnAllocator => "the add-on has an allocator of its own inside, and what it allocates can't be seen".into(),
        Missing::CallsV8 => "the add-on calls V8 past Node-API, and what it makes there can't be seen".into(),
        Missing::HandlesUnknown => "this Node does not export v8::HandleScope::NumberOfHandles".into(),
        Missing::ObjectsUnknown => "this Node does not show how many objects a WeakSet has".into(),
        Missing::NothingTracked => "drive.mjs tracks no object".into(),
        Missing::NoGuard => "the run had no guard".into(),
        Missing::NotArmed(state) => format!("nothing was guarded: {}", state.reason()),
        Missing::Unguarded { unguarded, blocks } => {
            format!("{} of {} found no room under the guard", count(unguarded as f64), plural(blocks as f64, "block"))
        }
        Missing::DidNotEnd => "the process did not end by itself".into(),
        Missing::Restless => "the counters did not stand still after the work".into(),
        Missing::Unfinished { done, rounds } => format!("the run ended after {done} of {rounds} rounds"),
    }
}

/// Why it matters: the manifest's reason, or that of a check which every lesson has.
fn because(finding: &Finding, manifest: &Manifest, id: &str) -> String {
    match finding {
        Finding::Rejected => "an add-on that does not compile can't be run".into(),
        Finding::Ending(ending) => ending::because(ending),
        _ => manifest.checks.iter().find(|check| check.id == id).map_or_else(String::new, |check| check.because.clone()),
    }
}

fn clue(clue: &Clue) -> String {
    match clue {
        Clue::Printed(line) => super::width::cut(line, ending::COLUMNS),
        Clue::LeftOut(lines) => format!("… {} …", plural(*lines as f64, "line")),
        Clue::WrongRounds { answer, wrong, answered, first } => {
            let place = if *first < 1 { "in the warm-up".to_owned() } else { format!("in round {first}") };
            format!("`{answer}` was wrong in {wrong} of {}, first {place}", plural(*answered as f64, "round"))
        }
        Clue::NoLine(reason) => no_line(*reason).into(),
        Clue::Function { function, amount } => super::place::function(function, *amount),
        Clue::NoHolders(reason) => format!("who holds them is not known: {reason}"),
    }
}

/// Why no line of the source is named.
pub fn no_line(reason: NoLine) -> &'static str {
    match reason {
        NoLine::NoStacks => "stacks can't be walked on this processor: verdicts name no line",
        NoLine::Over => "no line is named: most of it was free again when the work ended",
        NoLine::Elsewhere => "no line is named: no line of this source is in the stacks of most of what was counted",
    }
}
