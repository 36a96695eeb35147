//! Is there when a library is loaded: finds out what it is, and writes its slots.

mod register;
mod slots;

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::*};
use std::sync::{Mutex, PoisonError};

use crate::call::{self, Side};
use crate::elf::{self, Library};
use crate::image::{self, Image, Role, images};
use crate::{table, unwind};
pub(crate) use slots::{Replacement, Replacements, replacement};

/// What Node gets, which loads add-ons.
const IN_MAIN: &[Replacement] = &[
    replacement(c"dlopen", load_for_node as *const ()),
    replacement(c"dlclose", unload as *const ()),
    replacement(c"dlsym", look_up as *const ()),
];

/// What an add-on gets, which may load libraries itself.
const IN_ADDON: &[Replacement] = &[
    replacement(c"dlopen", load_for_addon as *const ()),
    replacement(c"dlclose", unload as *const ()),
    replacement(c"dlsym", look_up as *const ()),
];

/// The functions of the dynamic linker, for the code below that jumps to them.
static DLOPEN: AtomicUsize = AtomicUsize::new(0);
static DLSYM: AtomicUsize = AtomicUsize::new(0);

/// Writes the slots of what the process began with.
pub(crate) fn begin(all: &Replacements) {
    if !slots::prepare(all, IN_ADDON, IN_MAIN) {
        return;
    }
    DLOPEN.store(libc::dlopen as *const () as usize, Release);
    DLSYM.store(libc::dlsym as *const () as usize, Release);
    scan(true);
}

/// Set while a library is loaded whose constructors have not allocated yet.
static LOADING: AtomicUsize = AtomicUsize::new(0);
/// Set when a library was loaded, or may have been, and nobody has looked.
static UNSEEN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread loads a library of an add-on.
    static LOADS: Cell<bool> = const { Cell::new(false) };
}

/// Whether what has called comes from a library that is being loaded and was not known. It is known then.
#[inline(always)]
pub(crate) fn meets_new_library() -> bool {
    LOADING.load(Relaxed) != 0 && met_in_this_thread()
}

#[cold]
#[inline(never)]
fn met_in_this_thread() -> bool {
    // The probe itself allocates, and so does the dynamic linker, before all of the library is there.
    if !LOADS.get() || call::side() == Side::Node || !call::in_node(unwind::is_called_by_stranger) {
        return false;
    }
    has_loaded();
    call::in_node(|| scan(false));
    true
}

/// `dlopen`, for Node.
unsafe extern "C" fn load_for_node(path: *const c_char, flags: c_int) -> *mut c_void {
    if path.is_null() || !table::on() {
        // SAFETY: the caller's contract is that of `dlopen`.
        return unsafe { libc::dlopen(path, flags) };
    }
    if !LOADS.replace(true) {
        LOADING.fetch_add(1, Relaxed);
    }
    // SAFETY: the caller's contract. Node gives whole paths, so it does not matter where the call comes from.
    let library = call::loading(|| unsafe { libc::dlopen(path, flags) });
    has_loaded();
    scan(false);
    library
}

/// What an add-on calls in the place of `dlopen`: a jump to it, since where a library without a path is looked for
/// depends on who asks. The add-on will ask for a symbol next, and then there is time to look.
#[unsafe(naked)]
unsafe extern "C" fn load_for_addon() {
    #[cfg(target_arch = "x86_64")]
    std::arch::naked_asm!(
        "push rdi", "push rsi", "sub rsp, 8",
        "call {expect}",
        "add rsp, 8", "pop rsi", "pop rdi",
        "jmp qword ptr [rip + {dlopen}]",
        expect = sym expect_library, dlopen = sym DLOPEN,
    );
    #[cfg(target_arch = "aarch64")]
    std::arch::naked_asm!(
        "stp x29, x30, [sp, #-32]!", "stp x0, x1, [sp, #16]", "mov x29, sp",
        "bl {expect}",
        "ldp x0, x1, [sp, #16]", "ldp x29, x30, [sp], #32",
        "adrp x16, {dlopen}", "ldr x16, [x16, :lo12:{dlopen}]", "br x16",
        expect = sym expect_library, dlopen = sym DLOPEN,
    );
}

/// This thread is about to load a library for an add-on. Its constructors may allocate before anybody looks.
extern "C" fn expect_library() {
    if table::on() {
        UNSEEN.store(true, Release);
        if !LOADS.replace(true) {
            LOADING.fetch_add(1, Relaxed);
        }
    }
}

/// This thread has loaded what it was about to load.
fn has_loaded() {
    if LOADS.replace(false) {
        LOADING.fetch_sub(1, Relaxed);
    }
}

unsafe extern "C" fn unload(library: *mut c_void) -> c_int {
    // SAFETY: the caller's contract is that of `dlclose`.
    let result = unsafe { libc::dlclose(library) };
    if table::on() {
        scan(false);
    }
    result
}

/// What is called in the place of `dlsym`: answers itself, or jumps there, since the answer depends on who asks.
#[unsafe(naked)]
unsafe extern "C" fn look_up() {
    #[cfg(target_arch = "x86_64")]
    std::arch::naked_asm!(
        "push rdi", "push rsi", "sub rsp, 8",
        "mov rdx, [rsp + 24]",
        "call {answer}",
        "add rsp, 8", "pop rsi", "pop rdi",
        "test rax, rax", "jne 2f",
        "jmp qword ptr [rip + {dlsym}]",
        "2: ret",
        answer = sym answer, dlsym = sym DLSYM,
    );
    #[cfg(target_arch = "aarch64")]
    std::arch::naked_asm!(
        "stp x29, x30, [sp, #-32]!", "stp x0, x1, [sp, #16]", "mov x29, sp",
        "mov x2, x30",
        "bl {answer}",
        "mov x9, x0", "ldp x0, x1, [sp, #16]", "ldp x29, x30, [sp], #32",
        "cbnz x9, 2f",
        "adrp x16, {dlsym}", "ldr x16, [x16, :lo12:{dlsym}]", "br x16",
        "2: mov x0, x9", "ret",
        answer = sym answer, dlsym = sym DLSYM,
    );
}

