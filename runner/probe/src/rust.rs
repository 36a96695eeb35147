//! The allocator of an add-on in Rust, which knows more than the C library is told: the alignment that a block was
//! asked for, and the layout that it is given back with.
//!
//! `malloc` is asked for nothing but a size, so that a block in guard mode could not end with its page: hashbrown's
//! tables have sizes that say nothing of their alignment. So the functions behind Rust's global allocator are entered
//! by their names, which each add-on has that was not stripped. Their first instructions become a jump.

use std::collections::HashMap;
use std::ffi::{OsStr, c_void};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::ptr::null_mut;

use crate::heap::{self, Request};
use crate::image::Image;
use crate::{guard, table};

/// The functions that stand for the system's allocator in each library that Rust makes, and what takes their place.
const FUNCTIONS: [(&str, *const ()); 4] = [
    ("__rdl_alloc", allocate as *const ()),
    ("__rdl_alloc_zeroed", allocate_zeroed as *const ()),
    ("__rdl_dealloc", free as *const ()),
    ("__rdl_realloc", resize as *const ()),
];

/// A path, the name in its end, as the compiler writes it: `_RNvCs…_7___rustc11___rdl_alloc`.
fn is_named(symbol: &[u8], name: &str) -> bool {
    symbol.starts_with(b"_R") && symbol.ends_with(format!("{}_{name}", name.len()).as_bytes()) || symbol == name.as_bytes()
}

/// Has the allocator of a Rust add-on lead here, in runs that want to know more than numbers.
pub(crate) fn write_allocator(image: &Image) {
    if !table::wants_sites() {
        return;
    }
    let found = fs::read(OsStr::from_bytes(&image.library.path)).ok().as_deref().map_or(Found::Nothing, find);
    guard::expect(!matches!(found, Found::NoRust));
    if let Found::Functions(functions) = found {
        let functions: Vec<_> = functions.into_iter().map(|(offset, function)| (image.library.base + offset, function)).collect();
        write_jumps(&functions);
    }
}

enum Found {
    NoRust,
    /// There is Rust in it, or may be, and the names are not there.
    Nothing,
    /// Where the functions begin, and what takes their place.
    Functions(Vec<(usize, *const ())>),
}

/// Looks for the functions in a file.
fn find(file: &[u8]) -> Found {
    if let Some(functions) = find_functions(file) {
        return Found::Functions(functions);
    }
    // The path of the compiler's library is in each of its panics.
    if file.windows(7).any(|part| part == b"/rustc/") { Found::Nothing } else { Found::NoRust }
}

/// Looks for them in its symbol table, and sees that a jump fits into each.
fn find_functions(file: &[u8]) -> Option<Vec<(usize, *const ())>> {
    const SYMBOL_TABLE: u32 = 2;
    const FUNCTION: u8 = 2;
    let number = |at: usize, bytes: usize| {
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(file.get(at..at + bytes)?);
        Some(u64::from_le_bytes(word) as usize)
    };
    let (sections, size, count) = (number(0x28, 8)?, number(0x3a, 2)?, number(0x3c, 2)?);
    let mut starts: HashMap<&str, usize> = HashMap::new();
    let mut begin_at = Vec::new();
    for section in (0..count).map(|index| sections + index * size) {
        if number(section + 4, 4)? as u32 != SYMBOL_TABLE {
            continue;
        }
        let (at, bytes, names) = (number(section + 0x18, 8)?, number(section + 0x20, 8)?, number(section + 0x28, 4)?);
        let names = number(sections + names * size + 0x18, 8)?;
        for symbol in (at..at + bytes).step_by(24) {
            let (name, value) = (names + number(symbol, 4)?, number(symbol + 8, 8)?);
            if file.get(symbol + 4)? & 15 != FUNCTION {
                continue;
            }
            begin_at.push(value);
            let text = file.get(name..)?.split(|byte| *byte == 0).next()?;
            for (wanted, _) in FUNCTIONS {
                if is_named(text, wanted) {
                    starts.insert(wanted, value);
                }
            }
        }
    }
    begin_at.sort_unstable();
    let room = |start: usize| begin_at.get(begin_at.partition_point(|at| *at <= start)).map_or(0, |next| next - start);
    let function = |(name, function): &(&str, *const ())| Some((*starts.get(name)?, *function));
    let functions: Vec<_> = FUNCTIONS.iter().filter_map(function).filter(|(start, _)| room(*start) >= JUMP).collect();
    // A block that one of them has given out must not go to another's.
    (functions.len() == FUNCTIONS.len()).then_some(functions)
}

