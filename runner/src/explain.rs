//! From a verdict to its reasons: the lines of the source behind a number, where a bad access happened, and who holds
//! what is left.
//!
//! It is the stage that reads the add-on's debug information, once for all checks of a run, and only where something
//! has to be explained.

use std::fs;

use crate::catalog::{Evidence, Manifest, Metric};
use crate::grade::{self, CheckResult, Outcome, Verdict};
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

/// Gives the failed checks of an outcome what explains them, and finds what the run shows whether or not a check is
/// about it.
pub fn explain(outcome: &mut Outcome, manifest: &Manifest, recording: &Recording, program: Program) -> Findings {
    let is_plain = outcome.failed().next().is_none() && recording.fault().is_none() && recording.held.groups.is_empty();
    // What can't be read has no debug information, and the numbers are as exact without their lines.
    let library = if is_plain { Vec::new() } else { fs::read(program.library).unwrap_or_default() };
    let source = Source::open(&library, program);
    let findings = Findings {
        fault: fault::incident(recording, &source),
        holders: holders::explain(&recording.held, &recording.sites, &source),
    };
    for result in outcome.checks.iter_mut().filter(|check| check.verdict == Verdict::Failed) {
        let check = manifest.checks.iter().find(|check| check.id == result.id);
        match check.map(|check| &check.evidence) {
            Some(Evidence::Metric(metric, _)) => explain_metric(result, *metric, recording, &source, &findings),
            Some(Evidence::Answer(_)) => {}
            None => explain_ending(result, recording, &source),
        }
    }
    findings
}

fn explain_ending(result: &mut CheckResult, recording: &Recording, source: &Source) {
    let Some(kind) = grade::left_open(recording) else { return };
    result.places = sites::left_open(kind, recording, source);
    if result.places.is_empty() {
        let reason = if sites::are_known(recording) { sites::ELSEWHERE } else { sites::UNKNOWN };
        result.evidence.push(reason.into());
    }
}

fn explain_metric(result: &mut CheckResult, metric: Metric, recording: &Recording, source: &Source, findings: &Findings) {
    if metric == Metric::GuardFaults {
        result.fault = findings.fault.clone().map(Box::new);
    }
    result.places = sites::explain(metric, recording, source);
    result.evidence.extend(unnamed(metric, &mut result.places, recording).map(str::to_owned));
    if metric.has_holders() {
        result.holders = findings.holders.clone();
        let missing = recording.held.missing.as_ref();
        result.evidence.extend(missing.map(|reason| format!("who holds them is not known: {reason}")));
    }
}

/// Why a failed check names no line. Those that would mislead are taken away.
fn unnamed(metric: Metric, places: &mut Vec<Place>, recording: &Recording) -> Option<&'static str> {
    if metric.kinds().is_empty() {
        return None;
    }
    if !sites::are_known(recording) {
        return Some(sites::UNKNOWN);
    }
    let measured = Measured(recording).metric(metric).ok()?;
    // Where bytes were at their highest is not known, only where those are that were still there at the end of the
    // work. When most are gone by then, the lines of the rest would mislead.
    if let Metric::BytesPeak | Metric::ExternalPeak = metric {
        let explained: i64 = places.iter().map(|place| place.count).sum();
        if (explained as f64) * 2.0 < measured {
            places.clear();
            return Some(sites::OVER);
        }
    }
    // What is too little has no line, and what a finalizer has ended is not there any more.
    let is_there = measured != 0.0 && metric != Metric::FinalizersRun;
    (is_there && places.is_empty()).then_some(sites::ELSEWHERE)
}
