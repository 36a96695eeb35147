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
        FaultKind::OtherLayout => match fault.layouts {
            Some((asked, freed)) if asked.size != freed.size => {
                format!("{who} freed {block} as if it had {}, {thread}", plural(freed.size as f64, "byte"))
            }
            Some((asked, freed)) => format!(
                "{who} freed {block} with an alignment of {} in the place of {}, {thread}",
                count(freed.align as f64),
                count(asked.align as f64)
            ),
            None => format!("{who} freed {block} with another layout, {thread}"),
        },
        FaultKind::WrittenPastTheEnd => format!("{who} freed {block} {thread}, and bytes behind it had been written to"),
    }
}
