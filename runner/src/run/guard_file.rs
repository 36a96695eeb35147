//! What the guard has seen.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use evidence::{Counter, Event, Evidence};
use serde::{Deserialize, Serialize};

/// What is known of a run whose blocks were to be guarded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Whether they were.
    pub state: GuardState,
    /// Blocks that have had pages of their own.
    pub blocks: u64,
    /// Blocks for which there was no room.
    pub unguarded: u64,
    /// The first bad access.
    pub fault: Option<Fault>,
}

/// Whether blocks were guarded, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardState {
    /// They were.
    Armed,
    /// The add-on did not come as far as its first block.
    NotLoaded,
    /// Call sites were not recorded.
    NoSites,
    /// The system refused the address space.
    NoRoom,
    /// The system refused the signal handler.
    NoHandler,
}

impl GuardState {
    /// Why nothing was guarded, as a fragment.
    pub fn reason(self) -> &'static str {
        match self {
            GuardState::Armed => "it was armed",
            GuardState::NotLoaded => "the add-on did not come as far as its first block",
            GuardState::NoSites => "call sites were not recorded",
            GuardState::NoRoom => "the system refused the address space for it",
            GuardState::NoHandler => "the system refused the signal handler for it",
        }
    }
}

/// A bad access, as the probe has recorded it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong with it.
    pub kind: FaultKind,
    /// How memory was touched.
    pub access: Access,
    /// The size of the block, in bytes.
    pub size: u64,
    /// Where the access was, in bytes from the block's first.
    pub offset: i64,
    /// The layouts that the block was asked for and freed with, where these differ.
    #[serde(default)]
    pub layouts: Option<(Layout, Layout)>,
    /// Who allocated the block.
    pub allocated: Deed,
    /// Who freed it, if it was freed.
    pub freed: Option<Deed>,
    /// The thread of the access.
    pub thread: u32,
    /// The name of that thread, if it has one of its own.
    pub thread_name: Option<String>,
    /// The process's main thread.
    pub main_thread: u32,
    /// Whether the add-on's own code made the access, or what it called directly.
    pub ours: bool,
    /// The add-on's frames on the stack of the access, the innermost first; they may be below Node's.
    pub frames: Vec<u64>,
}

/// Who did something to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The number of the call site, if it is known.
    pub site: Option<u32>,
    /// The number of the thread.
    pub thread: u32,
}

/// What is wrong with an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The block was freed before.
    UsedAfterFree,
    /// It is behind the block's last byte.
    PastTheEnd,
    /// It is before the block's first byte.
    BeforeTheStart,
    /// The block was freed, and then dropped once more.
    DroppedTwice,
    /// The block was freed, and then freed once more.
    FreedTwice,
    /// What was freed is inside of a block, or behind it.
    FreedInside,
    /// Bytes behind the block's last one had been written to, as was seen when it was freed.
    WrittenPastTheEnd,
    /// A block of Rust was freed with another size or alignment than it was asked for.
    OtherLayout,
}

/// A size and an alignment, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The size.
    pub size: u64,
    /// The alignment.
    pub align: u64,
}

/// How memory was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// The processor does not say.
    Unknown,
    /// It was read.
    Read,
    /// It was written to.
    Write,
    /// It was freed.
    Free,
}

/// What the probe has written of its guard. `frame` tells the add-on's frames from others.
pub(super) fn of(evidence: &Evidence, frame: impl Fn(u64) -> u64) -> Guard {
    Guard {
        state: match evidence::GuardState::from_number(evidence.header.guard.load(Relaxed)) {
            Some(evidence::GuardState::Armed) => GuardState::Armed,
            Some(evidence::GuardState::NoSites) => GuardState::NoSites,
            Some(evidence::GuardState::NoRoom) => GuardState::NoRoom,
            Some(evidence::GuardState::NoHandler) => GuardState::NoHandler,
            None => GuardState::NotLoaded,
        },
        blocks: evidence.counter(Counter::Guarded) as u64,
        unguarded: evidence.counter(Counter::Unguarded) as u64,
        fault: fault(evidence, frame),
    }
}

