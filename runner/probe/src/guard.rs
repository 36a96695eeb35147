//! Guard mode: each heap block of the add-on has pages of its own, so that the first access to memory
//! that is not there any more, or never was, stops the process at once and is known.
//!
//! ```text
//!  page         page         page         page         page
//! |      block A|inaccessible|      block B|inaccessible|…
//!               ^ A ends here             ^ B ends here
//! ```
//!
//! Only a run that asks for it pays for this, with sites. A block ends where its last page does, as nearly as its
//! alignment allows, and the page behind it can't be touched; bytes between the two have a pattern, which is
//! looked at when the block is freed. The pages of a freed block can't be touched either, and are never used
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

use std::sync::atomic::{AtomicBool, Ordering::*};

use evidence::{FaultKind, GuardState, wanted};

use crate::heap::{Block, Request};
use crate::table;

/// Reserves the arena, if this run wants a guard, and says what came of it. It is done once.
pub(crate) fn arm() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if table::wants(wanted::GUARD) {
        ONCE.call_once(start);
    }
}

fn start() {
    record::start(if !table::wants_sites() {
        GuardState::NoSites
    } else if !arena::reserve() {
        GuardState::NoRoom
    } else if !handler::install() {
        GuardState::NoHandler
    } else {
        GuardState::Armed
    });
}

/// Takes a block of this site, filled with zeroes. None when this process has no guard, or the block
/// found no room: then it has to be taken elsewhere.
#[inline(always)]
pub(crate) fn take(request: Request, site: u32) -> Option<*mut u8> {
    if !table::wants(wanted::GUARD) || !record::is_armed() {
        return None;
    }
    arena::take(request.size, request.align, alignment(request), site)
}

/// Where a block may begin. What was asked for is kept. Where nothing was, C gives each block an alignment that any
/// object may have which fits in, and the compiler knows of no larger one than that of the size: so a block of 40 bytes
/// that begins at a multiple of 8 ends where its page does. In a process with Rust in it nothing is taken for granted:
/// there `malloc` stands for an allocator that was asked for an alignment and has not passed it on.
fn alignment(Request { size, align }: Request) -> usize {
    const OF_MALLOC: usize = 16;
    if align != 0 {
        return align;
    }
    if !NO_RUST.load(Relaxed) {
        return OF_MALLOC;
    }
    let of_size = 1 << size.trailing_zeros().min(4);
    let of_any_object = 1 << size.max(1).ilog2().min(3);
    of_any_object.max(of_size)
}

/// Whether all add-ons are known to have no Rust in them.
static NO_RUST: AtomicBool = AtomicBool::new(false);

/// An add-on was loaded. Where there is Rust in one of them, blocks without an alignment get that of `malloc`.
pub(crate) fn expect(rust: bool) {
    static SEEN: AtomicBool = AtomicBool::new(false);
    let seen = SEEN.fetch_or(rust, Relaxed) || rust;
    NO_RUST.store(!seen, Release);
}

/// Whether a pointer is to the arena.
#[inline(always)]
pub(crate) fn owns(pointer: *mut u8) -> bool {
    arena::contains(pointer.addr())
}

/// The block of the arena that begins at a pointer. Ends the process when there is none.
pub(crate) fn find(pointer: *mut u8) -> Block {
    match arena::block_at(pointer) {
        Ok(block) => Block { size: block.size(), site: block.counted() },
        Err(kind) => refuse(pointer, kind),
    }
}

/// Frees a block of the arena. Ends the process when it was freed before, or never was a block.
#[inline(never)]
pub(crate) fn give_back(pointer: *mut u8) -> Block {
    let block = find(pointer);
    let freed = arena::block_at(pointer).and_then(|block| block.retire());
    match freed {
        Ok(()) => block,
        Err(kind) => refuse(pointer, kind),
    }
}

/// Sees that a block is given back with the layout that it was asked for, as Rust demands it of every caller of its
/// allocator. Ends the process when it is not.
pub(crate) fn demand_layout(pointer: *mut u8, size: usize, align: usize) {
    if let Ok(block) = arena::block_at(pointer)
        && !(block.size() == size && (block.asked() == 0 || block.asked() == align))
    {
        if record::claim() {
            record::write(&record::Touch::with_layout(pointer.addr(), size, align));
        }
        // SAFETY: nothing is left to do that could be undone.
        unsafe { libc::abort() }
    }
}

/// Records a free that can't be, and ends the process.
#[cold]
#[inline(never)]
fn refuse(pointer: *mut u8, kind: FaultKind) -> ! {
    if record::claim() {
        record::write(&record::Touch::by_free(pointer.addr(), kind));
    }
    // SAFETY: nothing is left to do that could be undone.
    unsafe { libc::abort() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_with_its_page_where_its_size_allows_it() {
        let of = |size| alignment(Request { size, align: 0 });
        assert_eq!(of(40), 16);
        expect(false);
        let sizes = [(0, 16), (1, 1), (3, 2), (4, 4), (10, 8), (40, 8), (48, 16), (52, 8), (64, 16)];
        for (size, align) in sizes {
            assert_eq!(of(size), align, "{size}");
        }
        assert_eq!(alignment(Request { size: 40, align: 64 }), 64);
        expect(true);
        expect(false);
        assert_eq!(of(40), 16);
    }
}
