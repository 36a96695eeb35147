//! A library as the dynamic linker has mapped it: its name, its tables, and the slots through which it reaches
//! what others export.

use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;
use std::ptr::null_mut;
use std::slice;

#[cfg(target_arch = "x86_64")]
mod relocation {
    pub(super) const ABSOLUTE: u32 = 1;
    pub(super) const GLOBAL_DATA: u32 = 6;
    pub(super) const JUMP_SLOT: u32 = 7;
}
#[cfg(target_arch = "aarch64")]
mod relocation {
    pub(super) const ABSOLUTE: u32 = 257;
    pub(super) const GLOBAL_DATA: u32 = 1025;
    pub(super) const JUMP_SLOT: u32 = 1026;
}

const DT_PLTRELSZ: i64 = 2;
const DT_HASH: i64 = 4;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_JMPREL: i64 = 23;
const DT_GNU_HASH: i64 = 0x6fff_fef5;

/// A library in memory. What it says is valid as long as it is loaded.
#[derive(Clone)]
pub(crate) struct Library {
    /// What is added to the addresses in the file.
    pub(crate) base: usize,
    pub(crate) path: Vec<u8>,
    headers: &'static [libc::Elf64_Phdr],
}

#[repr(C)]
struct Dynamic {
    tag: i64,
    value: u64,
}

#[repr(C)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: i64,
}

/// A place that holds the address of a function of another library, or is going to.
pub(crate) struct Slot {
    at: *mut usize,
    pub(crate) name: &'static CStr,
    /// Whether the library has a function of this name itself.
    pub(crate) is_defined: bool,
}

impl Slot {
    #[cfg(test)]
    pub(crate) fn value(&self) -> usize {
        // SAFETY: a slot of a loaded library is readable.
        unsafe { self.at.read() }
    }

    /// Writes the slot, inside [`Library::unlocked`].
    pub(crate) fn set(&self, function: *const c_void) {
        // SAFETY: the slot is writable there. Other threads that read it see the old or the new address.
        unsafe { std::sync::atomic::AtomicUsize::from_ptr(self.at) }.store(function.addr(), std::sync::atomic::Ordering::Release);
    }
}

/// A function that a library exports.
pub(crate) struct Export {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether another library's function of this name may take its place, as with what C++ makes of a template.
    pub(crate) is_weak: bool,
}

/// All libraries of the process, the program itself first.
pub(crate) fn loaded() -> Vec<Library> {
    unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, _: usize, list: *mut c_void) -> c_int {
        // SAFETY: the linker's own description, and the list of the caller.
        unsafe {
            let libc::dl_phdr_info { dlpi_addr, dlpi_name, dlpi_phdr, dlpi_phnum, .. } = *info;
            let path = if dlpi_name.is_null() { Vec::new() } else { CStr::from_ptr(dlpi_name).to_bytes().to_vec() };
            let headers = slice::from_raw_parts(dlpi_phdr, usize::from(dlpi_phnum));
            (*list.cast::<Vec<Library>>()).push(Library { base: dlpi_addr as usize, path, headers });
        }
        0
    }
    let mut list: Vec<Library> = Vec::new();
    // SAFETY: the callback gets the list that lives here.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut list).cast()) };
    list
}

/// The functions of these names that libraries define which were loaded before the one with the address `own`, but for
/// the program; null where none does. It allocates nothing.
pub(crate) fn define_before<const N: usize>(own: usize, names: [&CStr; N]) -> [*mut c_void; N] {
    struct Search<'a, const N: usize> {
        own: usize,
        names: [&'a CStr; N],
        found: [*mut c_void; N],
        is_program: bool,
    }
    unsafe extern "C" fn look<const N: usize>(info: *mut libc::dl_phdr_info, _: usize, search: *mut c_void) -> c_int {
        // SAFETY: the linker's own description, and the search of the caller.
        let (library, search) = unsafe {
            let libc::dl_phdr_info { dlpi_addr, dlpi_phdr, dlpi_phnum, .. } = *info;
            let headers = slice::from_raw_parts(dlpi_phdr, usize::from(dlpi_phnum));
            let library = Library { base: dlpi_addr as usize, path: Vec::new(), headers };
            (library, &mut *search.cast::<Search<N>>())
        };
        if library.range().contains(&search.own) {
            return 1;
        }
        if !std::mem::take(&mut search.is_program) {
            for (name, found) in search.names.iter().zip(&mut search.found) {
                if found.is_null() {
                    *found = library.function(name);
                }
            }
        }
        0
    }
    let mut search = Search { own, names, found: [null_mut(); N], is_program: true };
    // SAFETY: the callback gets the search that lives here.
    unsafe { libc::dl_iterate_phdr(Some(look::<N>), (&raw mut search).cast()) };
    search.found
}

