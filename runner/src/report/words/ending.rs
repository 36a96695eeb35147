//! How a run has ended.

use nix::sys::signal::Signal;

use super::fault;
use crate::grade::{Blame, Cause, Ending, Keeper, Reached};
use crate::number::bytes;

/// How a run should end.
pub(super) const WELL: &str = "exit code 0, all rounds done";
/// Columns of a line that was printed.
pub(super) const COLUMNS: usize = 101;

pub(super) fn measured(ending: &Ending) -> String {
    match ending {
        Ending::Well => WELL.into(),
        Ending::Error { message, .. } => format!("JavaScript stopped at an error: {message}"),
        Ending::KeptAlive(_) => "all rounds done, and then the process did not exit".into(),
        Ending::InSnapshot => "it ended while its heap snapshot was written".into(),
        Ending::Exited { code, reached } => format!("exit code {code}, {}", place(*reached)),
        Ending::Killed { signal } => format!("{}, which the runner did not send", name(*signal)),
        Ending::Crashed { signal, reached, .. } => format!("{}, {}", name(*signal), place(*reached)),
        Ending::CpuLimit { seconds, reached } => format!("stopped after {seconds} s of processor time, {}", place(*reached)),
        Ending::MemoryLimit { mib, reached } => format!("stopped at {mib} MiB of resident memory, {}", place(*reached)),
        Ending::OutputLimit { bytes: printed } => format!("stopped after it had printed {}", bytes(*printed as f64)),
        Ending::Deadline { seconds, reached, blocked } => {
            let waited = if *blocked { "; it waited and did not run" } else { "" };
            format!("stopped at its deadline of {seconds} s, {}{waited}", place(*reached))
        }
        Ending::Stopped => "stopped".into(),
    }
}

/// What is behind it; nothing where it has ended well.
pub(super) fn because(ending: &Ending) -> String {
    let text = match ending {
        Ending::Well => "",
        Ending::Error { blame: Blame::Loading, .. } => {
            "Node could not load the add-on; one without a `#[napi]` registers nothing"
        }
        Ending::Error { blame: Blame::Addon, .. } => "the add-on threw where a correct one does not",
        Ending::Error { blame: Blame::Exercise, .. } => "an error came out where a correct exercise lets none out",
        Ending::KeptAlive(keeper) => return kept_alive(keeper),
        Ending::InSnapshot => "all work was done; whether the process would have ended by itself is not known",
        Ending::Exited { reached: Reached::Done, .. } => {
            "something at the end of the process has ended it with an error: a cleanup hook, a thread, a callback"
        }
        Ending::Exited { .. } => "the process ended before its work did",
        Ending::Killed { .. } => "who has killed the process is not known, as a rule somebody outside of it: run it again",
        Ending::Crashed { cause: Cause::Scopes, .. } => {
            "Node aborts when a native function returns with another number of open handle scopes than it was called with"
        }
        Ending::Crashed { cause: Cause::Fault(fault), .. } => return fault::sentence(fault),
        Ending::Crashed { cause: Cause::Signal, signal, .. } => crash(*signal),
        Ending::CpuLimit { .. } => "that is many times what the work needs: look for a loop that does not end",
        Ending::MemoryLimit { .. } => "memory grew past the lesson's budget",
        Ending::OutputLimit { .. } => "a program that prints without end was stopped",
        Ending::Deadline { blocked: true, .. } => {
            "a thread waits for something that never comes: a lock it holds, a full queue, a callback"
        }
        Ending::Deadline { blocked: false, .. } => {
            "it had too little processor time to be judged: run it again on a quieter machine"
        }
        Ending::Stopped => "the run was interrupted",
    };
    text.into()
}

fn kept_alive(keeper: &Keeper) -> String {
    match keeper {
        Keeper::Functions(1.0) => "a thread-safe function was never released; it keeps the event loop alive".into(),
        Keeper::Functions(functions) => {
            format!("{functions} thread-safe functions were never released; each keeps the event loop alive")
        }
        Keeper::Resources(resources) => format!("the event loop is kept alive by {}", resources.join(", ")),
        Keeper::Unknown => "nothing that is counted explains why".into(),
    }
}

fn place(reached: Reached) -> String {
    match reached {
        Reached::Done => "after all its work was done".into(),
        Reached::InWork(..1) => "inside the warm-up's work".into(),
        Reached::InWork(round) => format!("inside the work of round {round}"),
        Reached::AfterWork(..1) => "in the warm-up, after its work".into(),
        Reached::AfterWork(round) => format!("after the work of round {round}"),
        Reached::Loaded => "before the first round".into(),
        Reached::Loading => "while the add-on was loaded".into(),
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
