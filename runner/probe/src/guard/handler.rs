//! What happens at an access to memory that can't be touched.
//!
//! Node has a handler of its own for the same signals: it turns the traps of WebAssembly into errors. This
//! one is installed later, looks at addresses in the arena alone, and hands everything else on.

use std::ffi::{c_int, c_void};
use std::io::Error;
use std::mem::{MaybeUninit, transmute};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use evidence::{Access, FaultKind};
use framehop::{FrameAddress, UnwindRegsNative};

use super::arena;
use super::record::{self, Touch};
use crate::image::images;
use crate::unwind::{self, Stack, Start, prepare_handler, walk_in_handler};

/// What was there before, for each of [`SIGNALS`].
static PREVIOUS: [OnceLock<libc::sigaction>; 2] = [const { OnceLock::new() }; 2];
const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Answers whether the handler is there. It runs once.
pub(super) fn install() -> bool {
    prepare_handler();
    SIGNALS.iter().zip(&PREVIOUS).all(|(signal, previous)| {
        // SAFETY: all bytes zero are a valid `sigaction`. The old one is kept before the new one can be called.
        unsafe {
            let mut old = MaybeUninit::<libc::sigaction>::zeroed();
            if libc::sigaction(*signal, null(), old.as_mut_ptr()) != 0 {
                return false;
            }
            let _ = previous.set(old.assume_init());
            let mut new = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            new.sa_sigaction = handle as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(*signal, &raw const new, null_mut()) == 0
        }
    })
}

unsafe extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's arguments. A signal that was sent by somebody has no address.
    let address = unsafe { if (*info).si_code > 0 { (*info).si_addr().addr() } else { 0 } };
    if arena::contains(address) && record::claim() {
        // SAFETY: with `SA_SIGINFO` the context is that of the code that was interrupted.
        record::write(&unsafe { look(address, &*context.cast()) });
        restore_default(signal);
        // The access is made again, and ends the process by the signal that it deserves.
        return;
    }
    // SAFETY: the kernel's arguments.
    unsafe { hand_on(signal, info, context) }
}

fn restore_default(signal: c_int) {
    // SAFETY: all bytes zero are the default action.
    unsafe {
        let default = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        libc::sigaction(signal, &raw const default, null_mut());
    }
}

/// Does what would have been done without this handler.
///
/// # Safety
/// The arguments are those of the kernel.
unsafe fn hand_on(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let previous = SIGNALS.iter().position(|known| *known == signal).and_then(|index| PREVIOUS[index].get());
    let Some(previous) = previous else { return restore_default(signal) };
    // SAFETY: the caller's contract.
    let sent = unsafe { (*info).si_code <= 0 };
    match previous.sa_sigaction {
        libc::SIG_IGN if sent => {}
        libc::SIG_IGN | libc::SIG_DFL => {
            restore_default(signal);
            if sent {
                // SAFETY: a plain call. What was sent does not come again by itself, as a bad access does.
                unsafe { libc::raise(signal) };
            }
        }
        // SAFETY: it was installed for this signal with these flags.
        handler => unsafe {
            if previous.sa_flags & libc::SA_SIGINFO != 0 {
                let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = transmute(handler);
                handler(signal, info, context);
            } else {
                let handler: extern "C" fn(c_int) = transmute(handler);
                handler(signal);
            }
        },
    }
}

/// What can be read of an access from the interrupted code's registers and stack.
fn look(address: usize, context: &libc::ucontext_t) -> Touch {
    let (registers, code, access) = registers(context);
    let mut touch = Touch {
        address,
        kind: arena::nearest(address).map_or(FaultKind::PastTheEnd, |block| block.kind_of(address)),
        access,
        ours: false,
        layout: (0, 0),
        stack: Stack::EMPTY,
    };
    if let Some(images) = images() {
        // JavaScript may have touched it, and an outer call of the add-on is what a person looks for.
        let start = Start { address: FrameAddress::from_instruction_pointer(code), registers, through_node: true };
        touch.stack = walk_in_handler(images, start, |address| peek(address as usize).ok_or(()));
        // A leaf that the add-on called, such as `memcpy`, is a runtime library's.
        touch.ours = touch.stack.is_of_addon;
    }
    touch
}

/// A word of memory, if it can be read. A bad address is no second signal.
fn peek(address: usize) -> Option<u64> {
    let mut word = 0u64;
    let bytes = size_of_val(&word);
    let to = libc::iovec { iov_base: (&raw mut word).cast(), iov_len: bytes };
    let from = libc::iovec { iov_base: address as *mut c_void, iov_len: bytes };
    // SAFETY: the kernel copies, to our own word.
    let read = unsafe { libc::process_vm_readv(libc::getpid(), &raw const to, 1, &raw const from, 1, 0) };
    if read == bytes as isize {
        return Some(word);
    }
    // A sandbox may refuse the system call, and an emulator may not know it.
    if Error::last_os_error().raw_os_error() == Some(libc::EFAULT) { None } else { peek_by_pipe(address) }
}

