//! The check that every run has: that it ends by itself, and well.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::{CheckResult, Verdict, fault};
use crate::catalog::{ENDS, Edits, Kind, Manifest};
use crate::process::End;
use crate::run::{Entry, Recording};
use crate::step::Moment;

/// How long a process that used no processor time, and of which no thread was ready to run, must have
/// stood still before it counts as blocked and not as starved.
const BLOCKED: Duration = Duration::from_secs(5);
/// `SIGABRT`.
const ABORT: i32 = Signal::SIGABRT as i32;
/// Lines of what was printed that go into the evidence, from its beginning and from its end.
const LINES: usize = 6;

pub(super) fn check(manifest: &Manifest, recording: &Recording) -> CheckResult {
    let (verdict, measured, because) = judge(manifest, recording);
    let evidence = if verdict == Verdict::Passed { Vec::new() } else { evidence(recording) };
    CheckResult {
        id: ENDS.into(),
        name: "the run ends by itself".into(),
        verdict,
        expected: "exit code 0, all rounds done".into(),
        measured,
        because,
        evidence,
        places: Vec::new(),
        fault: None,
        holders: Vec::new(),
    }
}

fn judge(manifest: &Manifest, recording: &Recording) -> (Verdict, String, String) {
    let work = &manifest.work;
    let failed = |measured: String, because: &str| (Verdict::Failed, measured, because.to_owned());
    if let Some((message, _)) = error(recording) {
        let loaded = recording.entries.iter().any(|entry| matches!(entry, Entry::Loaded { .. }));
        let because = match manifest.edits {
            Edits::Rust if !loaded => "Node could not load the add-on; one without a `#[napi]` registers nothing",
            Edits::Rust => "the add-on threw where a correct one does not",
            Edits::JavaScript => "an error came out where a correct exercise lets none out",
        };
        return failed(format!("JavaScript stopped at an error: {message}"), because);
    }
    if let Some(resources) = recording.kept_alive_by() {
        return kept_alive(recording, resources);
    }
    if recording.ended_in_snapshot() {
        let because = "all work was done; whether the process would have ended by itself is not known";
        return (Verdict::Undecided, "it ended while its heap snapshot was written".into(), because.into());
    }
    let done = recording.entries.iter().any(|entry| matches!(entry, Entry::End));
    match recording.exit.end {
        End::Exited(0) if done => (Verdict::Passed, "exit code 0, all rounds done".into(), String::new()),
        End::Exited(code) if done => failed(
            format!("exit code {code}, {}", place(recording)),
            "something at the end of the process has ended it with an error: a cleanup hook, a thread, a callback",
        ),
        End::Exited(code) => failed(format!("exit code {code}, {}", place(recording)), "the process ended before its work did"),
        // These two are sent: by a person, by a system that is out of memory, or by the program to itself.
        End::Signal(signal @ (9 | 15)) => {
            let measured = format!("{}, which the runner did not send", name(signal));
            let because = "who has killed the process is not known, as a rule somebody outside of it: run it again";
            (Verdict::Undecided, measured, because.into())
        }
        End::Signal(signal) if aborted_for_scopes(recording) => failed(
            format!("{}, {}", name(signal), place(recording)),
            "Node aborts when a native function returns with another number of open handle scopes than it was called with",
        ),
        End::Signal(signal) => {
            let because = recording.fault().map_or_else(|| crash(signal).to_owned(), fault::sentence);
            failed(format!("{}, {}", name(signal), place(recording)), &because)
        }
        End::CpuLimit => failed(
            format!("stopped after {} s of processor time, {}", work.cpu_s, place(recording)),
            "that is many times what the work needs: look for a loop that does not end",
        ),
        End::MemoryLimit => failed(
            format!("stopped at {} MiB of resident memory, {}", work.memory_mib, place(recording)),
            "memory grew past the lesson's budget",
        ),
        End::OutputLimit => failed(
            format!("stopped after it had printed {}", crate::number::bytes(printed(recording))),
            "a program that prints without end was stopped",
        ),
        End::Deadline if recording.exit.idle >= BLOCKED => failed(
            format!("stopped at its deadline of {} s, {}; it waited and did not run", work.deadline_s, place(recording)),
            "a thread waits for something that never comes: a lock it holds, a full queue, a callback",
        ),
        End::Deadline => (
            Verdict::Undecided,
            format!("stopped at its deadline of {} s, {}", work.deadline_s, place(recording)),
            "it had too little processor time to be judged: run it again on a quieter machine".into(),
        ),
        End::Stopped => (Verdict::Undecided, "stopped".into(), "the run was interrupted".into()),
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

/// All work was done and the event loop goes on.
fn kept_alive(recording: &Recording, resources: &[String]) -> (Verdict, String, String) {
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
    let measured = "all rounds done, and then the process did not exit".to_owned();
    if functions > 0.0 {
        let what = match functions {
            1.0 => "a thread-safe function was never released; it keeps the event loop alive".into(),
            _ => format!("{functions} thread-safe functions were never released; each keeps the event loop alive"),
        };
        (Verdict::Failed, measured, what)
    } else if !resources.is_empty() {
        (Verdict::Failed, measured, format!("the event loop is kept alive by {}", resources.join(", ")))
    } else {
        (Verdict::Undecided, measured, "nothing that is counted explains why".into())
    }
}

fn error(recording: &Recording) -> Option<(&str, &str)> {
    recording.entries.iter().find_map(|entry| match entry {
        Entry::Error { message, stack } => Some((message.as_str(), stack.as_str())),
        _ => None,
    })
}

/// How far the run had come.
fn place(recording: &Recording) -> String {
    let last = recording.entries.iter().rev().find_map(|entry| match entry {
        Entry::Sample { round, moment, .. } => Some((*round, *moment)),
        _ => None,
    });
    let done = recording.entries.iter().any(|entry| matches!(entry, Entry::End));
    let loaded = recording.entries.iter().any(|entry| matches!(entry, Entry::Loaded { .. }));
    match last {
        _ if done => "after all its work was done".into(),
        Some((round, Moment::Before | Moment::Inside)) if round < 1 => "inside the warm-up's work".into(),
        Some((round, Moment::Before | Moment::Inside)) => format!("inside the work of round {round}"),
        Some((round, _)) if round < 1 => "in the warm-up, after its work".into(),
        Some((round, _)) => format!("after the work of round {round}"),
        None if loaded => "before the first round".into(),
        None => "while the add-on was loaded".into(),
    }
}

fn name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.as_str().to_owned())
}

