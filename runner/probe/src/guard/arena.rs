//! The memory of guarded blocks: reserved once, used from its start to its end, and never again.
//!
//! No lock is taken and nothing is allocated here, so a signal handler can read all of it.

use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

use evidence::{Event, FaultKind};

use super::record::happens;

/// Address space to ask for, in bytes; less is asked for where it is refused. A small block needs two
/// pages of it.
const MOST: usize = 64 << 30;
const LEAST: usize = 1 << 30;
/// Guarded blocks that are alive at once. Each is two mappings to the kernel, which gives a process no
/// more than 65 530 of them, and Node ends when it gets none.
const MOST_LIVE: i64 = 20_000;

/// What is behind a block in its last page.
const PATTERN: u8 = 0xbd;

const LIVE: u32 = 1;
const FREED: u32 = 2;

/// What is known of a block. The table has one for each page of the arena; a block's is that of its
/// first page. All zero where no block has begun.
#[derive(Default)]
pub(super) struct Block {
    start: AtomicUsize,
    size: AtomicUsize,
    /// The alignment that it was asked for with; 0 when none was.
    asked: AtomicUsize,
    state: AtomicU32,
    /// The site at which it is counted: where it was first allocated.
    counted: AtomicU32,
    /// Who gave it this place in memory, and who freed it. A block that grows moves.
    pub(super) allocated: Event,
    pub(super) freed: Event,
}

/// The first byte of the arena; 0 while there is none.
static START: AtomicUsize = AtomicUsize::new(0);
static PAGE: AtomicUsize = AtomicUsize::new(4096);
static PAGES: AtomicUsize = AtomicUsize::new(0);
static TABLE: AtomicPtr<Block> = AtomicPtr::new(null_mut());
/// The first page that no block has had.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static LIVE_BLOCKS: AtomicI64 = AtomicI64::new(0);

/// Reserves the arena and its table. Answers whether there was room.
pub(super) fn reserve() -> bool {
    // SAFETY: a question to the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let mut bytes = MOST;
    while bytes >= LEAST {
        let pages = bytes / page;
        // Only what is written of the table needs memory.
        let table = map(null_mut(), pages * size_of::<Block>(), libc::PROT_READ | libc::PROT_WRITE);
        if let Some(table) = table {
            if let Some(start) = map(null_mut(), bytes, libc::PROT_NONE) {
                PAGE.store(page, Relaxed);
                PAGES.store(pages, Relaxed);
                TABLE.store(table.cast(), Relaxed);
                START.store(start.expose_provenance(), Release);
                return true;
            }
            // SAFETY: nobody knows of this mapping yet.
            unsafe { libc::munmap(table.cast(), pages * size_of::<Block>()) };
        }
        bytes /= 4;
    }
    false
}

/// Maps fresh pages that no memory is set aside for: anywhere, or at `at` in the place of what is there.
fn map(at: *mut u8, bytes: usize, protection: i32) -> Option<*mut u8> {
    let fixed = if at.is_null() { 0 } else { libc::MAP_FIXED };
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | fixed;
    // SAFETY: where an address is given, it is that of pages of the arena.
    let mapped = unsafe { libc::mmap(at.cast(), bytes, protection, flags, -1, 0) };
    (mapped != libc::MAP_FAILED).then_some(mapped.cast())
}

/// Whether an address is in the arena.
pub(super) fn contains(address: usize) -> bool {
    let start = START.load(Relaxed);
    start != 0 && (start..start + PAGES.load(Relaxed) * PAGE.load(Relaxed)).contains(&address)
}

/// Takes a block, filled with zeroes.
pub(super) fn take(size: usize, asked: usize, align: usize, site: u32) -> Option<*mut u8> {
    if LIVE_BLOCKS.fetch_add(1, Relaxed) < MOST_LIVE
        && let Some(pointer) = place(size, asked, align, site)
    {
        return Some(pointer);
    }
    LIVE_BLOCKS.fetch_sub(1, Relaxed);
    None
}

fn place(size: usize, asked: usize, align: usize, site: u32) -> Option<*mut u8> {
    let page = PAGE.load(Relaxed);
    if align > page {
        return None;
    }
    // With the page behind it.
    let pages = size.div_ceil(page).max(1) + 1;
    let most = PAGES.load(Relaxed);
    let first = NEXT.fetch_update(Relaxed, Relaxed, |next| next.checked_add(pages).filter(|end| *end <= most)).ok()?;
    let begin = START.load(Acquire) + first * page;
    let bytes = (pages - 1) * page;
    // SAFETY: these pages are the arena's, and nobody else has got them.
    let opened = unsafe { libc::mprotect(at(begin).cast(), bytes, libc::PROT_READ | libc::PROT_WRITE) };
    if opened != 0 {
        return None;
    }
    // A page is a multiple of every alignment up to its own, so this does not reach below the first.
    let start = (begin + bytes - size) & !(align - 1);
    let block = block(first);
    block.start.store(start, Relaxed);
    block.size.store(size, Relaxed);
    block.asked.store(asked, Relaxed);
    block.counted.store(site, Relaxed);
    happens(&block.allocated);
    // SAFETY: the bytes behind the block, up to the end of its last page.
    unsafe { at(start + size).write_bytes(PATTERN, begin + bytes - (start + size)) };
    block.state.store(LIVE, Release);
    Some(at(start))
}

/// A pointer to an address in the arena.
fn at(address: usize) -> *mut u8 {
    with_exposed_provenance_mut(address)
}

fn block(page: usize) -> &'static Block {
    // SAFETY: the table has one for each page, made of integers for which zero is valid, and is mapped
    // until the process ends.
    unsafe { &*TABLE.load(Relaxed).add(page) }
}