/// The same by what each system has. A walk through code without frame pointers comes to words that are no addresses.
fn peek_by_pipe(address: usize) -> Option<u64> {
    let (mut ends, mut word) = ([0; 2], 0u64);
    let bytes = size_of_val(&word);
    // SAFETY: the kernel looks whether it can read the address. The pipe is gone again at the end, and has room for a word.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) != 0 {
            return None;
        }
        let passed = libc::write(ends[1], address as *const c_void, bytes) == bytes as isize
            && libc::read(ends[0], (&raw mut word).cast(), bytes) == bytes as isize;
        ends.iter().for_each(|end| _ = libc::close(*end));
        passed.then_some(word)
    }
}

/// The registers of the interrupted code, where it is, and what it did.
#[cfg(target_arch = "x86_64")]
fn registers(context: &libc::ucontext_t) -> (UnwindRegsNative, u64, Access) {
    /// The bit of a page fault's error code that says that it was a write.
    const WRITE: u64 = 2;
    let register = |name: i32| context.uc_mcontext.gregs[name as usize] as u64;
    let code = register(libc::REG_RIP);
    let access = if register(libc::REG_ERR) & WRITE == 0 { Access::Read } else { Access::Write };
    (unwind::registers(code, register(libc::REG_RSP), register(libc::REG_RBP)), code, access)
}

/// The same.
#[cfg(target_arch = "aarch64")]
fn registers(context: &libc::ucontext_t) -> (UnwindRegsNative, u64, Access) {
    let machine = &context.uc_mcontext;
    let registers = unwind::registers(machine.regs[30], machine.sp, machine.regs[29]);
    // SAFETY: the kernel has put its records there.
    (registers, machine.pc, unsafe { access(Records::of(machine)) })
}

/// What the kernel says beyond the registers: records, each with what it is and its size in bytes, up to one without a
/// size. There is room for 4096 bytes, at a multiple of 16.
#[cfg(target_arch = "aarch64")]
#[derive(Clone, Copy)]
struct Records(*const u8);

#[cfg(target_arch = "aarch64")]
impl Records {
    const BYTES: usize = 4096;

    fn of(machine: &libc::mcontext_t) -> Records {
        let before = (std::mem::offset_of!(libc::mcontext_t, pstate) + size_of_val(&machine.pstate)).next_multiple_of(16);
        Records(std::ptr::from_ref(machine).cast::<u8>().wrapping_add(before))
    }
}

/// Whether it was a write. Not each kernel has a record that says so, and neither has an emulator.
///
/// # Safety
/// The records are readable.
#[cfg(target_arch = "aarch64")]
unsafe fn access(records: Records) -> Access {
    /// `ESR_MAGIC`: the record with the syndrome of the exception.
    const SYNDROME: u32 = 0x4553_5201;
    /// The classes of exceptions that are about data, from this and from a lower level.
    const DATA_ABORTS: [u64; 2] = [0x24, 0x25];
    const WRITE: u64 = 1 << 6;
    let mut at = 0;
    while at + 16 <= Records::BYTES {
        // SAFETY: the caller's contract, and the place is inside of it. Each record begins at a multiple of 16.
        let (kind, size, value) = unsafe {
            let record = records.0.add(at);
            (record.cast::<u32>().read(), record.add(4).cast::<u32>().read(), record.add(8).cast::<u64>().read())
        };
        match (kind, size) {
            (SYNDROME, _) if DATA_ABORTS.contains(&(value >> 26 & 0x3f)) => {
                return if value & WRITE == 0 { Access::Read } else { Access::Write };
            }
            (SYNDROME, _) | (_, 0) => break,
            (_, size) => at += size.next_multiple_of(16) as usize,
        }
    }
    Access::Unknown
}

#[cfg(all(test, target_arch = "aarch64"))]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_told_from_a_read_by_the_record_of_the_kernel() {
        #[repr(align(16))]
        struct Room([u32; Records::BYTES / 4]);
        let look = |syndrome: u32| {
            let mut room = Room([0; Records::BYTES / 4]);
            // Another record before it, of 32 bytes.
            room.0[..2].copy_from_slice(&[0x4650_8001, 32]);
            room.0[8..12].copy_from_slice(&[0x4553_5201, 16, syndrome, 0]);
            // SAFETY: there is room for records.
            unsafe { access(Records(room.0.as_ptr().cast())) }
        };
        assert_eq!(look(0x9200_0046), Access::Write);
        assert_eq!(look(0x9200_0006), Access::Read);
        assert_eq!(look(0x8200_0006), Access::Unknown);
        let nothing = Room([0; Records::BYTES / 4]);
        // SAFETY: as above.
        assert_eq!(unsafe { access(Records(nothing.0.as_ptr().cast())) }, Access::Unknown);
    }
}
