//! Which place in the add-on asked for what: live blocks, handles, and every object of the [`crate::ledger`],
//! by call site.
//!
//! Only a run that needs to know pays for this: it is on when `LESSON_SITES` names a file. Each block
//! then has a header with the number of its site, and the file has one record for each site: the return
//! addresses of the frames that led to it, the JavaScript function that had called the add-on, and how much
//! of each [`Column`] is there of it. Addresses are counted from the start of the add-on, so that the runner
//! can look them up in its debug information after the process is gone.
//!
//! The file describes itself; its readers are `runner/harness/sites.mjs` and `runner/src/run/sites_file.rs`.

mod walk;

use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

use crate::caller::{self, Place};
pub(crate) use walk::{FRAMES, Stack, is_chained, offset, walk};

/// First bytes of the file. The digit is the version of the layout.
const MAGIC: [u8; 8] = *b"AGSITES2";
/// The environment variable with the path of the file, which the runner has made and left empty.
const PATH: &CStr = c"LESSON_SITES";
/// The environment variable that is set when callers in JavaScript are to be known. To find one makes garbage
/// in V8's heap, which a run that is graded on when V8 collects can't have.
const CALLERS_WANTED: &CStr = c"LESSON_CALLERS";
/// Sites that there is room for. Anything more is counted at the last one, which has no frames.
const SITES: usize = 2048;
/// The site of what there was no room for.
const OVERFLOW: u32 = SITES as u32 - 1;
/// The site of what was made while nothing was recorded.
pub(crate) const NOWHERE: u32 = u32::MAX;
/// Places in JavaScript that there is room for; the first one stands for "not known".
const CALLERS: usize = 256;
const NAME_BYTES: usize = 16;
const TEXT_BYTES: usize = 120;