fn crash(signal: i32) -> &'static str {
    match Signal::try_from(signal) {
        Ok(Signal::SIGSEGV | Signal::SIGBUS) => "memory was touched that is not there: freed, never mapped, or somebody else's",
        Ok(Signal::SIGABRT) => "the process gave up: an assertion of Node, a panic that can't unwind, or a heap found broken",
        Ok(Signal::SIGILL | Signal::SIGTRAP) => "the process stopped itself: V8 does that at a fatal error",
        _ => "the process was ended by a signal",
    }
}

fn printed(recording: &Recording) -> f64 {
    let exit = &recording.exit;
    let size = |capture: &crate::process::Capture| capture.head.len() as u64 + capture.dropped + capture.tail.len() as u64;
    (size(&exit.stdout) + size(&exit.stderr)) as f64
}

/// What a person wants to see of a run that went wrong: the stack of an error, or the beginning and the
/// end of what was printed to stderr. V8 says what is wrong first, Rust last.
fn evidence(recording: &Recording) -> Vec<String> {
    let text = error(recording).map_or_else(|| recording.exit.stderr.text(), |(_, stack)| stack.to_owned());
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let shown = match lines.len().checked_sub(2 * LINES) {
        None | Some(0) => lines,
        Some(more) => {
            let between = format!("… {} …", crate::number::plural(more as f64, "line"));
            return shorten(&lines[..LINES]).chain([between]).chain(shorten(&lines[lines.len() - LINES..])).collect();
        }
    };
    shorten(&shown).collect()
}

fn shorten(lines: &[&str]) -> impl Iterator<Item = String> {
    const COLUMNS: usize = 100;
    lines.iter().map(|line| match line.chars().count() > COLUMNS {
        true => line.chars().take(COLUMNS).chain(['…']).collect(),
        false => (*line).to_owned(),
    })
}
