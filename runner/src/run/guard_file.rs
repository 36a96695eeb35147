//! Reads what the guard has seen. See `runner/probe/src/guard/record.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"AGGUARD1";
/// Where the numbers of 32 bits end and those of 64 bits begin, twice.
const SIZE: usize = 32;
const EVENTS: usize = 48;
const NAME: usize = 72;
const DEPTH: usize = 88;
const FRAMES: usize = 96;

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

/// Reads the file that the probe wrote, with its counters.
pub(super) fn read(path: &Path, counters: Option<&BTreeMap<String, f64>>) -> Guard {
    let file = fs::read(path).unwrap_or_default();
    let counter = |name: &str| counters.and_then(|counters| counters.get(name)).map_or(0, |value| *value as u64);
    Guard {
        state: state(&file).unwrap_or(GuardState::NotLoaded),
        blocks: counter("guard.blocks"),
        unguarded: counter("guard.unguarded"),
        fault: fault(&file),
    }
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(file.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(file.get(at..at + 8)?.try_into().ok()?))
}

fn state(file: &[u8]) -> Option<GuardState> {
    match u32_at(file.strip_prefix(MAGIC)?, 4)? {
        1 => Some(GuardState::Armed),
        2 => Some(GuardState::NoSites),
        3 => Some(GuardState::NoRoom),
        4 => Some(GuardState::NoHandler),
        _ => None,
    }
}

/// The fault, if all of it was written.
fn fault(file: &[u8]) -> Option<Fault> {
    let number = |at| u32_at(file, at);
    if !file.starts_with(MAGIC) || number(20)? != 1 {
        return None;
    }
    let kind = match number(24)? {
        1 => FaultKind::UsedAfterFree,
        2 => FaultKind::PastTheEnd,
        3 => FaultKind::BeforeTheStart,
        4 => FaultKind::FreedTwice,
        5 => FaultKind::FreedInside,
        _ => return None,
    };
    let access = match number(28)? {
        1 => Access::Read,
        2 => Access::Write,
        3 => Access::Free,
        _ => Access::Unknown,
    };
    // A site is written plus one, so that 0 says nothing. A thread is never 0.
    let deed = |at| Some(Deed { site: number(at)?.checked_sub(1), thread: number(at + 4)? });
    let name = file.get(NAME..DEPTH)?.split(|byte| *byte == 0).next()?;
    let depth = u64_at(file, DEPTH)? as usize;
    Some(Fault {
        kind,
        access,
        size: u64_at(file, SIZE)?,
        offset: u64_at(file, SIZE + 8)?.cast_signed(),
        allocated: deed(EVENTS)?,
        freed: deed(EVENTS + 8).filter(|freed| freed.thread != 0),
        thread: number(EVENTS + 16)?,
        thread_name: (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned()),
        main_thread: number(8)?,
        ours: number(EVENTS + 20)? == 1,
        frames: file.get(FRAMES..)?.chunks_exact(8).take(depth).filter_map(|frame| u64_at(frame, 0)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file of an access to byte 1024 of a block of 1024 bytes.
    fn file() -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        // Process, state, taken, complete, kind, access.
        [700u32, 1, 1, 1, 2, 2].iter().for_each(|number| file.extend(number.to_ne_bytes()));
        [1024u64, 1024].iter().for_each(|number| file.extend(number.to_ne_bytes()));
        // Allocated, freed, thread, ours.
        [8u32, 700, 0, 0, 701, 1].iter().for_each(|number| file.extend(number.to_ne_bytes()));
        file.extend(b"reader\0\0\0\0\0\0\0\0\0\0");
        [2u64, 0x10, 0x20, 0, 0].iter().for_each(|number| file.extend(number.to_ne_bytes()));
        file
    }

    #[test]
    fn a_fault_is_read() {
        let expected = Fault {
            kind: FaultKind::PastTheEnd,
            access: Access::Write,
            size: 1024,
            offset: 1024,
            allocated: Deed { site: Some(7), thread: 700 },
            freed: None,
            thread: 701,
            thread_name: Some("reader".into()),
            main_thread: 700,
            ours: true,
            frames: vec![0x10, 0x20],
        };
        assert_eq!(fault(&file()), Some(expected));
        assert_eq!(state(&file()), Some(GuardState::Armed));
    }

    #[test]
    fn what_is_not_complete_is_no_fault() {
        let mut half = file();
        half[20] = 0;
        assert_eq!(fault(&half), None);
        for length in 0..FRAMES {
            assert_eq!(fault(&file()[..length]), None, "{length} bytes");
        }
        assert_eq!(state(b""), None);
    }
}
