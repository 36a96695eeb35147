//! The probe's own memory: from the allocator that the process would have without the probe, and never counted.
//!
//! A user's allocator that is loaded before the probe is made of functions that lead here as well.

use std::alloc::{GlobalAlloc, Layout};

use super::functions::originals;
use crate::call::in_node;

struct Own;

#[global_allocator]
static OWN: Own = Own;

/// What `malloc` aligns to.
const OF_MALLOC: usize = 16;

// SAFETY: the functions of a C allocator, which keep its contract.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: plain allocation, here and in the next one.
        let block = in_node(|| unsafe {
            if layout.align() <= OF_MALLOC {
                (originals().malloc)(layout.size())
            } else {
                (originals().memalign)(layout.align(), layout.size())
            }
        });
        block.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= OF_MALLOC {
            // SAFETY: plain allocation.
            return in_node(|| unsafe { (originals().calloc)(layout.size(), 1) }).cast();
        }
        // SAFETY: the caller's contract; the block has room for its size.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller's contract.
        in_node(|| unsafe { (originals().free)(block.cast()) });
    }
}
