//! What differs from processor to processor: registers, frame pointers, and where a walk begins.

use std::cell::Cell;

use framehop::{FrameAddress, UnwindRegsNative};

use super::Start;
use crate::image::Images;

#[cfg(target_arch = "x86_64")]
pub(super) fn frame_of_registers(registers: &UnwindRegsNative) -> u64 {
    registers.bp()
}

#[cfg(target_arch = "aarch64")]
pub(super) fn frame_of_registers(registers: &UnwindRegsNative) -> u64 {
    registers.fp()
}

/// The registers of a walk: the address of code, the stack pointer and the frame pointer. On aarch64 the first one is
/// the link register.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn registers(code: u64, stack: u64, frame: u64) -> UnwindRegsNative {
    UnwindRegsNative::new(code, stack, frame)
}

/// The same. Node and many C libraries sign return addresses, in the bits that no address of a program has.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(crate) fn registers(back: u64, stack: u64, frame: u64) -> UnwindRegsNative {
    const ADDRESS: framehop::aarch64::PtrAuthMask = framehop::aarch64::PtrAuthMask((1 << 48) - 1);
    UnwindRegsNative::new_with_ptr_auth_mask(ADDRESS, back, stack, frame)
}

/// One step outwards through code of Node or of V8, which has frame pointers. Of V8's builtin functions the tables of
/// Node say that a stack ends there. On aarch64 the stack pointer that comes of it may be too low, since a frame's record
/// can lie anywhere in it: a function that is unwound by its stack pointer, as C compilers make them, is then the last one.
pub(super) fn by_frame_pointer(registers: &mut UnwindRegsNative, read: &mut impl FnMut(u64) -> Result<u64, ()>) -> Option<u64> {
    let frame = frame_of_registers(registers);
    if frame < registers.sp() {
        return None;
    }
    let (outer, back) = (read(frame).ok()?, read(frame + 8).ok()?);
    *registers = self::registers(back, frame + 16, outer);
    #[cfg(target_arch = "aarch64")]
    let back = registers.lr();
    Some(back)
}

/// The frame that has called into the probe. The probe's own functions have frame pointers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn caller_of_probe(images: &Images) -> Option<Start> {
    let mut frame: usize;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    let own = own_range(images)?;
    loop {
        // SAFETY: the first frame is this function's, and each next one that of a function of this library.
        let (next, back) = unsafe { (*(frame as *const usize), *((frame + 8) as *const usize)) };
        if !own.contains(&back) {
            let registers = registers(back as u64, frame as u64 + 16, next as u64);
            let address = FrameAddress::from_return_address(back as u64)?;
            return Some(Start { address, registers, through_node: false });
        }
        frame = next;
    }
}

/// The frame that walks: where a frame's record lies in the frame is known from its tables alone here.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(super) fn caller_of_probe(_: &Images) -> Option<Start> {
    let (code, stack, frame, back): (u64, u64, u64, u64);
    // All four are read at one place, of which the tables say where the rest is. Left to the compiler, a result could be
    // in x30, and be there before that is read.
    // SAFETY: reads registers.
    unsafe {
        std::arch::asm!(
            "adr x8, .", "mov x9, sp", "mov x10, x29", "mov x11, x30",
            out("x8") code, out("x9") stack, out("x10") frame, out("x11") back,
            options(nomem, nostack, preserves_flags)
        );
    }
    let registers = registers(back, stack, frame);
    Some(Start { address: FrameAddress::from_instruction_pointer(code), registers, through_node: false })
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn own_range(_: &Images) -> Option<std::ops::Range<usize>> {
    // Where this library begins in memory, and where its code ends: defined by the linker.
    unsafe extern "C" {
        #[link_name = "__ehdr_start"]
        static START: u8;
        #[link_name = "etext"]
        static END: u8;
    }
    Some((&raw const START).addr()..(&raw const END).addr())
}

/// The end of this thread's stack.
pub(super) fn stack_top() -> usize {
    thread_local! {
        static TOP: Cell<usize> = const { Cell::new(0) };
    }
    let known = TOP.get();
    if known != 0 {
        return known;
    }
    let top = crate::call::in_node(find_stack_top);
    TOP.set(top);
    top
}

fn find_stack_top() -> usize {
    // SAFETY: the attributes are written by the first call, read by the second, and given back by the third.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return usize::MAX;
        }
        let (mut start, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        start.addr() + size
    }
}

#[cfg(all(test, target_arch = "aarch64"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::walker::with_walker;
    use super::*;
    use crate::elf;
    use crate::image::{Image, Role};

    // The first keeps its return address and nothing else, and is unwound by the stack pointer alone. The second is as C
    // compilers make them: it signs its return address, and its record is at the bottom of its frame.
    std::arch::global_asm!(
        ".global probe_test_outer",
        "probe_test_outer:",
        ".cfi_startproc",
        "str x30, [sp, #-32]!",
        ".cfi_def_cfa_offset 32",
        ".cfi_offset 30, -32",
        "bl probe_test_signed",
        "ldr x30, [sp], #32",
        "ret",
        ".cfi_endproc",
        "probe_test_signed:",
        ".cfi_startproc",
        "hint #25", // paciasp
        ".cfi_negate_ra_state",
        "stp x29, x30, [sp, #-64]!",
        ".cfi_def_cfa_offset 64",
        ".cfi_offset 29, -64",
        ".cfi_offset 30, -56",
        "mov x29, sp",
        "blr x0",
        "ldp x29, x30, [sp], #64",
        "hint #29", // autiasp
        "ret",
        ".cfi_endproc",
    );

    unsafe extern "C" {
        fn probe_test_outer(inner: extern "C" fn());
    }

    static SEEN: std::sync::Mutex<Vec<u64>> = std::sync::Mutex::new(Vec::new());

    #[inline(never)]
    extern "C" fn look() {
        let list = elf::loaded().into_iter().map(|library| Image::new(library, Role::AddOn, 0)).collect();
        let images = Images::new(list);
        let start = caller_of_probe(&images).unwrap();
        let top = stack_top();
        // SAFETY: as in `walk`.
        let read = |address: u64| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) };
        *SEEN.lock().unwrap() = with_walker(|walker| walker.walk(&images, start, read)).frames().to_vec();
    }

    #[test]
    fn functions_that_sign_their_return_addresses_are_walked_through() {
        // SAFETY: the function calls what it is given.
        unsafe { probe_test_outer(look) };
        let base = elf::loaded()[0].base;
        let outer = probe_test_outer as *const () as usize - base;
        let seen = SEEN.lock().unwrap();
        let at = |offset: usize| seen.iter().position(|frame| *frame as usize == outer + offset);
        // The first one has four instructions; each is returned to behind its call.
        let (signed, plain) = (at(16 + 16).unwrap(), at(8).unwrap());
        assert_eq!(plain, signed + 1);
        assert!(seen.len() > plain + 3, "the test's own functions come next: {seen:x?}");
    }
}
