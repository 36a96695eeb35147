//! From a verdict to its reasons: the lines of the source behind a number, where a bad access happened, and who holds
//! what is left.
//!
//! It is the stage that reads the add-on's debug information, once for all checks of a run, and only where something
//! has to be explained.

use std::fs;

use crate::catalog::{Evidence, Manifest, Metric};
use crate::grade::{self, Clue, Decision, Graded, NoLine, Verdict};
use crate::holders::{self, Holder};
use crate::measure::Measured;
use crate::run::Recording;
use crate::sites::fault::{self, Incident};
use crate::sites::{self, Place, Program, Source};

/// What a run shows beside its checks.
#[derive(Debug)]
pub struct Findings {
    /// The bad access that the guard has seen, with its places.
    pub fault: Option<Incident>,
    /// Who holds the tracked objects that are left, as far as the run was asked for it.
    pub holders: Vec<Holder>,
}

/// Gives the failed checks of a run what explains them, and finds what the run shows whether or not a check is
/// about it.
pub fn explain(graded: &mut Graded, manifest: &Manifest, recording: &Recording, program: Program) -> Findings {
    let is_plain = graded.failed().next().is_none() && recording.fault().is_none() && recording.held.groups.is_empty();
    // What can't be read has no debug information, and the numbers are as exact without their lines.
    let library = if is_plain { Vec::new() } else { fs::read(program.library).unwrap_or_default() };
    let separate = sites::separate(program.library, &library);
    let source = Source::open(&library, separate.as_deref(), program);
    let findings = Findings {
        fault: fault::incident(recording, &source),
        holders: holders::explain(&recording.held, &recording.sites, &source),
    };
    for decision in graded.checks.iter_mut().filter(|check| check.verdict == Verdict::Failed) {
        let check = manifest.checks.iter().find(|check| check.id == decision.id);
        match check.map(|check| &check.evidence) {
            Some(Evidence::Metric(metric, _)) => explain_metric(decision, *metric, recording, &source, &findings),
            Some(Evidence::Answer(_)) => {}
            None => explain_ending(decision, recording, &source),
        }
    }
    findings
}

fn explain_ending(decision: &mut Decision, recording: &Recording, source: &Source) {
    let Some(kind) = grade::left_open(recording) else { return };
    decision.places = sites::left_open(kind, recording, source);
    if decision.places.is_empty() {
        let reason = if sites::are_known(recording) { NoLine::Elsewhere } else { NoLine::NoStacks };
        decision.clues.push(Clue::NoLine(reason));
    }
}

fn explain_metric(decision: &mut Decision, metric: Metric, recording: &Recording, source: &Source, findings: &Findings) {
    if metric == Metric::GuardFaults {
        decision.fault = findings.fault.clone().map(Box::new);
    }
    decision.places = sites::explain(metric, recording, source);
    if let Some(reason) = unnamed(metric, &mut decision.places, recording) {
        decision.clues.push(Clue::NoLine(reason));
        if reason == NoLine::Elsewhere {
            let functions = sites::functions(metric, recording, source).into_iter();
            decision.clues.extend(functions.map(|(function, amount)| Clue::Function { function, amount }));
        }
    }
    if metric.has_holders() {
        decision.holders = findings.holders.clone();
        decision.clues.extend(recording.held.missing.clone().map(Clue::NoHolders));
    }
}

/// Why a failed check names no line. Those that would mislead are taken away.
fn unnamed(metric: Metric, places: &mut Vec<Place>, recording: &Recording) -> Option<NoLine> {
    if metric.kinds().is_empty() {
        return None;
    }
    if !sites::are_known(recording) {
        return Some(NoLine::NoStacks);
    }
    let measured = Measured(recording).metric(metric).ok()?;
    // Where bytes were at their highest is not known, only where those are that were still there at the end of the
    // work. When most are gone by then, the lines of the rest would mislead.
    if let Metric::BytesPeak | Metric::ExternalPeak = metric {
        let explained: i64 = places.iter().map(|place| place.count).sum();
        if (explained as f64) * 2.0 < measured {
            places.clear();
            return Some(NoLine::Over);
        }
    }
    // What is too little has no line, and what a finalizer has ended is not there any more.
    let is_there = measured != 0.0 && metric != Metric::FinalizersRun;
    (is_there && places.is_empty()).then_some(NoLine::Elsewhere)
}
