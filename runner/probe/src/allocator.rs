//! The add-on's global allocator: the system's, with four counters.
//!
//! Each cdylib has its own copy of Rust's standard library, so these numbers are those of this
//! add-on alone, napi-rs included.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::counters::{Counter, add, raise};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

impl Counting {
    fn count(pointer: *mut u8, layout: Layout) -> *mut u8 {
        if !pointer.is_null() {
            add(Counter::TotalBlocks, 1);
            add(Counter::LiveBlocks, 1);
            grow(layout.size() as i64);
        }
        pointer
    }
}

fn grow(bytes: i64) {
    let live = add(Counter::LiveBytes, bytes);
    raise(Counter::PeakBytes, live);
}

// SAFETY: every call is handed to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is the system allocator's.
        Counting::count(unsafe { System.alloc(layout) }, layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        Counting::count(unsafe { System.alloc_zeroed(layout) }, layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(Counter::LiveBlocks, -1);
        add(Counter::LiveBytes, -(layout.size() as i64));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above.
        let moved = unsafe { System.realloc(pointer, layout, new_size) };
        if !moved.is_null() {
            grow(new_size as i64 - layout.size() as i64);
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
}
