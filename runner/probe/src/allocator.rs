//! The add-on's global allocator: the system's, with four counters.
//!
//! Each cdylib has its own copy of Rust's standard library, so these numbers are those of this
//! add-on alone, napi-rs included.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::counters::{Counter, add, prepare, raise};
use crate::sites::{self, Column};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

/// Where sites are recorded, a block has this many bytes in front of it at least. They hold the number
/// of its site.
const HEADER: usize = 16;

/// The layout of a block with its header, and how far the header reaches.
fn with_header(layout: Layout) -> (Layout, usize) {
    let before = HEADER.max(layout.align());
    // The sum can't be too large: `layout` is at most `isize::MAX`, and a header is small.
    let size = layout.size() + before;
    // SAFETY: the alignment is that of a valid layout, or 16.
    (unsafe { Layout::from_size_align_unchecked(size, before) }, before)
}

/// Counts a block at the site that asks for it, writes the site down, and answers where the add-on's part
/// begins.
///
/// # Safety
/// `block` has room for a header of `before` bytes, or is null.
unsafe fn mark(block: *mut u8, before: usize, bytes: i64) -> *mut u8 {
    if block.is_null() {
        return block;
    }
    let site = sites::here();
    sites::add(site, Column::Blocks, 1);
    sites::add(site, Column::Bytes, bytes);
    // SAFETY: the caller's contract; `before` is at least the size of a `u32` and a multiple of 16.
    unsafe {
        block.cast::<u32>().write(site);
        block.add(before)
    }
}

impl Counting {
    fn count(pointer: *mut u8, layout: Layout) -> *mut u8 {
        if !pointer.is_null() {
            add(Counter::TotalBlocks, 1);
            add(Counter::LiveBlocks, 1);
            grow(layout.size() as i64);
        }
        pointer
    }

    /// # Safety
    /// That of [`GlobalAlloc::alloc`].
    unsafe fn take(layout: Layout, system: unsafe fn(&System, Layout) -> *mut u8) -> *mut u8 {
        prepare();
        if !sites::headers() {
            // SAFETY: the caller's contract is the system allocator's.
            return Counting::count(unsafe { system(&System, layout) }, layout);
        }
        let (whole, before) = with_header(layout);
        // SAFETY: as above, and the block has room for its header.
        let pointer = unsafe { mark(system(&System, whole), before, layout.size() as i64) };
        Counting::count(pointer, layout)
    }
}

fn grow(bytes: i64) {
    let live = add(Counter::LiveBytes, bytes);
    raise(Counter::PeakBytes, live);
}

// SAFETY: every call is handed to the system's allocator, with room for a header where there is one;
// counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { Counting::take(layout, System::alloc) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { Counting::take(layout, System::alloc_zeroed) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(Counter::LiveBlocks, -1);
        add(Counter::LiveBytes, -(layout.size() as i64));
        if !sites::headers() {
            // SAFETY: the caller's contract.
            return unsafe { System.dealloc(pointer, layout) };
        }
        let (whole, before) = with_header(layout);
        // SAFETY: `take` gave out this pointer, `before` bytes behind the block's begin.
        unsafe {
            let block = pointer.sub(before);
            let site = block.cast::<u32>().read();
            sites::add(site, Column::Blocks, -1);
            sites::add(site, Column::Bytes, -(layout.size() as i64));
            System.dealloc(block, whole);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let change = new_size as i64 - layout.size() as i64;
        // SAFETY: the caller's contract; with a header, as in `dealloc`. The header moves with the block.
        let moved = unsafe {
            if sites::headers() {
                let (whole, before) = with_header(layout);
                let block = System.realloc(pointer.sub(before), whole, new_size + before);
                if block.is_null() {
                    return block;
                }
                sites::add(block.cast::<u32>().read(), Column::Bytes, change);
                block.add(before)
            } else {
                System.realloc(pointer, layout, new_size)
            }
        };
        if !moved.is_null() {
            grow(change);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests of this crate run in threads that allocate, so only lower bounds can be asserted
    /// here; the exact counts are asserted through Node, in the runner's tests.
    #[test]
    fn a_large_block_raises_the_peak() {
        let before = add(Counter::PeakBytes, 0);
        let total = add(Counter::TotalBlocks, 0);
        let block = std::hint::black_box(vec![1u8; before as usize + 1_000_000]);
        assert!(add(Counter::PeakBytes, 0) > before);
        assert!(add(Counter::TotalBlocks, 0) > total);
        drop(block);
        assert!(add(Counter::LiveBytes, 0) < add(Counter::PeakBytes, 0));
    }

    #[test]
    fn a_header_keeps_the_alignment() {
        for align in [1, 8, 16, 64, 4096] {
            let layout = Layout::from_size_align(100, align).expect("a valid layout");
            let (whole, before) = with_header(layout);
            assert!(before >= HEADER && before.is_multiple_of(align), "{align}");
            assert_eq!(whole.size(), 100 + before);
        }
    }
}