/// The block that begins at a pointer, which is to the arena.
pub(super) fn block_at(pointer: *mut u8) -> Result<&'static Block, FaultKind> {
    // The first byte of a block is in its first page.
    let block = block((pointer.addr() - START.load(Relaxed)) / PAGE.load(Relaxed));
    match block.state.load(Acquire) {
        LIVE if block.start() == pointer.addr() => Ok(block),
        FREED if block.start() == pointer.addr() => Err(FaultKind::FreedTwice),
        _ => Err(FaultKind::FreedInside),
    }
}

/// The block that an address of the arena belongs to: it, or the page behind it. In that page the block
/// that comes next may be nearer.
pub(super) fn nearest(address: usize) -> Option<&'static Block> {
    let page = (address - START.load(Relaxed)) / PAGE.load(Relaxed);
    let before = (0..=page).rev().map(block).find(|block| block.state.load(Acquire) != 0)?;
    let after = Some(page + 1).filter(|next| *next < PAGES.load(Relaxed)).map(block);
    let after = after.filter(|block| block.state.load(Acquire) != 0);
    Some(match after {
        Some(after) if address >= before.end() && after.start() - address <= address - before.end() => after,
        _ => before,
    })
}

impl Block {
    pub(super) fn start(&self) -> usize {
        self.start.load(Relaxed)
    }

    pub(super) fn size(&self) -> usize {
        self.size.load(Relaxed)
    }

    /// The alignment that it was asked for with; 0 when none was.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Relaxed)
    }

    fn end(&self) -> usize {
        self.start() + self.size()
    }

    pub(super) fn counted(&self) -> u32 {
        self.counted.load(Relaxed)
    }

    /// What an access to this address of this block is.
    pub(super) fn kind_of(&self, address: usize) -> FaultKind {
        match self.state.load(Acquire) {
            FREED => FaultKind::Freed,
            _ if address < self.start() => FaultKind::BeforeTheStart,
            _ => FaultKind::PastTheEnd,
        }
    }

    /// Gives its memory back and makes its pages inaccessible.
    ///
    /// # Errors
    /// When that was done before, or bytes behind the block were written to.
    pub(super) fn retire(&self) -> Result<(), FaultKind> {
        if self.state.compare_exchange(LIVE, FREED, AcqRel, Acquire).is_err() {
            return Err(FaultKind::FreedTwice);
        }
        happens(&self.freed);
        let page = PAGE.load(Relaxed);
        let begin = self.start() & !(page - 1);
        let bytes = self.end().next_multiple_of(page).max(begin + page) - begin;
        // SAFETY: the bytes behind the block, up to the end of its last page, which is still there.
        let behind = unsafe { std::slice::from_raw_parts(at(self.end()), begin + bytes - self.end()) };
        if behind.iter().any(|byte| *byte != PATTERN) {
            return Err(FaultKind::WrittenPastTheEnd);
        }
        // Fresh pages merge with the inaccessible ones around them, so that a freed block is no mapping.
        if map(at(begin), bytes, libc::PROT_NONE).is_none() {
            // SAFETY: the pages are this block's. Should this fail too, an access to it is not seen.
            unsafe { libc::mprotect(at(begin).cast(), bytes, libc::PROT_NONE) };
        }
        LIVE_BLOCKS.fetch_sub(1, Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(size: usize, align: usize) -> (usize, &'static Block) {
        let pointer = take(size, align, align, 0).expect("there is room");
        let block = block_at(pointer).unwrap_or_else(|kind| panic!("{kind:?}"));
        (pointer.addr(), block)
    }

    /// One test, as there is one arena.
    #[test]
    fn a_block_ends_where_its_last_page_does() {
        assert!(reserve());
        let page = PAGE.load(Relaxed);
        for (size, align) in [(1, 1), (24, 8), (page, 1), (page + 1, 1), (3 * page, 64), (100, 64), (8, page)] {
            let (start, block) = taken(size, align);
            assert!(start.is_multiple_of(align), "{size} {align}");
            let behind = (start + size).next_multiple_of(page) - (start + size);
            assert!(behind < align, "{size} {align}: {behind} bytes behind it");
            assert_eq!(block.kind_of(start + size), FaultKind::PastTheEnd);
            assert!(std::ptr::eq(nearest(start + size + behind).expect("a block is near"), block));
        }
        assert!(take(8, 2 * page, 2 * page, 0).is_none());

        let (start, whole) = taken(2 * page, 1);
        assert!(std::ptr::eq(nearest(start - 1).expect("a block is near"), whole));
        assert_eq!(whole.kind_of(start - 1), FaultKind::BeforeTheStart);
        assert_eq!(block_at(at(start + 8)).err(), Some(FaultKind::FreedInside));
        let live = LIVE_BLOCKS.load(Relaxed);
        assert_eq!(whole.retire(), Ok(()));
        assert_eq!(whole.retire(), Err(FaultKind::FreedTwice));
        assert_eq!(LIVE_BLOCKS.load(Relaxed), live - 1);
        assert_eq!(block_at(at(start)).err(), Some(FaultKind::FreedTwice));
        assert_eq!(whole.kind_of(start + page), FaultKind::Freed);
        let (next, _) = taken(2 * page, 1);
        assert!(next > start, "pages are used once");

        let (start, odd) = taken(52, 16);
        // SAFETY: the byte behind the block is in its page.
        unsafe { at(start + 52).write(0) };
        assert_eq!(odd.retire(), Err(FaultKind::WrittenPastTheEnd));
    }
}