impl Library {
    fn segments(&self, kind: u32) -> impl Iterator<Item = Range<usize>> + '_ {
        let of_kind = move |header: &&libc::Elf64_Phdr| header.p_type == kind;
        self.headers.iter().filter(of_kind).map(|header| {
            let start = self.base + header.p_vaddr as usize;
            start..start + header.p_memsz as usize
        })
    }

    /// From its first byte in memory to its last.
    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.segments(libc::PT_LOAD).map(|segment| segment.start).min().unwrap_or(0);
        let end = self.segments(libc::PT_LOAD).map(|segment| segment.end).max().unwrap_or(0);
        start..end
    }

    /// The bytes at this address, up to the end of their segment.
    pub(crate) fn bytes_from(&self, address: usize) -> Option<&'static [u8]> {
        let segment = self.segments(libc::PT_LOAD).find(|segment| segment.contains(&address))?;
        // SAFETY: a loaded segment is mapped as long as the library is loaded.
        Some(unsafe { slice::from_raw_parts(address as *const u8, segment.end - address) })
    }

    /// The index of the unwinding tables.
    pub(crate) fn eh_frame_hdr(&self) -> Option<Range<usize>> {
        self.segments(libc::PT_GNU_EH_FRAME).next()
    }

    /// The build id, or nothing.
    pub(crate) fn build_id(&self) -> &'static [u8] {
        const NT_GNU_BUILD_ID: u32 = 3;
        for segment in self.segments(libc::PT_NOTE) {
            // SAFETY: a note segment is mapped as long as the library is loaded.
            let mut notes: &'static [u8] = unsafe { slice::from_raw_parts(segment.start as *const u8, segment.len()) };
            while let Some((&header, rest)) = notes.split_first_chunk::<12>() {
                let word = |at: usize| u32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
                let (name, text) = (word(0).next_multiple_of(4) as usize, word(4) as usize);
                if word(8) == NT_GNU_BUILD_ID && rest.starts_with(b"GNU\0") {
                    return rest.get(name..name + text).unwrap_or_default();
                }
                notes = rest.get(name + text.next_multiple_of(4)..).unwrap_or_default();
            }
        }
        &[]
    }

    fn dynamic(&self, tag: i64) -> Option<usize> {
        let mut at = self.segments(libc::PT_DYNAMIC).next()?.start as *const Dynamic;
        // SAFETY: the section ends with an entry whose tag is 0.
        unsafe {
            while (*at).tag != 0 {
                if (*at).tag == tag {
                    return Some((*at).value as usize);
                }
                at = at.add(1);
            }
        }
        None
    }

    /// The same for an address: glibc has added the base to it, musl has not.
    fn table(&self, tag: i64) -> Option<usize> {
        self.dynamic(tag).map(|address| if address < self.base { address + self.base } else { address })
    }

    /// Every slot for a function of another library.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let (Some(symbols), Some(names)) = (self.table(DT_SYMTAB), self.table(DT_STRTAB)) else { return Vec::new() };
        let list = |at: i64, size: i64| Some((self.table(at)?, self.dynamic(size)?));
        let lists = [list(DT_RELA, DT_RELASZ), list(DT_JMPREL, DT_PLTRELSZ)];
        let mut slots = Vec::new();
        for (at, size) in lists.into_iter().flatten() {
            // SAFETY: the table's place and size are the library's own.
            let entries = unsafe { slice::from_raw_parts(at as *const Relocation, size / size_of::<Relocation>()) };
            for Relocation { offset, info, addend } in entries {
                let (symbol, kind) = ((info >> 32) as usize, *info as u32);
                let is_slot = matches!(kind, relocation::JUMP_SLOT | relocation::GLOBAL_DATA)
                    || (kind == relocation::ABSOLUTE && *addend == 0);
                if symbol == 0 || !is_slot {
                    continue;
                }
                // SAFETY: a relocation names a symbol of the table, and a symbol a text of the other one.
                let (name, is_defined) = unsafe {
                    let symbol = &*(symbols as *const libc::Elf64_Sym).add(symbol);
                    (CStr::from_ptr((names + symbol.st_name as usize) as *const _), symbol.st_shndx != 0)
                };
                slots.push(Slot { at: (self.base + *offset as usize) as *mut usize, name, is_defined });
            }
        }
        slots
    }

    /// The functions that it exports, in the order of their addresses; one with two names is there twice.
    pub(crate) fn exports(&self) -> Vec<Export> {
        const WEAK: u8 = 2;
        let export = |symbol: &libc::Elf64_Sym| {
            let start = self.base + symbol.st_value as usize;
            Export { start, end: start + symbol.st_size as usize, is_weak: symbol.st_info >> 4 == WEAK }
        };
        let mut exports: Vec<_> = self.functions().map(export).collect();
        // Of the names of one function, the strong one is the last.
        exports.sort_unstable_by_key(|export| (export.start, !export.is_weak));
        exports
    }

    /// The function that it exports under this name, or null.
    fn function(&self, name: &CStr) -> *mut c_void {
        let Some(names) = self.table(DT_STRTAB) else { return null_mut() };
        // SAFETY: a symbol names a text of the other table.
        let is_it = |symbol: &&libc::Elf64_Sym| unsafe { CStr::from_ptr((names + symbol.st_name as usize) as *const _) == name };
        self.functions().find(is_it).map_or(null_mut(), |symbol| (self.base + symbol.st_value as usize) as *mut c_void)
    }

    /// The symbols of functions that are its own.
    fn functions(&self) -> impl Iterator<Item = &'static libc::Elf64_Sym> {
        const FUNCTION: u8 = 2;
        let symbols = self.table(DT_SYMTAB).map_or(&[][..], |symbols| {
            // SAFETY: the table has as many, and is mapped as long as the library is loaded.
            unsafe { slice::from_raw_parts(symbols as *const libc::Elf64_Sym, self.symbol_count()) }
        });
        symbols.iter().filter(|symbol| symbol.st_info & 15 == FUNCTION && symbol.st_shndx != 0)
    }

    /// How many symbols its table has, which only its hash tables say.
    fn symbol_count(&self) -> usize {
        // SAFETY: the tables are the library's own. The second word of the old one is the number. The new one has for
        // each bucket the first symbol, and for each symbol behind `first` a word whose lowest bit ends its bucket.
        unsafe {
            if let Some(hash) = self.table(DT_HASH) {
                return *(hash as *const u32).add(1) as usize;
            }
            let Some(hash) = self.table(DT_GNU_HASH) else { return 0 };
            let header = hash as *const u32;
            let (count, first, filters) = (*header as usize, *header.add(1) as usize, *header.add(2) as usize);
            let buckets = header.add(4).add(filters * 2);
            let chains = buckets.add(count);
            let mut last = slice::from_raw_parts(buckets, count).iter().copied().max().unwrap_or(0) as usize;
            if last < first {
                return first;
            }
            while *chains.add(last - first) & 1 == 0 {
                last += 1;
            }
            last + 1
        }
    }

    /// Runs `write` while the part of the library that was made read-only after its relocation can be written.
    pub(crate) fn unlocked(&self, write: impl FnOnce()) {
        // SAFETY: a question to the system.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let protect = |protection: c_int| {
            for part in self.segments(libc::PT_GNU_RELRO) {
                // The linker, too, leaves out a page that is not all of this part.
                let (start, end) = (part.start & !(page - 1), part.end & !(page - 1));
                // SAFETY: these pages are the library's own, and hold data.
                unsafe { libc::mprotect(start as *mut c_void, end.saturating_sub(start), protection) };
            }
        };
        protect(libc::PROT_READ | libc::PROT_WRITE);
        write();
        protect(libc::PROT_READ);
    }
}
