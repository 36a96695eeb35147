//! The file of guard mode: whether it is on, and the first bad access. It outlives the process.

use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

use super::arena;
use crate::sites::{self, FRAMES, Stack};

/// First bytes of the file. The digit is the version of the layout.
const MAGIC: [u8; 8] = *b"AGGUARD1";
/// The environment variable with the path of the file, which the runner has made and left empty.
const PATH: &CStr = c"LESSON_GUARD";

/// Whether blocks are guarded, and why not.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum State {
    Armed = 1,
    /// Sites are not recorded, so it could not be said what is whose.
    NoSites = 2,
    /// The system refused the address space.
    NoRoom = 3,
    /// The system refused the signal handler.
    NoHandler = 4,
}

/// What is wrong with an access.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u32)]
pub(super) enum Kind {
    /// The block was freed before.
    Freed = 1,
    PastTheEnd = 2,
    BeforeTheStart = 3,
    /// A block was freed that had been freed before.
    FreedTwice = 4,
    /// What was freed is in the arena, but no block begins there.
    FreedInside = 5,
}

/// How memory was touched.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Access {
    /// The processor does not say.
    #[cfg_attr(target_arch = "x86_64", expect(dead_code, reason = "this one says it"))]
    Unknown = 0,
    Read = 1,
    Write = 2,
    Free = 3,
}

/// A bad access.
pub(super) struct Touch {
    pub(super) address: usize,
    pub(super) kind: Kind,
    pub(super) access: Access,
    /// Whether code of the add-on made it, or code that it called directly.
    pub(super) ours: bool,
    /// The add-on's frames, the innermost first.
    pub(super) stack: Stack,
}

impl Touch {
    #[inline(never)]
    pub(super) fn by_free(address: usize, kind: Kind) -> Touch {
        Touch { address, kind, access: Access::Free, ours: true, stack: sites::walk() }
    }
}

/// Where and by whom something was done to a block.
#[derive(Default)]
#[repr(C)]
pub(super) struct Event {
    /// The number of a site, plus one; 0 when it is not known.
    site: AtomicU32,
    /// The number of a thread; that of the main thread is the process's.
    thread: AtomicU32,
}

impl Event {
    /// The function that calls this one does it now.
    #[inline(always)]
    pub(super) fn happens(&self) {
        self.thread.store(thread(), Relaxed);
        self.site.store(sites::here().wrapping_add(1), Relaxed);
    }

    fn copy(&self, from: &Event) {
        self.thread.store(from.thread.load(Relaxed), Relaxed);
        self.site.store(from.site.load(Relaxed), Relaxed);
    }
}

#[repr(C)]
pub(super) struct File {
    magic: [u8; 8],
    /// The process that owns the file; 0 while nobody does.
    pid: AtomicU32,
    state: AtomicU32,
    /// Set by the first thread that has an access to record.
    taken: AtomicU32,
    /// Set when all of it is written.
    complete: AtomicU32,
    kind: AtomicU32,
    access: AtomicU32,
    /// The size of the block, and where in it the access was.
    size: AtomicU64,
    offset: AtomicI64,
    allocated: Event,
    freed: Event,
    /// The thread of the access, and whether the add-on's code made it.
    thread: AtomicU32,
    ours: AtomicU32,
    /// Its name, unless it is that of the thread which has loaded the add-on: a thread without a name of its
    /// own has its parent's.
    thread_name: [AtomicU64; 2],
    depth: AtomicU64,
    frames: [AtomicU64; FRAMES],
    loader_name: [AtomicU64; 2],
}

/// Where an access is recorded; null when there is no guard, or not any more.
static FILE: AtomicPtr<File> = AtomicPtr::new(null_mut());

/// Maps the file, if there is one that no process has.
pub(super) fn open() -> Option<&'static File> {
    // SAFETY: the type is made of integers, for which all bytes of a fresh file, zero, are valid.
    let file = unsafe { crate::counters::map_shared::<File>(PATH)? };
    // SAFETY: the file is mapped until the process ends, and nobody else knows of it yet.
    unsafe {
        (*file).pid.compare_exchange(0, libc::getpid() as u32, AcqRel, Acquire).ok()?;
        (*file).magic = MAGIC;
        Some(&*file)
    }
}

/// Says whether blocks are guarded.
pub(super) fn start(file: &'static File, state: State) {
    keep(&file.loader_name, &thread_name());
    file.state.store(state as u32, Release);
    if matches!(state, State::Armed) {
        FILE.store(std::ptr::from_ref(file).cast_mut(), Release);
    }
}

pub(super) fn leave() {
    FILE.store(null_mut(), Release);
}

pub(super) fn armed() -> bool {
    !FILE.load(Relaxed).is_null()
}

/// The number of this thread.
pub(super) fn thread() -> u32 {
    // SAFETY: a question to the system.
    unsafe { libc::syscall(libc::SYS_gettid) as u32 }
}

/// The name of this thread, at most 16 bytes with its end.
fn thread_name() -> [u64; 2] {
    let mut name = [0; 2];
    // SAFETY: there is room for a name.
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    name
}

fn keep(to: &[AtomicU64], words: &[u64]) {
    to.iter().zip(words).for_each(|(to, word)| to.store(*word, Relaxed));
}

/// Writes down the first bad access of the process, and answers whether this process records at all. It
/// takes no lock and allocates nothing.
pub(super) fn write(touch: &Touch) -> bool {
    // SAFETY: the file is mapped until the process ends.
    let Some(file) = (unsafe { FILE.load(Acquire).as_ref() }) else { return false };
    // SAFETY: a question to the system. A child can come from a bare system call, which tells nobody.
    if file.pid.load(Relaxed) != unsafe { libc::getpid() } as u32 {
        return false;
    }
    if file.taken.swap(1, AcqRel) != 0 {
        // The thread that was first ends the process. It must not be cut short.
        loop {
            // SAFETY: waits for a signal, and the one that comes ends the process.
            unsafe { libc::pause() };
        }
    }
    file.kind.store(touch.kind as u32, Relaxed);
    file.access.store(touch.access as u32, Relaxed);
    if let Some(block) = arena::nearest(touch.address) {
        file.size.store(block.size() as u64, Relaxed);
        file.offset.store(touch.address as i64 - block.start() as i64, Relaxed);
        file.allocated.copy(&block.allocated);
        file.freed.copy(&block.freed);
    }
    file.thread.store(thread(), Relaxed);
    file.ours.store(u32::from(touch.ours), Relaxed);
    let name = thread_name();
    if file.loader_name.iter().zip(name).any(|(kept, part)| kept.load(Relaxed) != part) {
        keep(&file.thread_name, &name);
    }
    keep(&file.frames, touch.stack.frames());
    file.depth.store(touch.stack.frames().len() as u64, Relaxed);
    file.complete.store(1, Release);
    true
}
