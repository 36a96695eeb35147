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
use crate::unwind::{Stack, Start, prepare_handler, walk_in_handler};

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
    // SAFETY: with `SA_SIGINFO` the context is that of the code that was interrupted.
    if arena::contains(address) && record::write(&unsafe { look(address, &*context.cast()) }) {
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
    let refused = Error::last_os_error().raw_os_error() != Some(libc::EFAULT);
    // SAFETY: a sandbox that refuses the system call leaves no other way. The tables of unwinding lead to the stack.
    refused.then(|| unsafe { *(address as *const u64) })
}

/// The registers of the interrupted code, where it is, and what it did.
#[cfg(target_arch = "x86_64")]
fn registers(context: &libc::ucontext_t) -> (UnwindRegsNative, u64, Access) {
    /// The bit of a page fault's error code that says that it was a write.
    const WRITE: u64 = 2;
    let register = |name: i32| context.uc_mcontext.gregs[name as usize] as u64;
    let code = register(libc::REG_RIP);
    let access = if register(libc::REG_ERR) & WRITE == 0 { Access::Read } else { Access::Write };
    (UnwindRegsNative::new(code, register(libc::REG_RSP), register(libc::REG_RBP)), code, access)
}

/// The same. Whether it was a write is in a record behind the registers that not each kernel gives.
#[cfg(target_arch = "aarch64")]
fn registers(context: &libc::ucontext_t) -> (UnwindRegsNative, u64, Access) {
    let machine = &context.uc_mcontext;
    let registers = UnwindRegsNative::new(machine.regs[30], machine.sp, machine.regs[29]);
    (registers, machine.pc, Access::Unknown)
}
