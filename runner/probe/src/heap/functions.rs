//! The functions of the C library that take and give back memory, as the add-ons and the libraries around them get
//! them.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::*};

use super::{Request, allocate, allocate_for_runtime, guarded_size, resize};
use crate::elf;
use crate::loader::{Replacement, replacement};

/// The functions of the process's allocator: the C library's, or what the user has preloaded.
#[derive(Clone, Copy)]
pub(crate) struct Originals {
    pub(super) malloc: unsafe extern "C" fn(usize) -> *mut c_void,
    pub(super) calloc: unsafe extern "C" fn(usize, usize) -> *mut c_void,
    realloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub(super) free: unsafe extern "C" fn(*mut c_void),
    pub(super) memalign: unsafe extern "C" fn(usize, usize) -> *mut c_void,
    usable_size: unsafe extern "C" fn(*mut c_void) -> usize,
}

/// The C library's own, under the names that only it has: for what is asked for while the others are looked up.
mod glibc {
    use super::*;
    unsafe extern "C" {
        fn __libc_malloc(size: usize) -> *mut c_void;
        fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
        fn __libc_realloc(pointer: *mut c_void, size: usize) -> *mut c_void;
        fn __libc_free(pointer: *mut c_void);
        fn __libc_memalign(align: usize, size: usize) -> *mut c_void;
    }
    pub(super) static ORIGINALS: Originals = Originals {
        malloc: __libc_malloc,
        calloc: __libc_calloc,
        realloc: __libc_realloc,
        free: __libc_free,
        memalign: __libc_memalign,
        usable_size: libc::malloc_usable_size,
    };
}

const NAMES: [&CStr; 6] = [c"malloc", c"calloc", c"realloc", c"free", c"memalign", c"malloc_usable_size"];

static ORIGINALS: AtomicPtr<Originals> = AtomicPtr::new(null_mut());

/// The functions that the process would have without the probe.
#[inline(always)]
pub(crate) fn originals() -> &'static Originals {
    // SAFETY: what was published lives until the process ends.
    unsafe { ORIGINALS.load(Acquire).as_ref() }.unwrap_or_else(find)
}

#[cold]
#[inline(never)]
fn find() -> &'static Originals {
    static FOUND: std::sync::OnceLock<Originals> = std::sync::OnceLock::new();
    // The look-up may itself allocate, in this thread. The first one is made while the process has one thread.
    ORIGINALS.store((&raw const glibc::ORIGINALS).cast_mut(), Release);
    let found = FOUND.get_or_init(|| {
        // What the user has preloaded may come before the probe, or behind it. Node may have its own address for such a
        // function, from which a look-up by name would lead back here. Nothing is allocated: it would be freed elsewhere.
        let before = elf::define_before(find as *const () as usize, NAMES);
        let next = |name: &CStr| {
            let known = NAMES.iter().zip(before).find(|(known, _)| **known == name).map_or(null_mut(), |(_, found)| found);
            // SAFETY: a look-up by a static name.
            let found = if known.is_null() { unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) } } else { known };
            (!found.is_null()).then_some(found)
        };
        let own = glibc::ORIGINALS;
        // SAFETY: the C library, and what stands in its place, has these functions with these signatures.
        unsafe {
            use std::mem::transmute;
            Originals {
                malloc: next(c"malloc").map_or(own.malloc, |found| transmute(found)),
                calloc: next(c"calloc").map_or(own.calloc, |found| transmute(found)),
                realloc: next(c"realloc").map_or(own.realloc, |found| transmute(found)),
                free: next(c"free").map_or(own.free, |found| transmute(found)),
                memalign: next(c"memalign").map_or(own.memalign, |found| transmute(found)),
                usable_size: next(c"malloc_usable_size").map_or(own.usable_size, |found| transmute(found)),
            }
        }
    });
    ORIGINALS.store(std::ptr::from_ref(found).cast_mut(), Release);
    found
}

fn set_errno(error: c_int) {
    // SAFETY: each thread has one.
    unsafe { *libc::__errno_location() = error };
}

const fn of(size: usize) -> Request {
    Request { size, align: 0 }
}