/// The bytes of a jump that is written over a function's first instructions.
#[cfg(target_arch = "x86_64")]
const JUMP: usize = 12;
/// The same: one instruction, which goes to a longer jump nearby. `__rdl_dealloc` is no longer than that.
#[cfg(target_arch = "aarch64")]
const JUMP: usize = 4;

/// Has functions that nobody runs yet begin with a jump to what takes their place: all of them, or none.
///
/// They are code of a library that is being loaded. Node has not called any of it; only its constructors have run, in
/// this thread. Where they can't be written, a block keeps the size that `malloc` was asked for, and in guard mode its
/// alignment.
fn write_jumps(functions: &[(usize, *const ())]) {
    // SAFETY: a question to the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let Some(jumps) = jumps(functions, page) else { return };
    let pages = |at: usize| at & !(page - 1)..(at + JUMP).next_multiple_of(page);
    let protect = |at: usize, protection| {
        let pages = pages(at);
        // SAFETY: the pages are code of the library, and stay readable and executable.
        unsafe { libc::mprotect(pages.start as *mut c_void, pages.len(), protection) == 0 }
    };
    // Some are in one page, so all are open before the first is written, and until the last is.
    if jumps.iter().all(|(at, _)| protect(*at, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC)) {
        // SAFETY: the pages are writable, and each function has room for its jump.
        jumps.iter().for_each(|(at, code)| unsafe { write_code(*at, code) });
    }
    jumps.iter().for_each(|(at, _)| _ = protect(*at, libc::PROT_READ | libc::PROT_EXEC));
}

/// Where a jump is to be written, and its instructions.
#[cfg(target_arch = "x86_64")]
fn jumps(functions: &[(usize, *const ())], _page: usize) -> Option<Vec<(usize, [u8; JUMP])>> {
    let jump = |(at, function): &(usize, *const ())| {
        // movabs $function, %rax; jmp *%rax
        let mut code = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0];
        code[2..10].copy_from_slice(&function.addr().to_le_bytes());
        (*at, code)
    };
    Some(functions.iter().map(jump).collect())
}

/// The same, with the longer jumps in a page near the library. None when there is no such page.
#[cfg(target_arch = "aarch64")]
fn jumps(functions: &[(usize, *const ())], page: usize) -> Option<Vec<(usize, [u8; JUMP])>> {
    const FAR: usize = 16;
    let near = map_near(functions.first()?.0, page)?;
    let mut jumps = Vec::new();
    for (index, (at, function)) in functions.iter().enumerate() {
        // ldr x16, .+8; br x16; and the address
        let mut code = [0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6, 0, 0, 0, 0, 0, 0, 0, 0];
        code[8..].copy_from_slice(&function.addr().to_le_bytes());
        let far = near + index * FAR;
        // SAFETY: the page is fresh, and has room for some jumps.
        unsafe { write_code(far, &code) };
        jumps.push((*at, branch(*at, far)?));
    }
    // SAFETY: the page is this function's own.
    let done = unsafe { libc::mprotect(near as *mut c_void, page, libc::PROT_READ | libc::PROT_EXEC) == 0 };
    done.then_some(jumps)
}

/// `b`, which reaches 128 MiB in each direction.
#[cfg(target_arch = "aarch64")]
fn branch(from: usize, to: usize) -> Option<[u8; JUMP]> {
    let distance = to.wrapping_sub(from) as isize;
    let reaches = distance % 4 == 0 && (-(1 << 27)..1 << 27).contains(&distance);
    reaches.then(|| (0x1400_0000 | (distance >> 2) as u32 & 0x03ff_ffff).to_le_bytes())
}

