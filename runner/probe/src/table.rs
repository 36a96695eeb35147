//! The file in which everything is counted, mapped so that it outlives the process.

use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU64, Ordering::*};

use evidence::{Caller, Column, Counter, Evidence, Image, MAGIC, SITES, Site, wanted, write_text};

/// The site of what was made while nothing was recorded.
pub(crate) const NOWHERE: u32 = u32::MAX;
/// The site of what there was no room for.
const OVERFLOW: u32 = SITES as u32 - 1;

/// Null while nothing is counted, and in a forked child, which shares the file with its parent.
static FILE: AtomicPtr<Evidence> = AtomicPtr::new(null_mut());

/// Opens the file, which the runner has made. Answers whether everything is to be counted.
pub(crate) fn open(path: &CStr) -> bool {
    let size = size_of::<Evidence>();
    // SAFETY: plain system calls. The file has room for the structure, in which all bytes are valid, and is mapped
    // until the process ends.
    let evidence = unsafe {
        let file = libc::open(path.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
        let mut known: libc::stat = std::mem::zeroed();
        if file < 0 || libc::fstat(file, &raw mut known) != 0 || known.st_size as usize != size {
            return false;
        }
        let at = libc::mmap(null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, file, 0);
        libc::close(file);
        if at == libc::MAP_FAILED {
            return false;
        }
        &*at.cast::<Evidence>()
    };
    let header = &evidence.header;
    // SAFETY: a question to the system.
    let own = unsafe { libc::getpid() } as u32;
    if header.pid.compare_exchange(0, own, AcqRel, Acquire).is_err() {
        return false;
    }
    header.size.store(size as u64, Relaxed);
    header.magic.store(MAGIC, Release);
    FILE.store(std::ptr::from_ref(evidence).cast_mut(), Release);
    // SAFETY: the function only stores to atomics.
    unsafe { libc::pthread_atfork(None, None, Some(leave)) };
    true
}

/// A forked child shares the file with its parent and must not write to it.
extern "C" fn leave() {
    FILE.store(null_mut(), Release);
}

/// The file, while everything is counted.
#[inline(always)]
pub(crate) fn file() -> Option<&'static Evidence> {
    // SAFETY: the file is mapped until the process ends.
    unsafe { FILE.load(Relaxed).as_ref() }
}

/// Whether anything is counted.
pub(crate) fn on() -> bool {
    file().is_some()
}

/// Whether this is wanted, by its bit.
#[inline(always)]
pub(crate) fn wants(bit: u32) -> bool {
    file().is_some_and(|file| file.header.wanted.load(Relaxed) & bit != 0)
}

/// Whether call sites are recorded.
#[inline(always)]
pub(crate) fn wants_sites() -> bool {
    wants(wanted::SITES)
}

/// Adds to a counter and returns its new value.
pub(crate) fn add(counter: Counter, change: i64) -> i64 {
    file().map_or(0, |file| file.counters[counter as usize].fetch_add(change, Relaxed) + change)
}

/// Sets a counter.
pub(crate) fn set(counter: Counter, to: i64) {
    if let Some(file) = file() {
        file.counters[counter as usize].store(to, Relaxed);
    }
}

/// Raises a counter to `at_least`.
pub(crate) fn raise(counter: Counter, at_least: i64) {
    if let Some(file) = file() {
        raise_to(&file.counters[counter as usize], at_least);
    }
}

/// A peak is seldom higher than the last one, and to look costs less than to write.
fn raise_to(peak: &AtomicI64, at_least: i64) {
    if peak.load(Relaxed) < at_least {
        peak.fetch_max(at_least, Relaxed);
    }
}

/// Counts at a site. Nothing happens at [`NOWHERE`].
pub(crate) fn add_at(site: u32, column: Column, change: i64) -> i64 {
    amount(site, column).map_or(0, |amount| amount.fetch_add(change, Relaxed) + change)
}

/// Raises a peak of a site to `at_least`.
pub(crate) fn raise_at(site: u32, column: Column, at_least: i64) {
    if let Some(amount) = amount(site, column) {
        raise_to(amount, at_least);
    }
}

fn amount(site: u32, column: Column) -> Option<&'static AtomicI64> {
    Some(&file()?.sites.get(site as usize)?.amounts[column as usize])
}

/// The record of an image, by its number.
pub(crate) fn image(number: usize) -> Option<&'static Image> {
    file()?.images.get(number)
}

/// The number of the site with these frames and this caller; it is made when it is new.
pub(crate) fn site(frames: &[u64], caller: u32) -> u32 {
    let Some(file) = file() else { return NOWHERE };
    let key = hash(frames.iter().copied().chain([u64::from(caller)]));
    let sites = &file.sites[..SITES - 1];
    let Some((number, new)) = claim(key, sites, |site: &Site| &site.key) else { return OVERFLOW };
    if new {
        let site = &sites[number];
        for (kept, frame) in site.frames.iter().zip(frames) {
            kept.store(*frame, Relaxed);
        }
        site.caller.store(u64::from(caller), Relaxed);
        site.depth.store(frames.len() as u64, Release);
    }
    number as u32
}

/// A place in JavaScript.
pub(crate) struct Place<'a> {
    pub(crate) function: &'a [u8],
    pub(crate) script: &'a [u8],
    /// The add-on's function that is called there.
    pub(crate) callee: &'a [u8],
    /// The line, from 1.
    pub(crate) line: u64,
}

/// The number of a place in JavaScript with this key. When it is new, `write` gives the place to what it is called
/// with. 0 when there is no room.
pub(crate) fn caller(key: u64, write: impl FnOnce(&dyn Fn(Place))) -> u32 {
    let Some(file) = file() else { return 0 };
    let Some((number, new)) = claim(key, &file.callers[1..], |caller: &Caller| &caller.key) else { return 0 };
    let caller = &file.callers[number + 1];
    if new {
        write(&|place| {
            write_text(&caller.function, place.function);
            write_text(&caller.script, place.script);
            write_text(&caller.callee, place.callee);
            caller.line.store(place.line, Release);
        });
    }
    number as u32 + 1
}

/// The record with this key, and whether it was free until now. None when there is no room near its place.
fn claim<T>(key: u64, records: &[T], key_of: impl Fn(&T) -> &AtomicU64) -> Option<(usize, bool)> {
    for step in 0..64 {
        let number = (key as usize).wrapping_add(step) % records.len();
        let taken = key_of(&records[number]);
        // Two stacks with one hash of 64 bits are not expected to meet.
        let before = taken.load(Acquire);
        if before == key {
            return Some((number, false));
        }
        if before == 0 {
            match taken.compare_exchange(0, key, AcqRel, Acquire) {
                Ok(_) => return Some((number, true)),
                Err(now) if now == key => return Some((number, false)),
                Err(_) => {}
            }
        }
    }
    None
}

/// In the manner of FNV-1a; never 0.
pub(crate) fn hash(words: impl Iterator<Item = u64>) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    words.fold(0xcbf2_9ce4_8422_2325, mix).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_claimed_once() {
        let records = [const { AtomicU64::new(0) }; 8];
        let claim = |key| claim(key, &records, |record| record);
        assert_eq!(claim(3), Some((3, true)));
        assert_eq!(claim(3), Some((3, false)));
        assert_eq!(claim(11), Some((4, true)));
    }

    #[test]
    fn nothing_is_counted_without_a_file() {
        assert_eq!(add(Counter::Adjusts, 1), 0);
        assert_eq!(site(&[1, 2], 0), NOWHERE);
    }
}
