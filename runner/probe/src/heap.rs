//! The blocks of the add-ons: those that they have allocated, and those that a runtime library has allocated for
//! them.
//!
//! A block may be freed by anybody: by Node, by the C++ library, by another thread. So each library of the process
//! frees through here, where an address is looked up in the [`shadow`]. In guard mode blocks come from
//! [`guard`](crate::guard).

mod functions;
// The tests' program has no allocator to come past.
#[cfg(not(test))]
mod own;
mod shadow;

use std::ffi::c_void;

use evidence::{Column, Counter, wanted};

use crate::call::{self, Side};
use crate::table::{self, NOWHERE, add, add_at, raise};
use crate::{guard, loader, sites};

pub(crate) use functions::{IN_ADDON, IN_ALL, IN_MAIN, IN_RUNTIME};

/// A block that is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) size: usize,
    /// The site that it is counted at.
    pub(crate) site: u32,
}

/// What allocates a block.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) size: usize,
    /// What was asked for; 0 when nothing was.
    pub(crate) align: usize,
}

/// Allocates a block for the add-on that has called the probe.
#[inline(always)]
pub(crate) fn allocate(request: Request, original: impl FnOnce() -> *mut c_void) -> *mut c_void {
    if !table::on() {
        return original();
    }
    allocate_at(sites::here(), request, original)
}

/// Allocates a block for the runtime library that has called the probe: it is an add-on's when the library works for
/// one.
#[inline(always)]
pub(crate) fn allocate_for_runtime(request: Request, original: impl FnOnce() -> *mut c_void) -> *mut c_void {
    match runtime_site() {
        Some(site) => allocate_at(site, request, original),
        None => original(),
    }
}

/// The site of what a runtime library does for an add-on; none when it works for Node.
#[inline(always)]
pub(crate) fn runtime_site() -> Option<u32> {
    if call::side() == Side::Node || !table::on() {
        return None;
    }
    runtime_site_by_stack()
}

#[inline(never)]
fn runtime_site_by_stack() -> Option<u32> {
    // What a constructor asks for while its library is being loaded.
    loader::meets_new_library();
    sites::is_of_addon().then(sites::here)
}

fn allocate_at(site: u32, request: Request, original: impl FnOnce() -> *mut c_void) -> *mut c_void {
    if let Some(pointer) = guard::take(request, site) {
        count(Block { size: request.size, site });
        add(Counter::Guarded, 1);
        return pointer.cast();
    }
    // An allocator that the user has preloaded may be made of functions that lead here.
    let pointer = call::in_node(original);
    if !pointer.is_null() {
        let block = Block { size: request.size, site };
        shadow::put(pointer.addr(), block);
        count(block);
        if table::wants(wanted::GUARD) {
            add(Counter::Unguarded, 1);
        }
    }
    pointer
}

/// Frees a block of anybody.
#[inline(always)]
pub(crate) fn free(pointer: *mut c_void, original: impl FnOnce()) {
    if pointer.is_null() {
        return;
    }
    if guard::owns(pointer.cast()) {
        return free_guarded(pointer);
    }
    if let Some(block) = shadow::take(pointer.addr()) {
        uncount(block);
    }
    original();
}

/// Frees a block of which the add-on says how large it is. What it says is counted: where that is not what it asked for,
/// the difference stays.
pub(crate) fn free_sized(pointer: *mut c_void, size: usize, original: impl FnOnce()) {
    if guard::owns(pointer.cast()) {
        return free_guarded(pointer);
    }
    if let Some(block) = shadow::take(pointer.addr()) {
        uncount(Block { size, ..block });
    }
    original();
}

#[cold]
#[inline(never)]
fn free_guarded(pointer: *mut c_void) {
    uncount(guard::give_back(pointer.cast()));
}

/// Gives a block of anybody another size. A block keeps its site.
#[inline(always)]
pub(crate) fn resize(pointer: *mut c_void, request: Request, original: impl FnOnce() -> *mut c_void) -> *mut c_void {
    if guard::owns(pointer.cast()) {
        return resize_guarded(pointer, request);
    }
    // It leaves the shadow before: its address may be another thread's next block at once.
    let Some(block) = shadow::take(pointer.addr()) else { return original() };
    let moved = call::in_node(original);
    if !moved.is_null() {
        let resized = Block { size: request.size, ..block };
        shadow::put(moved.addr(), resized);
        change_size(block, resized);
    } else if request.size == 0 {
        // The C library has freed it.
        uncount(block);
    } else {
        shadow::put(pointer.addr(), block);
    }
    moved
}

#[cold]
#[inline(never)]
fn resize_guarded(pointer: *mut c_void, request: Request) -> *mut c_void {
    let block = guard::find(pointer.cast());
    if request.size == 0 && request.align == 0 {
        free_guarded(pointer);
        return std::ptr::null_mut();
    }
    let resized = Block { size: request.size, ..block };
    let moved = match guard::take(request, block.site) {
        Some(moved) => {
            add(Counter::Guarded, 1);
            moved.cast()
        }
        None => {
            // SAFETY: plain allocation; a size that is no multiple of the alignment is rounded up for it.
            let moved = unsafe { libc::memalign(request.align.max(16), request.size) };
            if moved.is_null() {
                return moved;
            }
            shadow::put(moved.addr(), resized);
            add(Counter::Unguarded, 1);
            moved
        }
    };
    // SAFETY: both blocks have room for the smaller size.
    unsafe { moved.copy_from_nonoverlapping(pointer, block.size.min(request.size)) };
    guard::give_back(pointer.cast());
    change_size(block, resized);
    moved
}

/// The size of a guarded block, for those who ask how much room one has.
pub(crate) fn guarded_size(pointer: *mut c_void) -> Option<usize> {
    guard::owns(pointer.cast()).then(|| guard::find(pointer.cast()).size)
}

fn count(Block { size, site }: Block) {
    add(Counter::LiveBlocks, 1);
    grow(size as i64);
    if site != NOWHERE {
        add_at(site, Column::Blocks, 1);
        add_at(site, Column::Bytes, size as i64);
    }
}

fn uncount(Block { size, site }: Block) {
    add(Counter::LiveBlocks, -1);
    add(Counter::LiveBytes, -(size as i64));
    if site != NOWHERE {
        add_at(site, Column::Blocks, -1);
        add_at(site, Column::Bytes, -(size as i64));
    }
}

fn change_size(from: Block, to: Block) {
    let change = to.size as i64 - from.size as i64;
    grow(change);
    add_at(from.site, Column::Bytes, change);
}

fn grow(bytes: i64) {
    let live = add(Counter::LiveBytes, bytes);
    raise(Counter::PeakBytes, live);
}
