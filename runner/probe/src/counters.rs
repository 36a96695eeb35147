//! The table of counters, in a file that outlives the process.
//!
//! The file describes itself: a header, then one record for each counter with its name and its
//! value. The harness and the runner look counters up by name, so the layout has one owner: this
//! file. Numbers are in the byte order of the machine.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::mem::size_of;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, Ordering::*};

/// First bytes of the file. The digit is the version of the layout.
const MAGIC: [u8; 8] = *b"AFTERGC1";
/// The environment variable with the path of the file, which the runner has made and left empty.
const PATH: &CStr = c"LESSON_PROBE";
const NAME_BYTES: usize = 24;

macro_rules! counters {
    ($($(#[$doc:meta])* $id:ident = $name:literal,)*) => {
        /// One number of the table. Gauges go up and down; the others only up.
        #[derive(Clone, Copy)]
        #[repr(usize)]
        pub(crate) enum Counter { $($(#[$doc])* $id,)* }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

counters! {
    /// Gauge: blocks that the add-on allocated and has not freed.
    LiveBlocks = "blocks.live",
    /// Gauge: their size in bytes, as asked for.
    LiveBytes = "bytes.live",
    /// The highest value of `bytes.live` since the harness last set it.
    PeakBytes = "bytes.peak",
    /// Blocks ever allocated.
    TotalBlocks = "blocks.total",
    /// Node-API calls that went through [`crate::node_api`]: 0 means that the ledger is blind.
    Calls = "calls",
    /// Gauge: local handles alive in the isolate of the last observed call, as V8 counts them.
    Handles = "handles.live",
    /// The highest value of `handles.live` since the harness last set it.
    PeakHandles = "handles.peak",
    /// 1 when this Node exports what is needed to count handles.
    HandlesKnown = "handles.known",
    /// 1 when this Node exports what is needed to name the JavaScript function that called the add-on.
    /// It is looked for only in runs that keep sites.
    CallersKnown = "callers.known",
    /// References that the add-on was given and must delete.
    RefsCreated = "references.created",
    RefsDeleted = "references.deleted",
    /// Uses of a reference in an environment that is not its own.
    RefsForeign = "references.foreign",
    /// Uses of a reference that was deleted.
    RefsDead = "references.dead",
    /// Finalizers handed to Node-API, and those that ran.
    FinalizersSet = "finalizers.set",
    FinalizersRun = "finalizers.run",
    /// Native data tied to JavaScript objects by `napi_wrap`; it ends with its finalizer or is removed.
    Wraps = "wraps.created",
    WrapsEnded = "wraps.ended",
    /// Externals, external buffers and external array buffers, and those whose finalizer has run.
    Externals = "externals.created",
    ExternalsFinalized = "externals.finalized",
    WorksCreated = "works.created",
    WorksDeleted = "works.deleted",
    DeferredsCreated = "deferreds.created",
    DeferredsSettled = "deferreds.settled",
    /// Cleanup hooks of environments; they end when they run or are removed.
    HooksAdded = "hooks.added",
    HooksEnded = "hooks.ended",
    /// Instance data, and those whose finalizer has run.
    InstancesSet = "instances.set",
    InstancesFinalized = "instances.finalized",
    /// Gauge: the sum of all changes given to `napi_adjust_external_memory`, in bytes.
    External = "external.net",
    /// The highest value of `external.net` since the harness last set it.
    PeakExternal = "external.peak",
    /// Calls of `napi_adjust_external_memory`.
    Adjusts = "external.adjusts",
    TsfnCreated = "tsfn.created",
    TsfnFinalized = "tsfn.finalized",
    /// Threads that took a share in a thread-safe function after its creation, and shares given back.
    TsfnAcquired = "tsfn.acquired",
    TsfnReleased = "tsfn.released",
    /// Gauge: payloads that queues took and have not delivered or drained.
    Queued = "tsfn.queued",
    /// The highest value of `tsfn.queued` since the harness last set it.
    PeakQueued = "tsfn.queued.peak",
    /// Payloads that a queue refused, because it was full or closing.
    Refused = "tsfn.refused",
    /// Payloads given to `call_js` with an environment, and without one.
    Delivered = "tsfn.delivered",
    Drained = "tsfn.drained",
    ScopesOpened = "scopes.opened",
    ScopesClosed = "scopes.closed",
    /// Blocks that have had pages of their own, and those for which there was no room, in guard mode.
    Guarded = "guard.blocks",
    Unguarded = "guard.unguarded",
}

#[repr(C)]
struct Record {
    name: [u8; NAME_BYTES],
    value: AtomicI64,
}

#[repr(C)]
struct Table {
    magic: [u8; 8],
    records: u32,
    /// The process that owns the table; 0 while nobody does.
    pid: AtomicU32,
    record: [Record; NAMES.len()],
}

/// The table of a process that nobody watches.
struct Unwatched(UnsafeCell<Table>);
// SAFETY: only the atomics of the table are written, apart from `describe`, which runs once.
unsafe impl Sync for Unwatched {}
static UNWATCHED: Unwatched = Unwatched(UnsafeCell::new(Table {
    magic: MAGIC,
    records: NAMES.len() as u32,
    pid: AtomicU32::new(0),
    record: [const { Record { name: [0; NAME_BYTES], value: AtomicI64::new(0) } }; NAMES.len()],
}));

static TABLE: AtomicPtr<Table> = AtomicPtr::new(null_mut());

/// Adds to a counter and returns its new value.
pub(crate) fn add(counter: Counter, change: i64) -> i64 {
    value(counter).fetch_add(change, Relaxed) + change
}

pub(crate) fn set(counter: Counter, to: i64) {
    value(counter).store(to, Relaxed);
}

/// Raises a counter to `at_least`.
pub(crate) fn raise(counter: Counter, at_least: i64) {
    value(counter).fetch_max(at_least, Relaxed);
}

/// Whether a harness watches this process.
pub(crate) fn watched() -> bool {
    !std::ptr::eq(table(), UNWATCHED.0.get())
}

/// Prepares the tables. What decides how blocks are laid out has to be known before the first block.
pub(crate) fn prepare() {
    table();
}

fn value(counter: Counter) -> &'static AtomicI64 {
    &table().record[counter as usize].value
}

fn table() -> &'static Table {
    let known = TABLE.load(Acquire);
    let table = if known.is_null() { open_once() } else { known };
    // SAFETY: both tables live until the process ends.
    unsafe { &*table }
}

/// Runs on the first allocation, when the dynamic linker still holds its lock: two threads can't
/// meet here. It must not allocate.
#[cold]
fn open_once() -> *mut Table {
    let table = map_file().unwrap_or(UNWATCHED.0.get());
    crate::sites::open();
    crate::guard::open();
    TABLE.store(table, Release);
    // SAFETY: `leave` only stores to atomics.
    unsafe { libc::pthread_atfork(None, None, Some(leave)) };
    table
}

/// A forked child shares the files with its parent and must not write to them.
extern "C" fn leave() {
    TABLE.store(UNWATCHED.0.get(), Release);
    crate::sites::leave();
    crate::guard::leave();
}

fn map_file() -> Option<*mut Table> {
    // SAFETY: a table is made of integers, for which the zeroes of a fresh file are valid.
    let table = unsafe { map_shared::<Table>(PATH)? };
    // SAFETY: the table is mapped until the process ends.
    unsafe {
        // A program that the add-on starts inherits the variable: the first process keeps the table.
        (*table).pid.compare_exchange(0, libc::getpid() as u32, AcqRel, Acquire).ok()?;
        describe(table);
    }
    Some(table)
}

/// Maps the file that an environment variable names, as a `T`. It does not allocate.
///
/// # Safety
/// A `T` whose bytes are all zero is valid.
pub(crate) unsafe fn map_shared<T>(variable: &CStr) -> Option<*mut T> {
    let size = size_of::<T>();
    // SAFETY: plain system calls on our own file.
    unsafe {
        let path = libc::getenv(variable.as_ptr());
        if path.is_null() {
            return None;
        }
        let file = libc::open(path, libc::O_RDWR | libc::O_CLOEXEC);
        if file < 0 || libc::ftruncate(file, size as libc::off_t) != 0 {
            return None;
        }
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let at = libc::mmap(null_mut(), size, protection, libc::MAP_SHARED, file, 0);
        libc::close(file);
        (at != libc::MAP_FAILED).then_some(at.cast())
    }
}

/// # Safety
/// `table` is mapped, writable, and not yet shared with another thread.
unsafe fn describe(table: *mut Table) {
    // SAFETY: see above; all bytes of a fresh file are zero, which is a valid table.
    unsafe {
        for (index, name) in NAMES.iter().enumerate() {
            let record = &raw mut (*table).record[index].name;
            (&mut *record)[..name.len()].copy_from_slice(name.as_bytes());
        }
        (*table).records = NAMES.len() as u32;
        (*table).magic = MAGIC;
    }
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
    fn a_process_without_a_harness_counts_in_a_static() {
        assert!(!watched());
        let before = add(Counter::Adjusts, 1);
        assert_eq!(add(Counter::Adjusts, 2), before + 2);
    }
}
