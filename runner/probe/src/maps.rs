//! Memory that the add-ons map themselves. What the C library maps is a part of the blocks that it hands out.

use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use evidence::{Column, Counter};

use crate::call;
use crate::loader::{Replacement, replacement};
use crate::sites;
use crate::table::{self, add, add_at};

/// What an add-on gets.
pub(crate) const IN_ADDON: &[Replacement] = &[
    replacement(c"mmap", mmap as *const ()),
    replacement(c"mmap64", mmap as *const ()),
    replacement(c"munmap", munmap as *const ()),
    replacement(c"mremap", mremap as *const ()),
];

/// Mappings, or what is left of them, by their first address.
struct Maps(BTreeMap<usize, Map>);

#[derive(Clone, Copy)]
struct Map {
    end: usize,
    site: u32,
}

static MAPS: Mutex<Maps> = Mutex::new(Maps(BTreeMap::new()));

impl Maps {
    fn insert(&mut self, range: Range<usize>, site: u32) {
        if range.is_empty() {
            return;
        }
        count(site, 1, range.len() as i64);
        self.0.insert(range.start, Map { end: range.end, site });
    }

    /// Takes a range out of all mappings, and answers the site of one that it was in.
    fn remove(&mut self, range: Range<usize>) -> Option<u32> {
        let mut site = None;
        let reaching = self.0.range(..range.end).rev().take_while(|(_, map)| map.end > range.start);
        let reaching: Vec<(usize, Map)> = reaching.map(|(start, map)| (*start, *map)).collect();
        for (start, map) in reaching {
            self.0.remove(&start);
            count(map.site, -1, -((map.end - start) as i64));
            self.insert(start..range.start.max(start), map.site);
            self.insert(range.end.min(map.end)..map.end, map.site);
            site = Some(map.site);
        }
        site
    }
}

fn count(site: u32, maps: i64, bytes: i64) {
    add(Counter::LiveMaps, maps);
    add(Counter::MappedBytes, bytes);
    add_at(site, Column::Maps, maps);
    add_at(site, Column::Mapped, bytes);
}

fn change(change: impl FnOnce(&mut Maps)) {
    if table::on() {
        call::in_node(|| change(&mut MAPS.lock().unwrap_or_else(PoisonError::into_inner)));
    }
}

fn pages(start: *mut c_void, length: usize) -> Range<usize> {
    // SAFETY: a question to the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    start.addr()..start.addr() + length.next_multiple_of(page)
}

unsafe extern "C" fn mmap(
    at: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: i64,
) -> *mut c_void {
    let site = sites::here();
    // SAFETY: the caller's contract is that of the function of this name, here and below.
    let mapped = unsafe { libc::mmap(at, length, protection, flags, file, offset) };
    if mapped != libc::MAP_FAILED {
        change(|maps| {
            // With `MAP_FIXED` it takes the place of what was there.
            maps.remove(pages(mapped, length));
            maps.insert(pages(mapped, length), site);
        });
    }
    mapped
}

unsafe extern "C" fn munmap(at: *mut c_void, length: usize) -> c_int {
    // It is forgotten before: its address may be another thread's next mapping at once.
    let mut known = None;
    change(|maps| known = maps.remove(pages(at, length)));
    // SAFETY: see above.
    let result = unsafe { libc::munmap(at, length) };
    if let (Some(site), true) = (known, result != 0) {
        change(|maps| maps.insert(pages(at, length), site));
    }
    result
}

unsafe extern "C" fn mremap(at: *mut c_void, length: usize, new_length: usize, flags: c_int, to: *mut c_void) -> *mut c_void {
    // SAFETY: see above. A fifth argument that was not given is not looked at.
    let moved = unsafe { libc::mremap(at, length, new_length, flags, to) };
    if moved != libc::MAP_FAILED {
        change(|maps| {
            let site = maps.remove(pages(at, length));
            maps.remove(pages(moved, new_length));
            if let Some(site) = site {
                maps.insert(pages(moved, new_length), site);
            }
        });
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_mapping_is_two() {
        let mut maps = Maps(BTreeMap::new());
        maps.insert(0x1000..0x9000, 7);
        assert_eq!(maps.remove(0x3000..0x5000), Some(7));
        let left: Vec<_> = maps.0.iter().map(|(start, map)| (*start, map.end)).collect();
        assert_eq!(left, [(0x1000, 0x3000), (0x5000, 0x9000)]);
        assert_eq!(maps.remove(0..0x10000), Some(7));
        assert!(maps.0.is_empty());
        assert_eq!(maps.remove(0..0x10000), None);
    }
}
