//! Writes down the first bad access. It outlives the process.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};

use evidence::{Access, Event, FaultKind, GuardState};

use super::arena;
use crate::sites;
use crate::table;
use crate::unwind::{self, Stack};

/// A bad access.
pub(super) struct Touch {
    pub(super) address: usize,
    pub(super) kind: FaultKind,
    pub(super) access: Access,
    /// Whether code of the add-on made it, or code that it called directly.
    pub(super) ours: bool,
    /// The size and the alignment that a block was said to have when it was freed.
    pub(super) layout: (usize, usize),
    /// The add-on's frames, the innermost first.
    pub(super) stack: Stack,
}

impl Touch {
    #[inline(never)]
    pub(super) fn by_free(address: usize, kind: FaultKind) -> Touch {
        let stack = unwind::walk();
        Touch { address, kind, access: Access::Free, ours: stack.is_of_addon, layout: (0, 0), stack }
    }

    #[inline(never)]
    pub(super) fn with_layout(address: usize, size: usize, align: usize) -> Touch {
        Touch { layout: (size, align), ..Touch::by_free(address, FaultKind::OtherLayout) }
    }
}

/// The function that calls this one does it now.
#[inline(always)]
pub(super) fn happens(event: &Event) {
    event.thread.store(thread(), Relaxed);
    event.site.store(sites::here().wrapping_add(1), Relaxed);
}

fn copy(to: &Event, from: &Event) {
    to.thread.store(from.thread.load(Relaxed), Relaxed);
    to.site.store(from.site.load(Relaxed), Relaxed);
}

static ARMED: AtomicBool = AtomicBool::new(false);

/// Says whether blocks are guarded.
pub(super) fn start(state: GuardState) {
    let Some(file) = table::file() else { return };
    keep(&file.fault.main_name, &thread_name());
    file.header.guard.store(state as u32, Release);
    ARMED.store(state == GuardState::Armed, Release);
}

pub(super) fn is_armed() -> bool {
    ARMED.load(Relaxed)
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

/// Whether a bad access of this thread is to be written down: not where this process records none. Of several threads
/// the first one goes on, and the others wait for the end. It takes no lock and allocates nothing.
pub(super) fn claim() -> bool {
    let Some(file) = table::file().filter(|_| is_armed()) else { return false };
    // SAFETY: a question to the system. A child can come from a bare system call, which tells nobody.
    if file.header.pid.load(Relaxed) != unsafe { libc::getpid() } as u32 {
        return false;
    }
    if file.fault.taken.swap(1, AcqRel) != 0 {
        // The thread that was first ends the process. It must not be cut short.
        loop {
            // SAFETY: waits for a signal, and the one that comes ends the process.
            unsafe { libc::pause() };
        }
    }
    true
}

/// Writes down the first bad access of the process, which this thread has claimed. It takes no lock and allocates
/// nothing.
pub(super) fn write(touch: &Touch) {
    let Some(file) = table::file() else { return };
    let fault = &file.fault;
    fault.kind.store(touch.kind as u32, Relaxed);
    fault.access.store(touch.access as u32, Relaxed);
    if let Some(block) = arena::nearest(touch.address) {
        fault.size.store(block.size() as u64, Relaxed);
        fault.offset.store(touch.address as i64 - block.start() as i64, Relaxed);
        copy(&fault.allocated, &block.allocated);
        copy(&fault.freed, &block.freed);
        fault.align.store(block.asked() as u64, Relaxed);
    }
    fault.freed_as_size.store(touch.layout.0 as u64, Relaxed);
    fault.freed_as_align.store(touch.layout.1 as u64, Relaxed);
    fault.thread.store(thread(), Relaxed);
    fault.ours.store(u32::from(touch.ours), Relaxed);
    let name = thread_name();
    if fault.main_name.iter().zip(name).any(|(kept, part)| kept.load(Relaxed) != part) {
        keep(&fault.thread_name, &name);
    }
    keep(&fault.frames, touch.stack.frames());
    fault.depth.store(touch.stack.frames().len() as u64, Relaxed);
    fault.complete.store(1, Release);
}