/// What `dlsym` is to answer in the place of what it would; null when that is right.
unsafe extern "C" fn answer(library: *mut c_void, name: *const c_char, caller: usize) -> *const c_void {
    if !table::on() || name.is_null() {
        return std::ptr::null();
    }
    call::in_node(|| {
        if UNSEEN.swap(false, AcqRel) {
            has_loaded();
            scan(false);
        }
        // SAFETY: the caller's contract is that of `dlsym`.
        let name = unsafe { CStr::from_ptr(name) };
        if name == c"napi_register_module_v1" {
            // SAFETY: the caller's contract; a library that was named is looked in, whoever asks.
            return register::enter_by(unsafe { libc::dlsym(library, name.as_ptr()) });
        }
        let Some(function) = slots::node_api(name) else { return std::ptr::null() };
        // SAFETY: as above. What this Node has not got must not be found.
        if unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }.is_null() {
            return std::ptr::null();
        }
        if let Some(record) = images().and_then(|images| images.find(caller)).and_then(image::record) {
            record.napi.fetch_add(1, Relaxed);
        }
        function
    })
}

/// The number of the next add-on's record. The first one stands for none.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// Looks which libraries there are, and writes the slots of those that are new. `first` is said once, for those that
/// the process began with.
fn scan(first: bool) {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let known = images().map_or(&[][..], |images| &images.list);
    let loaded = elf::loaded();
    let is_same = |image: &Image, library: &Library| image.library.base == library.base && image.library.path == library.path;
    let mut list = Vec::with_capacity(loaded.len());
    let mut new = Vec::new();
    for (index, library) in loaded.into_iter().enumerate() {
        if let Some(image) = known.iter().find(|image| is_same(image, &library)) {
            list.push(image.clone());
            continue;
        }
        let role = if first { role_at_start(index, &library) } else { Role::AddOn };
        let number = if role == Role::AddOn { number_of(&library) } else { 0 };
        let image = Image::new(library, role, number);
        new.push(image.clone());
        list.push(image);
    }
    let is_gone = |image: &&Image| !list.iter().any(|other| is_same(other, &image.library));
    let gone: Vec<&Image> = known.iter().filter(is_gone).collect();
    if new.is_empty() && gone.is_empty() {
        return;
    }
    for record in gone.into_iter().filter_map(image::record) {
        record.loaded.store(0, Relaxed);
    }
    image::publish(list);
    new.iter().for_each(slots::write);
}

/// The number of a library's record: the one that it had before, if this is the same file, loaded once more.
fn number_of(library: &Library) -> usize {
    let is_same = |number: &usize| table::image(*number).is_some_and(|record| is_of(record, library));
    let known = (1..NEXT.load(Relaxed)).find(is_same);
    known.unwrap_or_else(|| NEXT.fetch_add(1, Relaxed).min(evidence::IMAGES - 1))
}

/// Whether a record is that of a library which is not loaded any more, and which was this one.
fn is_of(record: &evidence::Image, library: &Library) -> bool {
    let has = |to: &[AtomicU8], bytes: &[u8]| to.iter().map(|byte| byte.load(Relaxed)).eq(padded(bytes, to.len()));
    let path = &library.path[library.path.len() - library.path.len().min(record.path.len() - 1)..];
    record.loaded.load(Relaxed) == 0 && has(&record.path, path) && has(&record.build_id, library.build_id())
}

/// These bytes, or as many of them as there is room for, and zeroes behind them.
fn padded(bytes: &[u8], room: usize) -> impl Iterator<Item = u8> {
    bytes.iter().copied().chain(std::iter::repeat(0)).take(room)
}

fn role_at_start(index: usize, library: &Library) -> Role {
    let name = library.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if index == 0 {
        Role::Main
    } else if library.range().contains(&(scan as *const () as usize)) {
        Role::Probe
    } else if name.starts_with(b"ld-linux") || name.starts_with(b"ld-musl") || name.starts_with(b"linux-vdso") {
        Role::System
    } else {
        Role::Runtime
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_of_a_process_are_found() {
        let loaded = elf::loaded();
        let own = loaded.iter().find(|library| library.range().contains(&(scan as *const () as usize))).unwrap();
        let slots = own.slots();
        assert!(slots.iter().any(|slot| slot.name == c"free" && slot.value() != 0));
        assert!(own.eh_frame_hdr().is_some());
        // What has several names has one of each kind, and then it is no template.
        let libc = loaded.iter().find(|library| library.range().contains(&(libc::write as *const () as usize))).unwrap();
        let exports = libc.exports();
        assert!(exports.is_sorted_by_key(|export| export.start));
        let is_weak = |function: *const ()| exports.iter().rfind(|export| export.start == function.addr()).unwrap().is_weak;
        assert!(is_weak(libc::getppid as *const ()) && !is_weak(libc::pipe as *const ()) && !is_weak(libc::malloc as *const ()));
    }
}
