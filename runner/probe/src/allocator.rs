//! The add-on's global allocator: the system's, with four counters.
//!
//! Each cdylib has its own copy of Rust's standard library, so these numbers are those of this
//! add-on alone, napi-rs included.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::counters::{Counter, add, prepare, raise};
use crate::guard;
use crate::sites::{self, Column};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

/// Where sites are recorded, a block has this many bytes in front of it at least, unless it is guarded.
/// They hold the number of its site.
const HEADER: usize = 16;

/// The layout of a block with its header, and how far the header reaches.
fn with_header(layout: Layout) -> (Layout, usize) {
    let before = HEADER.max(layout.align());
    // The sum can't be too large: `layout` is at most `isize::MAX`, and a header is small.
    let size = layout.size() + before;
    // SAFETY: the alignment is that of a valid layout, or 16.
    (unsafe { Layout::from_size_align_unchecked(size, before) }, before)
}

/// Takes a block that carries the number of its site: on pages of its own in guard mode, where there
/// is room, or else with a header.
///
/// # Safety
/// That of [`GlobalAlloc::alloc`].
unsafe fn take_tagged(layout: Layout, site: u32, system: unsafe fn(&System, Layout) -> *mut u8) -> *mut u8 {
    if let Some(pointer) = guard::take(layout, site) {
        return pointer;
    }
    let (whole, before) = with_header(layout);
    // SAFETY: the caller's contract. A header has room for a `u32`, and is a multiple of 16.
    unsafe {
        let block = system(&System, whole);
        if block.is_null() {
            return block;
        }
        block.cast::<u32>().write(site);
        block.add(before)
    }
}

/// Gives back a block of [`take_tagged`].
///
/// # Safety
/// That of [`GlobalAlloc::dealloc`].
unsafe fn free_tagged(pointer: *mut u8, layout: Layout) {
    if guard::owns(pointer) {
        return guard::give_back(pointer);
    }
    let (whole, before) = with_header(layout);
    // SAFETY: `take_tagged` gave out this pointer, `before` bytes behind the block's begin.
    unsafe { System.dealloc(pointer.sub(before), whole) };
}

/// The site that a block of [`take_tagged`] is counted at.
///
/// # Safety
/// The block has not been given back.
unsafe fn site_of(pointer: *mut u8, layout: Layout) -> u32 {
    if guard::owns(pointer) {
        return guard::site_of(pointer);
    }
    let (_, before) = with_header(layout);
    // SAFETY: as in `free_tagged`.
    unsafe { pointer.sub(before).cast::<u32>().read() }
}

/// Gives a block of [`take_tagged`] another size.
///
/// # Safety
/// That of [`GlobalAlloc::realloc`].
unsafe fn resize_tagged(pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
    let (whole, before) = with_header(layout);
    // SAFETY: the caller's contract; without a guard as in `free_tagged`, and the header moves along.
    unsafe {
        if !guard::owns(pointer) {
            let block = System.realloc(pointer.sub(before), whole, new_size + before);
            return if block.is_null() { block } else { block.add(before) };
        }
        // A place that is too small or too large would have no guard at its end.
        let to = Layout::from_size_align_unchecked(new_size, layout.align());
        let moved = take_tagged(to, guard::site_of(pointer), System::alloc);
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(pointer, layout.size().min(new_size));
            guard::give_back(pointer);
            if !guard::owns(moved) {
                guard::count(moved);
            }
        }
        moved
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
        let site = sites::here();
        // SAFETY: the caller's contract.
        let pointer = unsafe { take_tagged(layout, site, system) };
        if !pointer.is_null() {
            count_at(site, 1, layout.size() as i64);
            guard::count(pointer);
        }
        Counting::count(pointer, layout)
    }
}

fn count_at(site: u32, blocks: i64, bytes: i64) {
    sites::add(site, Column::Blocks, blocks);
    sites::add(site, Column::Bytes, bytes);
}

fn grow(bytes: i64) {
    let live = add(Counter::LiveBytes, bytes);
    raise(Counter::PeakBytes, live);
}

// SAFETY: every call is handed to the system's allocator, with room for a header where there is one, or
// to the guard's; counting does not allocate.
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
        // SAFETY: the caller's contract.
        unsafe {
            count_at(site_of(pointer, layout), -1, -(layout.size() as i64));
            free_tagged(pointer, layout);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let change = new_size as i64 - layout.size() as i64;
        // SAFETY: the caller's contract. A block keeps its site.
        let moved = unsafe {
            if sites::headers() {
                let site = site_of(pointer, layout);
                let moved = resize_tagged(pointer, layout, new_size);
                if !moved.is_null() {
                    sites::add(site, Column::Bytes, change);
                }
                moved
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