/// One copy of the functions for each way in which it is decided whose a block is.
macro_rules! family {
    ($family:ident, $allocate:path) => {
        pub(super) mod $family {
            use super::*;

            pub(in crate::heap) unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
                // SAFETY: the caller's contract is that of the function of this name, here and below.
                $allocate(of(size), || unsafe { (originals().malloc)(size) })
            }

            pub(in crate::heap) unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
                let Some(bytes) = count.checked_mul(size) else {
                    set_errno(libc::ENOMEM);
                    return null_mut();
                };
                // Fresh pages of the guard are zero.
                // SAFETY: the caller's contract.
                $allocate(of(bytes), || unsafe { (originals().calloc)(count, size) })
            }

            pub(in crate::heap) unsafe extern "C" fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: the caller's contract.
                let original = || unsafe { (originals().realloc)(pointer, size) };
                if pointer.is_null() { $allocate(of(size), original) } else { resize(pointer, of(size), original) }
            }

            pub(in crate::heap) unsafe extern "C" fn reallocarray(
                pointer: *mut c_void,
                count: usize,
                size: usize,
            ) -> *mut c_void {
                let Some(bytes) = count.checked_mul(size) else {
                    set_errno(libc::ENOMEM);
                    return null_mut();
                };
                // SAFETY: the caller's contract.
                unsafe { realloc(pointer, bytes) }
            }

            pub(in crate::heap) unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
                // SAFETY: the caller's contract.
                $allocate(Request { size, align }, || unsafe { (originals().memalign)(align, size) })
            }

            pub(in crate::heap) unsafe extern "C" fn posix_memalign(
                result: *mut *mut c_void,
                align: usize,
                size: usize,
            ) -> c_int {
                if !align.is_power_of_two() || !align.is_multiple_of(size_of::<usize>()) {
                    return libc::EINVAL;
                }
                // SAFETY: the caller's contract.
                let block = unsafe { memalign(align, size) };
                if block.is_null() {
                    return libc::ENOMEM;
                }
                // SAFETY: the caller's contract.
                unsafe { *result = block };
                0
            }
        }
    };
}

family!(by_addon, allocate);
family!(by_runtime, allocate_for_runtime);

unsafe extern "C" fn free(pointer: *mut c_void) {
    // SAFETY: the caller's contract.
    super::free(pointer, || unsafe { (originals().free)(pointer) });
}

/// For Node itself: of its own blocks nothing is counted.
unsafe extern "C" fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract.
    let original = || unsafe { (originals().realloc)(pointer, size) };
    if pointer.is_null() { original() } else { resize(pointer, of(size), original) }
}

unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
    // SAFETY: the caller's contract, and a question to the system.
    unsafe { by_addon::memalign(libc::sysconf(libc::_SC_PAGESIZE) as usize, size) }
}

unsafe extern "C" fn malloc_usable_size(pointer: *mut c_void) -> usize {
    // SAFETY: the caller's contract.
    guarded_size(pointer).unwrap_or_else(|| unsafe { (originals().usable_size)(pointer) })
}

/// What an add-on gets.
pub(crate) const IN_ADDON: &[Replacement] = &[
    replacement(c"malloc", by_addon::malloc as *const ()),
    replacement(c"calloc", by_addon::calloc as *const ()),
    replacement(c"realloc", by_addon::realloc as *const ()),
    replacement(c"reallocarray", by_addon::reallocarray as *const ()),
    replacement(c"memalign", by_addon::memalign as *const ()),
    replacement(c"aligned_alloc", by_addon::memalign as *const ()),
    replacement(c"posix_memalign", by_addon::posix_memalign as *const ()),
    replacement(c"valloc", valloc as *const ()),
];

/// What the C library, the C++ library and their like get.
pub(crate) const IN_RUNTIME: &[Replacement] = &[
    replacement(c"malloc", by_runtime::malloc as *const ()),
    replacement(c"calloc", by_runtime::calloc as *const ()),
    replacement(c"realloc", by_runtime::realloc as *const ()),
    replacement(c"reallocarray", by_runtime::reallocarray as *const ()),
    replacement(c"memalign", by_runtime::memalign as *const ()),
    replacement(c"aligned_alloc", by_runtime::memalign as *const ()),
    replacement(c"posix_memalign", by_runtime::posix_memalign as *const ()),
];

/// What Node gets.
pub(crate) const IN_MAIN: &[Replacement] = &[replacement(c"realloc", realloc as *const ())];

/// What all get, since a block may be freed by anybody.
pub(crate) const IN_ALL: &[Replacement] = &[
    replacement(c"free", free as *const ()),
    replacement(c"cfree", free as *const ()),
    replacement(c"malloc_usable_size", malloc_usable_size as *const ()),
];

/// The names that a library finds here while it is loaded, before its slots are written: what a static constructor
/// allocates first makes its library known. All else goes on to the allocator.
#[cfg(not(test))]
mod exported {
    use super::*;
    use crate::loader;

    macro_rules! export {
        ($(fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty, $original:expr;)*) => { $(
            /// # Safety
            /// That of the function of this name in the C library.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($arg: $type),*) -> $result {
                // SAFETY: the caller's contract.
                unsafe {
                    if loader::meets_new_library() {
                        return by_addon::$name($($arg),*);
                    }
                    ($original)($($arg),*)
                }
            }
        )* };
    }

    export! {
        fn malloc(size: usize) -> *mut c_void, originals().malloc;
        fn calloc(count: usize, size: usize) -> *mut c_void, originals().calloc;
        fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void, originals().realloc;
        fn memalign(align: usize, size: usize) -> *mut c_void, originals().memalign;
        fn posix_memalign(result: *mut *mut c_void, align: usize, size: usize) -> c_int, aligned;
    }

    unsafe fn aligned(result: *mut *mut c_void, align: usize, size: usize) -> c_int {
        // SAFETY: the caller's contract.
        let block = unsafe { (originals().memalign)(align, size) };
        if block.is_null() {
            return libc::ENOMEM;
        }
        // SAFETY: as above.
        unsafe { *result = block };
        0
    }
}
