//! The check that every run has: that it ends by itself, and well.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Blame, Cause, Clue, Decision, Ending, Finding, Keeper, Reached, Verdict};
use crate::catalog::{ENDS, Edits, Kind, Manifest};
use crate::process::End;
use crate::run::{Entry, Recording};
use crate::step::Moment;

/// How long a process that used no processor time, and of which no thread was ready to run, must have
/// stood still before it counts as blocked and not as starved.
const BLOCKED: Duration = Duration::from_secs(5);
/// `SIGABRT`.
const ABORT: i32 = Signal::SIGABRT as i32;
/// Lines of what was printed that are clues, from its beginning and from its end.
const LINES: usize = 6;

pub(super) fn check(manifest: &Manifest, recording: &Recording) -> Decision {
    let ending = ending(manifest, recording);
    let verdict = ending.verdict();
    let clues = if verdict == Verdict::Passed { Vec::new() } else { printed_lines(recording) };
    Decision::new(ENDS, verdict, Finding::Ending(ending), clues)
}

fn ending(manifest: &Manifest, recording: &Recording) -> Ending {
    let work = &manifest.work;
    if let Some((message, _)) = error(recording) {
        let blame = match manifest.edits {
            Edits::Rust if !is_loaded(recording) => Blame::Loading,
            Edits::Rust => Blame::Addon,
            Edits::JavaScript => Blame::Exercise,
        };
        return Ending::Error { message: message.to_owned(), blame };
    }
    if let Some(resources) = recording.kept_alive_by() {
        return Ending::KeptAlive(keeper(recording, resources));
    }
    if recording.ended_in_snapshot() {
        return Ending::InSnapshot;
    }
    let reached = reached(recording);
    match recording.exit.end {
        End::Exited(0) if reached == Reached::Done => Ending::Well,
        End::Exited(code) => Ending::Exited { code, reached },
        // These two are sent: by a person, by a system that is out of memory, or by the program to itself.
        End::Signal(signal @ (9 | 15)) => Ending::Killed { signal },
        End::Signal(signal) => Ending::Crashed { signal, reached, cause: cause(recording) },
        End::CpuLimit => Ending::CpuLimit { seconds: work.cpu_s, reached },
        End::MemoryLimit => Ending::MemoryLimit { mib: work.memory_mib, reached },
        End::OutputLimit => Ending::OutputLimit { bytes: printed_bytes(recording) },
        End::Deadline => Ending::Deadline { seconds: work.deadline_s, reached, blocked: recording.exit.idle >= BLOCKED },
        End::Stopped => Ending::Stopped,
    }
}

fn cause(recording: &Recording) -> Cause {
    match recording.fault() {
        _ if aborted_for_scopes(recording) => Cause::Scopes,
        Some(fault) => Cause::Fault(Box::new(fault.clone())),
        None => Cause::Signal,
    }
}

/// What a run ended badly for, because the add-on has left it open.
pub(crate) fn left_open(recording: &Recording) -> Option<Kind> {
    if recording.kept_alive_by().is_some() {
        return Some(Kind::Functions);
    }
    aborted_for_scopes(recording).then_some(Kind::Scopes)
}

/// Node compares the number of open handle scopes before and after each native call, and says which two
/// numbers it has compared when it aborts.
fn aborted_for_scopes(recording: &Recording) -> bool {
    matches!(recording.exit.end, End::Signal(ABORT)) && recording.exit.stderr.text().contains("open_handle_scopes")
}

/// Why the event loop goes on when all work is done.
fn keeper(recording: &Recording, resources: &[String]) -> Keeper {
    let open = |counters: &std::collections::BTreeMap<String, f64>| {
        let get = |name: &str| counters.get(name).copied().unwrap_or(0.0);
        get("tsfn.created") - get("tsfn.finalized")
    };
    // napi-rs keeps one of its own, which does not hold the loop: what was open before the work is no cause.
    let before = recording.entries.iter().find_map(|entry| match entry {
        Entry::Sample { moment: Moment::Before, gauges, .. } => Some(open(gauges)),
        _ => None,
    });
    let functions = recording.counters.as_ref().map_or(0.0, open) - before.unwrap_or(0.0);
    match functions {
        functions if functions > 0.0 => Keeper::Functions(functions),
        _ if !resources.is_empty() => Keeper::Resources(resources.to_vec()),
        _ => Keeper::Unknown,
    }
}

fn error(recording: &Recording) -> Option<(&str, &str)> {
    recording.entries.iter().find_map(|entry| match entry {
        Entry::Error { message, stack } => Some((message.as_str(), stack.as_str())),
        _ => None,
    })
}

fn is_loaded(recording: &Recording) -> bool {
    recording.entries.iter().any(|entry| matches!(entry, Entry::Loaded { .. }))
}

/// How far the run had come.
fn reached(recording: &Recording) -> Reached {
    let last = recording.entries.iter().rev().find_map(|entry| match entry {
        Entry::Sample { round, moment, .. } => Some((*round, *moment)),
        _ => None,
    });
    let done = recording.entries.iter().any(|entry| matches!(entry, Entry::End));
    match last {
        _ if done => Reached::Done,
        Some((round, Moment::Before | Moment::Inside)) => Reached::InWork(round),
        Some((round, _)) => Reached::AfterWork(round),
        None if is_loaded(recording) => Reached::Loaded,
        None => Reached::Loading,
    }
}

fn printed_bytes(recording: &Recording) -> u64 {
    let exit = &recording.exit;
    let size = |capture: &crate::process::Capture| capture.head.len() as u64 + capture.dropped + capture.tail.len() as u64;
    size(&exit.stdout) + size(&exit.stderr)
}

/// What a person wants to see of a run that went wrong: the stack of an error, or the beginning and the
/// end of what was printed to stderr. V8 says what is wrong first, Rust last.
fn printed_lines(recording: &Recording) -> Vec<Clue> {
    let text = error(recording).map_or_else(|| recording.exit.stderr.text(), |(_, stack)| stack.to_owned());
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut clues: Vec<Clue> = lines.map(|line| Clue::Printed(line.to_owned())).collect();
    if let Some(more @ 1..) = clues.len().checked_sub(2 * LINES) {
        clues.splice(LINES..LINES + more, [Clue::LeftOut(more)]);
    }
    clues
}
