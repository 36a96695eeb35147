//! A bad access that the guard has seen, without its places.

use crate::number::{count, plural};
use crate::run::{Access, Fault, FaultKind};

/// What happened, as a fragment.
pub(super) fn sentence(fault: &Fault) -> String {
    let block = format!("a block of {}", plural(fault.size as f64, "byte"));
    let offset = count(fault.offset as f64);
    let thread = if fault.thread == fault.main_thread { "on the main thread" } else { "on another thread than the main one" };
    let who = if fault.ours { "the add-on" } else { "JavaScript, Node or a library" };
    let did = match fault.access {
        Access::Read => "read",
        Access::Write => "wrote to",
        Access::Free => "freed",
        Access::Unknown => "touched",
    };
    match fault.kind {
        FaultKind::UsedAfterFree => format!("{who} {did} {block} that had been freed, {thread}"),
        FaultKind::PastTheEnd => format!("{who} {did} byte {offset} of {block}, which is past its end, {thread}"),
        FaultKind::BeforeTheStart => format!("{who} {did} byte {offset} of {block}, which is before its start, {thread}"),
        FaultKind::DroppedTwice | FaultKind::FreedTwice => format!("{who} freed {block} a second time, {thread}"),
        FaultKind::FreedInside => format!("{who} freed byte {offset} of {block}, where no block begins, {thread}"),
    }
}
