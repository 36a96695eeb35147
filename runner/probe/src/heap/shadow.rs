//! What is known of the block at an address: one word for each 16 bytes of the address space, of which only the
//! pages that are needed exist.
//!
//! There is no lock, and a look-up of an address that is nobody's costs two reads. So every `free` of the process
//! can ask.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::*};

use super::Block;

/// Blocks begin at multiples of this many bytes.
const GRANULE: u32 = 4;
/// A leaf is for this many bytes of the address space.
const LEAF: u32 = 26;
const GRANULES: usize = 1 << (LEAF - GRANULE);
/// Addresses that programs have.
const ADDRESS: u32 = 48;
const LEAVES: usize = 1 << (ADDRESS - LEAF);

/// A word has the size, the site plus one, and a bit that says that there is a block.
const SITE: u32 = 40;
const SIZE_MASK: u64 = (1 << SITE) - 1;
const SITE_BITS: u64 = (1 << 20) - 1;
const LIVE: u64 = 1 << 63;

type Leaf = [AtomicU64; GRANULES];

static ROOT: AtomicPtr<[AtomicPtr<Leaf>; LEAVES]> = AtomicPtr::new(null_mut());

/// A block begins at an address.
#[inline(always)]
pub(super) fn put(address: usize, Block { size, site }: Block) {
    if let Some(word) = word(address, true) {
        let site = u64::from(site.wrapping_add(1)) & SITE_BITS;
        word.store(LIVE | site << SITE | (size as u64).min(SIZE_MASK), Release);
    }
}

/// The block at an address, if there is one. It is not known any more.
#[inline(always)]
pub(super) fn take(address: usize) -> Option<Block> {
    let word = word(address, false)?;
    let known = word.load(Acquire);
    if known == 0 {
        return None;
    }
    // Only one thread may free a block, so that nothing has to be exchanged.
    word.store(0, Release);
    Some(Block { size: (known & SIZE_MASK) as usize, site: ((known >> SITE & SITE_BITS) as u32).wrapping_sub(1) })
}

#[inline(always)]
fn word(address: usize, make: bool) -> Option<&'static AtomicU64> {
    // SAFETY: what was published is mapped until the process ends.
    let root = unsafe { ROOT.load(Acquire).as_ref() };
    let root = match root {
        Some(root) => root,
        None if make => make_root()?,
        None => return None,
    };
    let leaf = root.get(address >> LEAF)?;
    let known = leaf.load(Acquire);
    // SAFETY: as above.
    let leaf = match unsafe { known.as_ref() } {
        Some(known) => known,
        None if make => make_in(leaf)?,
        None => return None,
    };
    Some(&leaf[address >> GRANULE & (GRANULES - 1)])
}

#[cold]
#[inline(never)]
fn make_root() -> Option<&'static [AtomicPtr<Leaf>; LEAVES]> {
    make_in(&ROOT)
}

/// Maps a `T` of zeroes, unless another thread is faster.
#[cold]
#[inline(never)]
fn make_in<T>(place: &AtomicPtr<T>) -> Option<&'static T> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: fresh pages; zero is valid for the atomics that the types of this module are made of.
    unsafe {
        let mapped = libc::mmap(null_mut(), size_of::<T>(), libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        if mapped == libc::MAP_FAILED {
            return None;
        }
        match place.compare_exchange(null_mut(), mapped.cast(), AcqRel, Acquire) {
            Ok(_) => Some(&*mapped.cast()),
            Err(other) => {
                libc::munmap(mapped, size_of::<T>());
                Some(&*other)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::NOWHERE;

    #[test]
    fn a_block_is_known_once() {
        let block = Block { size: 1 << 33, site: 12 };
        assert_eq!(take(0x7f00_1234_5670), None);
        put(0x7f00_1234_5670, block);
        assert_eq!(take(0x7f00_1234_5680), None);
        assert_eq!(take(0x7f00_1234_5670), Some(block));
        assert_eq!(take(0x7f00_1234_5670), None);
    }

    #[test]
    fn a_block_of_no_size_and_no_site_is_one_all_the_same() {
        let block = Block { size: 0, site: NOWHERE };
        put(0x5000_0000, block);
        assert_eq!(take(0x5000_0000), Some(block));
    }

    #[test]
    fn an_address_that_no_program_has_is_nobodys() {
        put(1 << 60, Block { size: 1, site: 0 });
        assert_eq!(take(1 << 60), None);
    }
}
