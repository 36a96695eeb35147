//! Guard mode: each heap block of the add-on has pages of its own, so that the first access to memory
//! that is not there any more, or never was, stops the process at once and is known.
//!
//! ```text
//!  page         page         page         page         page
//! |      block A|inaccessible|      block B|inaccessible|…
//!               ^ A ends here             ^ B ends here
//! ```
//!
//! Only a run that asks for it pays for this: it is on when `LESSON_GUARD` names a file, and sites are
//! recorded too. A block ends where its last page does, as nearly as its alignment allows, and the page
//! behind it can't be touched. The pages of a freed block can't be touched either, and are never used
//! again. So the processor finds the access, whoever makes it: Rust, C, or JavaScript that reads a buffer. The
//! signal handler writes down what it knows, and lets the process die of its access.
//!
//! - [`arena`] is the memory, and what is known of each block.
//! - [`handler`] is what happens at a bad access.
//! - [`record`] is the file.
//!
//! What it does not see: an access inside of a block that belongs to another part of it, one that jumps
//! over the page behind a block into the next block, and what the kernel reads or writes for a system
//! call, which fails with `EFAULT` in the place of a signal.

mod arena;
mod handler;
mod record;

use std::alloc::Layout;

use crate::counters::{Counter, add};
use crate::sites;
use record::{Kind, State};

/// Opens the file, if there is one, and reserves the arena. It must not allocate, and not count: it
/// runs once, before the first block and before the table of counters is there.
pub(crate) fn open() {
    let Some(file) = record::open() else { return };
    let state = if !sites::on() {
        State::NoSites
    } else if !arena::reserve() {
        State::NoRoom
    } else if !handler::install() {
        State::NoHandler
    } else {
        State::Armed
    };
    record::start(file, state);
}

/// A forked child leaves the file to its parent. It has a copy of the arena, and can free its blocks.
pub(crate) fn leave() {
    record::leave();
}

/// Takes a block of this site, filled with zeroes. None when this process has no guard, or the block
/// found no room: then it has to be taken elsewhere.
pub(crate) fn take(layout: Layout, site: u32) -> Option<*mut u8> {
    if !record::armed() {
        return None;
    }
    arena::take(layout, site)
}

/// Counts a block by whether it is guarded, in guard mode.
pub(crate) fn count(pointer: *mut u8) {
    if record::armed() {
        add(if owns(pointer) { Counter::Guarded } else { Counter::Unguarded }, 1);
    }
}

/// Whether a pointer is to the arena.
pub(crate) fn owns(pointer: *mut u8) -> bool {
    arena::contains(pointer.addr())
}

/// The site at which a block of the arena is counted. Ends the process when there is no such block.
pub(crate) fn site_of(pointer: *mut u8) -> u32 {
    match arena::block_at(pointer) {
        Ok(block) => block.counted(),
        Err(kind) => refuse(pointer, kind),
    }
}

/// Frees a block of the arena. Ends the process when it was freed before, or never was a block.
#[inline(never)]
pub(crate) fn give_back(pointer: *mut u8) {
    let freed = arena::block_at(pointer).and_then(|block| if block.retire() { Ok(()) } else { Err(Kind::FreedTwice) });
    if let Err(kind) = freed {
        refuse(pointer, kind);
    }
}

/// Records a free that can't be, and ends the process.
#[cold]
#[inline(never)]
fn refuse(pointer: *mut u8, kind: Kind) -> ! {
    record::write(&record::Touch::by_free(pointer.addr(), kind));
    // SAFETY: nothing is left to do that could be undone.
    unsafe { libc::abort() }
}