macro_rules! columns {
    ($($(#[$doc:meta])* $id:ident = $name:literal,)*) => {
        /// What is counted at a site.
        #[derive(Clone, Copy)]
        #[repr(usize)]
        pub(crate) enum Column { $($(#[$doc])* $id,)* }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

columns! {
    /// Blocks that are alive.
    Blocks = "blocks",
    /// Their bytes.
    Bytes = "bytes",
    /// Handles that calls of Node-API from here have made, less those whose scope the add-on has closed.
    /// The harness sets it to 0 where no native call is open.
    Handles = "handles",
    /// The highest value of `handles` since then.
    PeakHandles = "handles.peak",
    /// References not deleted.
    References = "references",
    /// Scopes not closed.
    Scopes = "scopes",
    /// Native data tied to objects by `napi_wrap` that has not come to its end.
    Wraps = "wraps",
    /// Externals, external buffers and external array buffers whose finalizer has not run.
    Externals = "externals",
    /// Thread-safe functions not finalized.
    Functions = "tsfn",
    /// Payloads that wait in their queues.
    Queued = "queue",
    /// The highest value of `queue` since the harness last set it.
    PeakQueued = "queue.peak",
    /// Async works not deleted.
    Works = "works",
    /// Deferreds neither resolved nor rejected.
    Deferreds = "deferreds",
    /// Cleanup hooks that have not run and were not removed.
    Hooks = "hooks",
    /// Instance data whose finalizer has not run.
    Instances = "instances",
    /// Bytes reported by `napi_adjust_external_memory`, less those taken back.
    External = "external",
    /// Uses of a reference in an environment that is not its own.
    Foreign = "foreign",
    /// Uses of a reference that was deleted.
    Dead = "dead",
}

#[repr(C)]
struct Site {
    /// A hash of the frames and of the caller; 0 while the record is free.
    key: AtomicU64,
    /// The number of the JavaScript function that had called the add-on; 0 when it is not known.
    caller: AtomicU64,
    /// How many of `frames` are set. Written last.
    depth: AtomicU64,
    amount: [AtomicI64; NAMES.len()],
    frames: [AtomicU64; FRAMES],
}

#[repr(C)]
struct Caller {
    /// A hash of the place; 0 while the record is free.
    key: AtomicU64,
    /// The line, from 1. Written last.
    line: AtomicU64,
    function: [u8; TEXT_BYTES],
    script: [u8; TEXT_BYTES],
}

#[repr(C)]
struct File {
    magic: [u8; 8],
    columns: u32,
    callers: u32,
    sites: u32,
    frames: u32,
    /// The process that owns the file; 0 while nobody does.
    pid: AtomicU32,
    text: u32,
    column: [[u8; NAME_BYTES]; NAMES.len()],
    caller: [Caller; CALLERS],
    site: [Site; SITES],
}

// The runner writes as many zeroes beforehand: see `SITES_ROOM` there.
const _: () = assert!(size_of::<File>() <= 1 << 20);

static FILE: AtomicPtr<File> = AtomicPtr::new(null_mut());
/// Whether blocks have a header. It is known before the first block, and stays.
static HEADERS: AtomicBool = AtomicBool::new(false);
static CALLERS_ON: AtomicBool = AtomicBool::new(false);

/// Opens the file if there is one. It must not allocate; it runs once, before the first block.
pub(crate) fn open() {
    // SAFETY: the type is made of integers, for which all bytes of a fresh file, zero, are valid.
    let Some(file) = (unsafe { crate::counters::map_shared::<File>(PATH) }) else { return };
    // SAFETY: the file is mapped until the process ends, and nobody else knows of it yet.
    unsafe {
        if (*file).pid.compare_exchange(0, libc::getpid() as u32, AcqRel, Acquire).is_err() {
            return;
        }
        (*file).columns = NAMES.len() as u32;
        (*file).callers = CALLERS as u32;
        (*file).sites = SITES as u32;
        (*file).frames = FRAMES as u32;
        (*file).text = TEXT_BYTES as u32;
        for (name, bytes) in NAMES.iter().zip(&mut (*file).column) {
            bytes[..name.len()].copy_from_slice(name.as_bytes());
        }
        (*file).magic = MAGIC;
    }
    FILE.store(file, Release);
    HEADERS.store(true, Release);
    // SAFETY: nobody changes the environment while the add-on is loaded.
    CALLERS_ON.store(unsafe { !libc::getenv(CALLERS_WANTED.as_ptr()).is_null() }, Release);
}

/// A forked child shares the file with its parent and must not count in it. Its blocks keep their headers.
pub(crate) fn leave() {
    FILE.store(null_mut(), Release);
}

/// Whether sites are recorded.
pub(crate) fn on() -> bool {
    !FILE.load(Relaxed).is_null()
}

/// Whether it is recorded which JavaScript function had called.
pub(crate) fn callers() -> bool {
    on() && callers_wanted()
}

/// The same, also in a forked child: there nothing is recorded, and functions are entered as before.
pub(crate) fn callers_wanted() -> bool {
    CALLERS_ON.load(Relaxed)
}

/// Whether a block has a header with the number of its site.
pub(crate) fn headers() -> bool {
    HEADERS.load(Relaxed)
}

fn file() -> Option<&'static File> {
    // SAFETY: the file is mapped until the process ends.
    unsafe { FILE.load(Relaxed).as_ref() }
}

/// The site of the place that this is called from, or [`NOWHERE`].
#[inline(never)]
pub(crate) fn here() -> u32 {
    let Some(file) = file() else { return NOWHERE };
    find(file, &walk(), caller::current())
}

/// Counts at a site. Nothing happens at [`NOWHERE`].
pub(crate) fn add(site: u32, column: Column, change: i64) -> i64 {
    amount(site, column).map_or(0, |amount| amount.fetch_add(change, Relaxed) + change)
}

/// Raises a peak of a site to `at_least`.
pub(crate) fn raise(site: u32, column: Column, at_least: i64) {
    if let Some(amount) = amount(site, column) {
        amount.fetch_max(at_least, Relaxed);
    }
}

fn amount(site: u32, column: Column) -> Option<&'static AtomicI64> {
    Some(&file()?.site.get(site as usize)?.amount[column as usize])
}

/// The number of a place in JavaScript, which is read by `read` when it is new. 0 when there is no room.
pub(crate) fn caller(key: u64, read: impl FnOnce() -> Option<Place>) -> u32 {
    let Some(file) = file() else { return 0 };
    let number = claim(key, &file.caller[1..], |caller| &caller.key).map_or(0, |(number, new)| {
        let number = number + 1;
        if new && let Some(place) = read() {
            let caller = (&raw const file.caller[number]).cast_mut();
            // SAFETY: this thread has claimed the record, and nobody reads it before its line is set.
            unsafe {
                place.function.copy_to(&mut (&mut *caller).function);
                place.script.copy_to(&mut (&mut *caller).script);
            }
            file.caller[number].line.store(place.line, Release);
        }
        number
    });
    number as u32
}

/// The number of the site with these frames; it is made when it is new.
fn find(file: &File, stack: &Stack, caller: u32) -> u32 {
    let key = hash(stack.frames().iter().copied().chain([u64::from(caller)]));
    let Some((number, new)) = claim(key, &file.site[..SITES - 1], |site| &site.key) else { return OVERFLOW };
    if new {
        let site = &file.site[number];
        for (kept, frame) in site.frames.iter().zip(stack.frames()) {
            kept.store(*frame, Relaxed);
        }
        site.caller.store(u64::from(caller), Relaxed);
        site.depth.store(stack.frames().len() as u64, Release);
    }
    number as u32
}

/// The record with this key, and whether it was free until now. None when there is no room near its place.
fn claim<T>(key: u64, records: &[T], key_of: impl Fn(&T) -> &AtomicU64) -> Option<(usize, bool)> {
    for step in 0..64 {
        let number = (key as usize).wrapping_add(step) % records.len();
        let taken = key_of(&records[number]);
        // Two stacks with one hash of 64 bits are not expected to meet.
        let before = taken.load(Acquire);
        if before == key {
            return Some((number, false));
        }
        if before == 0 {
            match taken.compare_exchange(0, key, AcqRel, Acquire) {
                Ok(_) => return Some((number, true)),
                Err(now) if now == key => return Some((number, false)),
                Err(_) => {}
            }
        }
    }
    None
}

/// In the manner of FNV-1a; never 0.
pub(crate) fn hash(words: impl Iterator<Item = u64>) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    words.fold(0xcbf2_9ce4_8422_2325, mix).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit() {
        for (index, name) in NAMES.iter().enumerate() {
            assert!(name.len() < NAME_BYTES, "{name} is too long for its record");
            assert!(!NAMES[..index].contains(name), "{name} is there twice");
        }
    }

    #[test]
    fn a_record_is_claimed_once() {
        let records = [const { AtomicU64::new(0) }; 8];
        let claim = |key| claim(key, &records, |record| record);
        assert_eq!(claim(3), Some((3, true)));
        assert_eq!(claim(3), Some((3, false)));
        assert_eq!(claim(11), Some((4, true)));
    }
}