/// Maps a page that [`branch`] reaches from an address. It is never given back: a library may be loaded for ever.
#[cfg(target_arch = "aarch64")]
fn map_near(at: usize, page: usize) -> Option<usize> {
    const STEP: usize = 2 << 20;
    let steps = (1..60).flat_map(|step| [at.checked_add(step * STEP), at.checked_sub(step * STEP)]);
    for wish in steps.flatten() {
        let wish = wish & !(page - 1);
        // Not in the place of what is there: where that is not free, the kernel answers with another one.
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: fresh pages, of which nobody knows yet.
        unsafe {
            let mapped = libc::mmap(wish as *mut c_void, page, protection, flags, -1, 0);
            if mapped == libc::MAP_FAILED {
                return None;
            }
            if branch(at, mapped.addr()).is_some() {
                return Some(mapped.addr());
            }
            libc::munmap(mapped, page);
        }
    }
    None
}

/// Writes instructions, and has the processor see them.
///
/// # Safety
/// The place is writable, and is code that nobody runs yet.
unsafe fn write_code(at: usize, code: &[u8]) {
    // SAFETY: the caller's contract.
    unsafe { (at as *mut u8).copy_from_nonoverlapping(code.as_ptr(), code.len()) };
    // Lines of its caches have 16 bytes or more.
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a program may do this to what it can read.
    unsafe {
        let lines = || (at..at + code.len()).step_by(4);
        lines().for_each(|at| std::arch::asm!("dc cvau, {}", in(reg) at, options(nostack, preserves_flags)));
        std::arch::asm!("dsb ish", options(nostack, preserves_flags));
        lines().for_each(|at| std::arch::asm!("ic ivau, {}", in(reg) at, options(nostack, preserves_flags)));
        std::arch::asm!("dsb ish", "isb", options(nostack, preserves_flags));
    }
}

/// What the C library is asked for, by Rust's own rule.
fn original(size: usize, align: usize, zeroed: bool) -> *mut c_void {
    const OF_MALLOC: usize = 16;
    // SAFETY: plain allocation.
    unsafe {
        if align <= OF_MALLOC && align <= size {
            return if zeroed { libc::calloc(size, 1) } else { libc::malloc(size) };
        }
        let mut block = null_mut();
        if libc::posix_memalign(&mut block, align.max(size_of::<usize>()), size) != 0 {
            return null_mut();
        }
        if zeroed {
            block.cast::<u8>().write_bytes(0, size);
        }
        block
    }
}

unsafe extern "C" fn allocate(size: usize, align: usize) -> *mut c_void {
    heap::allocate(Request { size, align }, || original(size, align, false))
}

unsafe extern "C" fn allocate_zeroed(size: usize, align: usize) -> *mut c_void {
    heap::allocate(Request { size, align }, || original(size, align, true))
}

unsafe extern "C" fn free(block: *mut c_void, size: usize, align: usize) {
    if guard::owns(block.cast()) {
        guard::demand_layout(block.cast(), size, align);
    }
    // SAFETY: the caller's contract is that of the allocator.
    heap::free_sized(block, size, || unsafe { libc::free(block) });
}

unsafe extern "C" fn resize(block: *mut c_void, old: usize, align: usize, size: usize) -> *mut c_void {
    if guard::owns(block.cast()) {
        guard::demand_layout(block.cast(), old, align);
    }
    heap::resize(block, Request { size, align }, || {
        // SAFETY: the caller's contract is that of the allocator.
        unsafe {
            if align <= 16 && align <= size {
                return libc::realloc(block, size);
            }
            let moved = original(size, align, false);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, old.min(size));
                libc::free(block);
            }
            moved
        }
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_compiler_writes() {
        assert!(is_named(b"_RNvCsfLfy6EI15iL_7___rustc11___rdl_alloc", "__rdl_alloc"));
        assert!(!is_named(b"_RNvCsfLfy6EI15iL_7___rustc18___rdl_alloc_zeroed", "__rdl_alloc"));
        assert!(is_named(b"__rdl_realloc", "__rdl_realloc"));
    }

    #[test]
    fn the_functions_of_this_program_are_found() {
        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(matches!(find(&own), Found::Functions(_)));
        assert!(matches!(find(b"nothing"), Found::NoRust));
    }
    #[cfg(target_arch = "aarch64")]
    #[test]
    fn a_branch_reaches_what_is_near() {
        assert_eq!(branch(0x1000, 0x1008).map(u32::from_le_bytes), Some(0x1400_0002));
        assert_eq!(branch(0x1008, 0x1000).map(u32::from_le_bytes), Some(0x17ff_fffe));
        assert_eq!(branch(0, 1 << 27), None);
    }
}
