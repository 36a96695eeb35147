//! Which place in the add-on asked for what: live blocks and bytes, and handles, by call site.
//!
//! Only a run that needs to know pays for this: it is on when `LESSON_SITES` names a file. Each block
//! then has a header with the number of its site, and the file has one record for each site: the return
//! addresses of the frames that led to the allocation, and what is alive of it. Addresses are counted
//! from the start of the add-on, so that the runner can look them up in its debug information after the
//! process is gone.
//!
//! The stack is walked by frame pointers, and only as far as the frames are the add-on's own. The
//! runner compiles with `-Cforce-frame-pointers`, and Rust's standard library has them too.

use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

/// First bytes of the file. The digit is the version of the layout.
const MAGIC: [u8; 8] = *b"AGSITES1";
/// The environment variable with the path of the file, which the runner has made and left empty.
const PATH: &CStr = c"LESSON_SITES";
/// Frames that are kept of a stack, the innermost first.
const FRAMES: usize = 24;
/// Sites that there is room for. Blocks of any more are counted at the last one, which has no frames.
const SITES: usize = 2048;
/// The site of blocks for which there was no room.
const OVERFLOW: u32 = SITES as u32 - 1;

#[repr(C)]
struct Site {
    /// A hash of the frames; 0 while the record is free.
    key: AtomicU64,
    live_blocks: AtomicI64,
    live_bytes: AtomicI64,
    /// Handles that calls of Node-API from here have made, less those whose scope the add-on has closed.
    /// The harness sets it to 0 where no native call is open.
    handles: AtomicI64,
    /// The highest value of `handles` since then.
    peak_handles: AtomicI64,
    /// How many of `frames` are set. Written last.
    depth: AtomicU64,
    frames: [AtomicU64; FRAMES],
}

#[repr(C)]
struct File {
    magic: [u8; 8],
    sites: u32,
    frames: u32,
    /// The process that owns the file; 0 while nobody does.
    pid: AtomicU32,
    _padding: u32,
    site: [Site; SITES],
}

static FILE: AtomicPtr<File> = AtomicPtr::new(null_mut());

/// Opens the file if there is one. It must not allocate; it runs once, before the first block.
pub(crate) fn open() {
    // SAFETY: the type is made of integers, for which all bytes of a fresh file, zero, are valid.
    let Some(file) = (unsafe { crate::counters::map_shared::<File>(PATH) }) else { return };
    // SAFETY: the file is mapped until the process ends, and nobody else knows of it yet.
    unsafe {
        if (*file).pid.compare_exchange(0, libc::getpid() as u32, AcqRel, Acquire).is_err() {
            return;
        }
        (*file).sites = SITES as u32;
        (*file).frames = FRAMES as u32;
        (*file).magic = MAGIC;
    }
    FILE.store(file, Release);
}

/// Whether sites are recorded.
pub(crate) fn on() -> bool {
    !FILE.load(Relaxed).is_null()
}

fn file() -> &'static File {
    // SAFETY: only called when `on`, and then the file is mapped until the process ends.
    unsafe { &*FILE.load(Relaxed) }
}

/// Counts a new block at the place that asks for it, and answers the number of that site.
#[inline(never)]
pub(crate) fn enter(bytes: i64) -> u32 {
    let mut frames = [0; FRAMES];
    let depth = walk(&mut frames);
    let number = find(&frames[..depth]);
    let site = &file().site[number as usize];
    site.live_blocks.fetch_add(1, Relaxed);
    site.live_bytes.fetch_add(bytes, Relaxed);
    number
}

/// Counts handles that were made by a call of Node-API, and answers the number of the site.
#[inline(never)]
pub(crate) fn add_handles(handles: i64) -> u32 {
    let mut frames = [0; FRAMES];
    let depth = walk(&mut frames);
    let number = find(&frames[..depth]);
    let site = &file().site[number as usize];
    let now = site.handles.fetch_add(handles, Relaxed) + handles;
    site.peak_handles.fetch_max(now, Relaxed);
    number
}

/// Handles of this site are gone with their scope.
pub(crate) fn take_handles(number: u32, handles: i64) {
    file().site[number as usize].handles.fetch_add(-handles, Relaxed);
}

/// A block of this site is freed.
pub(crate) fn leave(number: u32, bytes: i64) {
    let site = &file().site[number as usize];
    site.live_blocks.fetch_add(-1, Relaxed);
    site.live_bytes.fetch_add(-bytes, Relaxed);
}

/// A block of this site has another size now.
pub(crate) fn resize(number: u32, change: i64) {
    file().site[number as usize].live_bytes.fetch_add(change, Relaxed);
}

/// The number of the site with these frames; it is made when it is new.
fn find(frames: &[u64]) -> u32 {
    let key = hash(frames);
    let sites = &file().site;
    for step in 0..64 {
        let number = (key as usize).wrapping_add(step) % (SITES - 1);
        let site = &sites[number];
        match site.key.compare_exchange(0, key, AcqRel, Acquire) {
            Ok(_) => {
                for (kept, frame) in site.frames.iter().zip(frames) {
                    kept.store(*frame, Relaxed);
                }
                site.depth.store(frames.len() as u64, Release);
                return number as u32;
            }
            // Two stacks with one hash of 64 bits are not expected to meet.
            Err(taken) if taken == key => return number as u32,
            Err(_) => {}
        }
    }
    OVERFLOW
}

/// In the manner of FNV-1a; never 0.
fn hash(frames: &[u64]) -> u64 {
    let mix = |hash: u64, frame: &u64| (hash ^ frame).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    frames.iter().fold(0xcbf2_9ce4_8422_2325, mix).max(1)
}

// Where this library begins in memory, and where its code ends: defined by the linker.
unsafe extern "C" {
    #[link_name = "__ehdr_start"]
    static START: u8;
    #[link_name = "etext"]
    static END: u8;
}

/// Writes the return addresses of the add-on's own frames, counted from its start.
#[inline(always)]
fn walk(frames: &mut [u64; FRAMES]) -> usize {
    let (start, end) = ((&raw const START).addr() as u64, (&raw const END).addr() as u64);
    let mut frame = frame_pointer();
    let mut depth = 0;
    while depth < FRAMES && frame != 0 && frame.is_multiple_of(8) {
        // SAFETY: `frame` is the frame pointer of a function of this add-on: the first is our own, and
        // each next one belongs to a function whose return address was found to be the add-on's.
        let (next, back) = unsafe { (*(frame as *const u64), *((frame + 8) as *const u64)) };
        if !(start..end).contains(&back) {
            break;
        }
        frames[depth] = back - start;
        depth += 1;
        // A stack grows downwards: anything else is no chain of frames.
        if next <= frame || next - frame > 1 << 20 {
            break;
        }
        frame = next;
    }
    depth
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn frame_pointer() -> u64 {
    let frame;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn frame_pointer() -> u64 {
    let frame;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

/// No frames: sites are not known on this processor, and say so by having none.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn frame_pointer() -> u64 {
    0
}