/// The fault, if all of it was written.
fn fault(evidence: &Evidence, frame: impl Fn(u64) -> u64) -> Option<Fault> {
    let fault = &evidence.fault;
    let number = |number: &AtomicU32| number.load(Relaxed);
    if number(&fault.complete) != 1 {
        return None;
    }
    let kind = match evidence::FaultKind::from_number(number(&fault.kind))? {
        evidence::FaultKind::Freed => FaultKind::UsedAfterFree,
        evidence::FaultKind::PastTheEnd => FaultKind::PastTheEnd,
        evidence::FaultKind::BeforeTheStart => FaultKind::BeforeTheStart,
        evidence::FaultKind::FreedTwice => FaultKind::FreedTwice,
        evidence::FaultKind::FreedInside => FaultKind::FreedInside,
        evidence::FaultKind::WrittenPastTheEnd => FaultKind::WrittenPastTheEnd,
        evidence::FaultKind::OtherLayout => FaultKind::OtherLayout,
    };
    let access = match evidence::Access::from_number(number(&fault.access))? {
        evidence::Access::Read => Access::Read,
        evidence::Access::Write => Access::Write,
        evidence::Access::Free => Access::Free,
        evidence::Access::Unknown => Access::Unknown,
    };
    // A site is written plus one, so that 0 says nothing. A thread is never 0.
    let deed = |event: &Event| Deed { site: number(&event.site).checked_sub(1), thread: number(&event.thread) };
    let name: Vec<u8> =
        fault.thread_name.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes()).take_while(|byte| *byte != 0).collect();
    let depth = (fault.depth.load(Relaxed) as usize).min(evidence::FRAMES);
    // What was written past the end was seen when the block was freed, and the bytes are those of a live block.
    let freed = Some(deed(&fault.freed)).filter(|freed| freed.thread != 0 && kind != FaultKind::WrittenPastTheEnd);
    Some(Fault {
        kind,
        access,
        size: fault.size.load(Relaxed),
        offset: fault.offset.load(Relaxed),
        layouts: (kind == FaultKind::OtherLayout).then(|| {
            let layout = |size: &AtomicU64, align: &AtomicU64| Layout { size: size.load(Relaxed), align: align.load(Relaxed) };
            (layout(&fault.size, &fault.align), layout(&fault.freed_as_size, &fault.freed_as_align))
        }),
        allocated: deed(&fault.allocated),
        freed,
        thread: number(&fault.thread),
        thread_name: (!name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned()),
        main_thread: number(&evidence.header.pid),
        ours: number(&fault.ours) == 1,
        frames: fault.frames[..depth].iter().map(|word| frame(word.load(Relaxed))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An access to byte 1024 of a block of 1024 bytes.
    fn written() -> Box<Evidence> {
        let evidence = Evidence::zeroed();
        evidence.header.pid.store(700, Relaxed);
        evidence.header.guard.store(evidence::GuardState::Armed as u32, Relaxed);
        let fault = &evidence.fault;
        for (field, value) in [
            (&fault.taken, 1),
            (&fault.complete, 1),
            (&fault.kind, evidence::FaultKind::PastTheEnd as u32),
            (&fault.access, evidence::Access::Write as u32),
            (&fault.allocated.site, 8),
            (&fault.allocated.thread, 700),
            (&fault.thread, 701),
            (&fault.ours, 1),
        ] {
            field.store(value, Relaxed);
        }
        fault.size.store(1024, Relaxed);
        fault.offset.store(1024, Relaxed);
        fault.thread_name[0].store(u64::from_ne_bytes(*b"reader\0\0"), Relaxed);
        fault.depth.store(2, Relaxed);
        fault.frames[0].store(0x10, Relaxed);
        fault.frames[1].store(0x20, Relaxed);
        evidence
    }

    #[test]
    fn a_fault_is_read() {
        let expected = Fault {
            kind: FaultKind::PastTheEnd,
            access: Access::Write,
            size: 1024,
            offset: 1024,
            layouts: None,
            allocated: Deed { site: Some(7), thread: 700 },
            freed: None,
            thread: 701,
            thread_name: Some("reader".into()),
            main_thread: 700,
            ours: true,
            frames: vec![0x10, 0x20],
        };
        let guard = of(&written(), |frame| frame);
        assert_eq!(guard.fault, Some(expected));
        assert_eq!(guard.state, GuardState::Armed);
    }

    #[test]
    fn what_is_not_complete_is_no_fault() {
        let half = written();
        half.fault.complete.store(0, Relaxed);
        assert_eq!(of(&half, |frame| frame).fault, None);
        assert_eq!(of(&Evidence::zeroed(), |frame| frame).state, GuardState::NotLoaded);
    }
}
